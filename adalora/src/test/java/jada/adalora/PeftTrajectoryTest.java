package jada.adalora;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.TrainingListener.StepReport;
import jada.adalora.cli.Main;
import jada.adalora.data.Dataset;
import jada.adalora.data.DatasetReader;
import jada.autograd.Parameter;
import jada.nn.PretrainedModel;
import jada.nn.files.HuggingFaceFolder;
import jada.nn.files.Safetensors;
import jada.tensor.Workspace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Whole runs of Jada against the same runs of PEFT: base weights, starting adapter and head,
/// batches, AdamW and schedule alike, no dropout.
///
/// What came of it is left in the file peft-parity.md of the build folder.
class PeftTrajectoryTest {
  /// Steps during which rounding has not yet grown.
  private static final int FIRST = 10;

  private static final List<String> TABLE = new ArrayList<>();

  static List<PeftRun> runs() {
    return PeftRun.all();
  }

  /// What Jada did in a run, step by step.
  private static final class Trace {
    final List<StepReport> reports = new ArrayList<>();
    final List<SequencedMap<String, BitSet>> alive = new ArrayList<>();
    final Map<Integer, float[]> scores = new LinkedHashMap<>();
  }

  @ParameterizedTest
  @MethodSource("runs")
  void loss_penalty_budget_scores_and_ranks_are_those_of_peft(PeftRun peft) throws IOException {
    Trace jada = run(peft);

    Difference loss = new Difference(peft.steps(), t -> jada.reports.get(t).loss(), peft::loss);
    Difference penalty =
        new Difference(peft.steps(), t -> jada.reports.get(t).orthReg(), peft::penalty);
    double score = worstScore(peft, jada);
    OptionalInt ranks = firstRankDifference(peft, jada);
    TABLE.add(
        String.format(
            Locale.ROOT,
            "| %s | %.1e | %.1e | %.1e | %.1e | %s | %.1e | %.1e | %s |",
            peft,
            loss.worst(FIRST),
            loss.worst(peft.steps()),
            penalty.worst(peft.steps()),
            score,
            step(ranks),
            peft.margin(),
            peft.lossInFloat64(),
            step(peft.firstRankDifferenceInFloat64())));

    assertThat(loss.worst(FIRST)).isLessThan(1e-5);
    assertThat(penalty.worst(FIRST)).isLessThan(1e-5);
    if (ranks.isPresent() && peft.isCloseCall(ranks.getAsInt())) {
      // Another processor may round to the other side of a close call; the loss hardly sees it.
      assertThat(loss.worst(peft.steps())).isLessThan(1e-3);
    } else {
      assertThat(ranks).isEmpty();
      assertThat(score).isLessThan(1e-3);
      assertThat(loss.worst(peft.steps())).isLessThan(1e-5);
      assertThat(penalty.worst(peft.steps())).isLessThan(1e-5);
    }
    for (int t = 0; t < compared(peft); t++) {
      assertThat(jada.reports.get(t).budget()).as("budget of step %d", t).isEqualTo(peft.budget(t));
    }
    int target = peft.modules().size() * peft.config().targetRank();
    assertThat(jada.reports.getLast().activeTriplets()).isEqualTo(target);
  }

  /// With tfinal = 0 PEFT ends without a last allocation, above its target; Jada makes one in the
  /// last step.
  private static int compared(PeftRun peft) {
    return peft.steps() - (peft.tfinal() == 0 ? 1 : 0);
  }

  @Test
  void the_command_line_takes_the_same_steps(@TempDir Path temp) throws IOException {
    PeftRun peft =
        runs().stream()
            .filter(r -> r.toString().equals("attention-delta10-tinit20-tfinal80-orth0.5"))
            .findFirst()
            .orElseThrow();
    Path model = temp.resolve("model");
    HuggingFaceFolder.write(model, base());
    Path train = PeftRun.folder().resolve("train.tsv");
    String line =
        "finetune --model %s --init-adapter %s --train %s --dev %s --out %s --no-shuffle"
                .formatted(model, peft.start(), train, train, temp.resolve("out"))
            + " --epochs 24 --batch-size 8 --learning-rate 1.2e-3 --warmup-ratio 0.06"
            + " --weight-decay 0.01 --init-r 4 --target-r 1 --lora-alpha 8 --tinit 20 --tfinal 80"
            + " --delta-t 10 --orth-reg-weight 0.5 --compact never --dropout 0 --threads 1";
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream console = new PrintStream(err, true, StandardCharsets.UTF_8);
    int status = Main.run(line.split(" "), InputStream.nullInputStream(), console, console);
    assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();

    List<JsonNode> trace =
        Files.readAllLines(temp.resolve("out/trace.jsonl")).stream()
            .map(JsonMapper.shared()::readTree)
            .toList();
    assertThat(trace).hasSize(peft.steps());
    Difference loss =
        new Difference(peft.steps(), t -> trace.get(t).get("loss").asDouble(), peft::loss);
    Difference penalty =
        new Difference(peft.steps(), t -> trace.get(t).get("orth_reg").asDouble(), peft::penalty);
    assertThat(loss.worst(FIRST)).isLessThan(1e-5);
    assertThat(loss.worst(peft.steps())).isLessThan(1e-3);
    assertThat(penalty.worst(peft.steps())).isLessThan(1e-3);
    for (int t = 0; t < peft.steps(); t++) {
      assertThat(trace.get(t).get("budget").asInt()).isEqualTo(peft.budget(t));
      for (Map.Entry<String, JsonNode> rank : trace.get(t).path("ranks").properties()) {
        assertThat(rank.getValue().asInt())
            .as("rank of %s after step %d", rank.getKey(), t)
            .isEqualTo(peft.alive(t).get(rank.getKey()).cardinality());
      }
    }
  }

  private static PretrainedModel base() {
    return TinyBert.model(
        Safetensors.read(PeftRun.folder().resolveSibling("peft").resolve("base.safetensors")));
  }

  private static Trace run(PeftRun peft) throws IOException {
    PretrainedModel base = base();
    AdaptedModel model = AdaLora.adapt(base, Task.classification("x", "y", "z"), peft.config());
    start(model, PeftFolder.load(base, peft.start()));
    TrainingOptions options = peft.options();
    Dataset data = new DatasetReader().read(PeftRun.folder().resolve("train.tsv"));
    EncodedExamples examples = EncodedExamples.of(data, model.task(), base, options.maxLength());
    int steps = FineTuner.steps(data.size(), options);
    assertThat(steps).isEqualTo(peft.steps()).isGreaterThanOrEqualTo(200);
    assertThat(model.adapters().keySet()).containsExactlyInAnyOrderElementsOf(peft.modules());

    Trainer trainer = new Trainer(model, options, steps, new Workspace());
    Trace trace = new Trace();
    int perEpoch = data.size() / options.batchSize();
    for (int t = 0; t < steps; t++) {
      int first = t % perEpoch * options.batchSize();
      int[] positions = IntStream.range(first, first + options.batchSize()).toArray();
      trace.reports.add(trainer.step(t, t / perEpoch, examples, positions));
      trace.alive.add(alive(model));
      if (peft.scores().containsKey(t)) {
        trace.scores.put(t, scores(trainer.importances(), peft.modules()));
      }
    }
    return trace;
  }

  /// As `--init-adapter` does: all values are those of the saved adapter.
  private static void start(AdaptedModel model, AdaptedModel saved) {
    Map<String, Parameter> values =
        saved.parameters().stream().collect(Collectors.toMap(Parameter::name, p -> p));
    for (Parameter parameter : model.parameters()) {
      float[] from = values.get(parameter.name()).value().array();
      parameter.update(w -> System.arraycopy(from, 0, w, 0, from.length));
    }
  }

  private static SequencedMap<String, BitSet> alive(AdaptedModel model) {
    SequencedMap<String, BitSet> alive = new LinkedHashMap<>();
    model.svdAdapters().forEach(a -> alive.put(a.name(), a.survivors()));
    return alive;
  }

  private static float[] scores(Map<String, Importance> importances, List<String> modules) {
    float[] all = new float[modules.size() * 4];
    for (int m = 0; m < modules.size(); m++) {
      System.arraycopy(importances.get(modules.get(m)).scores(), 0, all, m * 4, 4);
    }
    return all;
  }

  /// The worst difference of a score, relative to the score, or to a thousandth of the best of its
  /// step where it is smaller than that.
  private static double worstScore(PeftRun peft, Trace jada) {
    double worst = 0;
    for (Map.Entry<Integer, float[]> step : peft.scores().entrySet()) {
      float[] expected = step.getValue();
      float[] actual = jada.scores.get(step.getKey());
      double best = 0;
      for (float score : expected) {
        best = Math.max(best, score);
      }
      for (int i = 0; i < expected.length; i++) {
        double difference = Math.abs(actual[i] - expected[i]);
        if (difference > 0) {
          worst = Math.max(worst, difference / Math.max(expected[i], best * 1e-3));
        }
      }
    }
    return worst;
  }

  private static OptionalInt firstRankDifference(PeftRun peft, Trace jada) {
    return IntStream.range(0, compared(peft))
        .filter(t -> !jada.alive.get(t).equals(peft.alive(t)))
        .findFirst();
  }

  /// |actual − expected| / |expected| over the steps of a run.
  private record Difference(int steps, IntToDoubleFunction actual, IntToDoubleFunction expected) {
    double worst(int until) {
      return IntStream.range(0, Math.min(until, steps)).mapToDouble(this::at).max().orElse(0);
    }

    private double at(int t) {
      double difference = Math.abs(actual.applyAsDouble(t) - expected.applyAsDouble(t));
      return difference == 0 ? 0 : difference / Math.abs(expected.applyAsDouble(t));
    }
  }

  private static String step(OptionalInt t) {
    return t.isPresent() ? Integer.toString(t.getAsInt()) : "none";
  }

  @AfterAll
  static void leaves_the_table() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(
        "| run | loss, first %d steps | loss | penalty | score | first rank difference | closest call | PEFT in float64: loss | first rank difference |"
            .formatted(FIRST));
    lines.add("|---|---|---|---|---|---|---|---|---|");
    lines.addAll(TABLE);
    Files.createDirectories(Path.of("target"));
    Files.write(Path.of("target/peft-parity.md"), lines);
  }
}
