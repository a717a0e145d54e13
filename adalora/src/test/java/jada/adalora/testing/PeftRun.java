package jada.adalora.testing;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Compaction;
import jada.adalora.Steps;
import jada.adalora.TargetModules;
import jada.adalora.training.TrainingOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A run of PEFT, as src/test/python/trajectory_golden.py recorded it.
public final class PeftRun {
  /// With four triplets a matrix, a hexadecimal digit tells which of them live.
  private static final int TRIPLETS = 4;

  private final String name;
  private final JsonNode json;
  private final List<String> modules = new ArrayList<>();

  private PeftRun(String name, JsonNode json) {
    this.name = name;
    this.json = json;
    json.get("modules").forEach(module -> modules.add(module.asString()));
  }

  /// All recorded runs, by name.
  public static List<PeftRun> all() {
    try (Stream<Path> files = Files.list(folder())) {
      List<PeftRun> runs = new ArrayList<>();
      for (Path file :
          files.filter(f -> f.getFileName().toString().endsWith(".json")).sorted().toList()) {
        String name = file.getFileName().toString().replace(".json", "");
        runs.add(new PeftRun(name, JsonMapper.shared().readTree(Files.readString(file))));
      }
      return runs;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Where the runs, their sentences and the adapters that they start from are.
  public static Path folder() {
    return Path.of("../adalora/src/test/resources/jada/adalora/training/trajectory");
  }

  /// The weights that all runs share.
  public static Path base() {
    return Path.of("../adalora/src/test/resources/jada/adalora/peft/base.safetensors");
  }

  public AdaLoraConfig config() {
    boolean all = json.get("layers").asString().equals("all");
    return AdaLoraConfig.penalized()
        .withTargetModules(
            all ? TargetModules.named("query", "key", "value", "dense") : TargetModules.ATTENTION)
        .withInitRank(json.get("init_r").asInt())
        .withTargetRank(json.get("target_r").asInt())
        .withLoraAlpha(8)
        .withOrthRegWeight(json.get("orth_reg_weight").asDouble())
        .withTinit(Steps.of(json.get("tinit").asInt()))
        .withTfinal(Steps.of(tfinal()))
        .withDeltaT(Steps.of(json.get("deltaT").asInt()))
        .withCompact(Compaction.NEVER);
  }

  public TrainingOptions options() {
    return TrainingOptions.defaults()
        .withEpochs(json.get("epochs").asInt())
        .withBatchSize(json.get("batch").asInt())
        .withLearningRate(json.get("rate").asDouble())
        .withWarmupRatio(json.get("warmup").asDouble())
        .withWeightDecay(json.get("decay").asDouble())
        .withShuffle(false)
        .withThreads(1);
  }

  /// The adapter and head to start from, as PEFT saved them.
  public Path start() {
    return folder().resolve("start-" + json.get("layers").asString());
  }

  /// The adapted modules, in PEFT's order.
  public List<String> modules() {
    return modules;
  }

  public int tfinal() {
    return json.get("tfinal").asInt();
  }

  public int steps() {
    return json.get("loss").size();
  }

  public double loss(int t) {
    return json.get("loss").get(t).asDouble();
  }

  public double penalty(int t) {
    return json.get("penalty").get(t).asDouble();
  }

  public int budget(int t) {
    return json.get("budget").get(t).asInt();
  }

  /// Which triplets of each module live after step t.
  public SequencedMap<String, BitSet> alive(int t) {
    String digits = "f".repeat(modules.size());
    for (Map.Entry<String, JsonNode> change : json.get("alive").properties()) {
      digits = Integer.parseInt(change.getKey()) <= t ? change.getValue().asString() : digits;
    }
    SequencedMap<String, BitSet> alive = new LinkedHashMap<>();
    for (int m = 0; m < modules.size(); m++) {
      BitSet bits = new BitSet();
      int digit = Character.digit(digits.charAt(m), 16);
      for (int i = 0; i < TRIPLETS; i++) {
        bits.set(i, (digit >> (TRIPLETS - 1 - i) & 1) == 1);
      }
      alive.put(modules.get(m), bits);
    }
    return alive;
  }

  /// The scores of all triplets, module by module, at the steps where they were recorded.
  public Map<Integer, float[]> scores() {
    Map<Integer, float[]> scores = new TreeMap<>();
    json.get("scores")
        .properties()
        .forEach(e -> scores.put(Integer.parseInt(e.getKey()), Json.floats(e.getValue())));
    return scores;
  }

  /// The closest call: how far apart, relatively, the best dropped and the worst kept score were at
  /// least, over all allocations.
  public double margin() {
    return json.get("margin").asDouble();
  }

  /// Whether the allocation of step t hung on two scores closer than 1e-4, relatively: more than
  /// float32 can be trusted to tell, whose scores differ by up to about as much.
  public boolean isCloseCall(int t) {
    return json.get("close_calls").has(Integer.toString(t));
  }

  /// The worst relative difference of the loss to the same run of PEFT in float64.
  public double lossInFloat64() {
    return json.get("float64").get("loss").asDouble();
  }

  /// The first step after which PEFT's own ranks in float64 differ from those in float32.
  public OptionalInt firstRankDifferenceInFloat64() {
    JsonNode step = json.get("float64").get("first_rank_difference");
    return step.isNull() ? OptionalInt.empty() : OptionalInt.of(step.asInt());
  }

  @Override
  public String toString() {
    return name;
  }
}
