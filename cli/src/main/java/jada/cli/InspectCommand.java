package jada.cli;

import jada.adalora.AdaLoraConfig;
import jada.adalora.AdapterType;
import jada.adalora.Method;
import jada.adalora.Triplets;
import jada.adalora.peft.PeftFolder;
import jada.cli.Console.Style;
import jada.cli.report.Fate;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jada inspect`: shows the content of a saved adapter, without its base model.
@Command(
    name = "inspect",
    description = "Show ranks, triplets and orthogonality of a saved adapter.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  jada inspect runs/first",
      "  jada inspect runs/first --triplets",
      "  jada inspect --adapter runs/first --json"
    })
final class InspectCommand implements Callable<Integer> {
  private static final int WIDEST_BAR = 32;

  private final Console console;

  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      description = "folder written by finetune or by PEFT")
  private Optional<Path> folder = Optional.empty();

  @Option(names = "--adapter", paramLabel = "DIR", description = "the same as an option")
  private Optional<Path> option = Optional.empty();

  @Option(
      names = "--triplets",
      description = "list every triplet of every matrix: λ, score, and what became of it")
  private boolean listsTriplets;

  @Option(names = "--json", description = "print one JSON object")
  private boolean json;

  InspectCommand(Console console) {
    this.console = console;
  }

  /// One adapted matrix.
  ///
  /// @param scores the importance of each triplet at the end of training; empty if it is not known
  /// @param p ‖PᵀP − I‖_F
  /// @param q ‖QQᵀ − I‖_F
  private record Module(String name, Triplets triplets, List<Double> scores, double p, double q) {
    static Module of(Map.Entry<String, Triplets> entry, Map<String, List<Double>> scores) {
      Triplets triplets = entry.getValue();
      List<Double> known = scores.getOrDefault(entry.getKey(), List.of());
      return new Module(
          entry.getKey(),
          triplets,
          known.size() == triplets.rank() ? known : List.of(),
          deviation(triplets.p().transposedMatmul(triplets.p())),
          deviation(triplets.q().matmulTransposed(triplets.q())));
    }

    /// ‖G − I‖_F of a Gram matrix G (r, r).
    private static double deviation(Tensor gram) {
      int r = gram.shape().dim(0);
      double sum = 0;
      for (int i = 0; i < r; i++) {
        for (int j = 0; j < r; j++) {
          double difference = gram.get(i, j) - (i == j ? 1 : 0);
          sum += difference * difference;
        }
      }
      return Math.sqrt(sum);
    }

    List<Float> lambda() {
      List<Float> values = new ArrayList<>();
      for (float value : triplets.lambda().array()) {
        values.add(value);
      }
      return values;
    }
  }

  @Override
  public Integer call() {
    Path adapter =
        folder
            .or(() -> option)
            .orElseThrow(
                () -> new InputException("no adapter given; name its folder: jada inspect DIR"));
    Map<String, List<Double>> scores = new SavedAdapter(adapter).scores();
    AdaLoraConfig config = PeftFolder.config(adapter);
    List<Module> modules =
        PeftFolder.triplets(adapter).entrySet().stream()
            .sorted(Map.Entry.comparingByKey(RankTable.ORDER))
            .map(entry -> Module.of(entry, scores))
            .toList();
    if (json) {
      console.result(Json.line(object(config, modules)));
    } else {
      print(adapter, config, modules);
    }
    return 0;
  }

  private static Map<String, Object> object(AdaLoraConfig config, List<Module> modules) {
    int initRank = initRank(config);
    List<Map<String, Object>> list = new ArrayList<>();
    for (Module module : modules) {
      Map<String, Object> orthogonality = new LinkedHashMap<>();
      orthogonality.put("p", module.p());
      orthogonality.put("q", module.q());
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("name", module.name());
      fields.put("rank", module.triplets().rank());
      fields.put("init_rank", initRank);
      fields.put("lambda", module.lambda());
      fields.put("score", module.scores());
      fields.put("orthogonality", orthogonality);
      list.add(fields);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("budget", modules.stream().mapToInt(module -> module.triplets().rank()).sum());
    object.put("init_rank", initRank);
    object.put("target_rank", config.targetRank());
    object.put("modules", list);
    return object;
  }

  /// The rank of LoRA does not change.
  private static int initRank(AdaLoraConfig config) {
    return config.method() == Method.LORA ? config.targetRank() : config.initRank();
  }

  private void print(Path adapter, AdaLoraConfig config, List<Module> modules) {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    modules.forEach(module -> ranks.put(module.name(), module.triplets().rank()));
    int budget = ranks.values().stream().mapToInt(Integer::intValue).sum();
    result("%s: %s", adapter, config.method().name());
    if (modules.isEmpty()) {
      result(
          config.method() instanceof AdapterType
              ? "adapters that do not consist of triplets"
              : "a head without adapters");
      return;
    }
    result(
        "%d triplets in %d matrices, on average %.2f of %d at the start, target %d",
        budget,
        modules.size(),
        (double) budget / modules.size(),
        initRank(config),
        config.targetRank());
    RankTable.lines(ranks).forEach(line -> console.show(Style.NUMBERS, line));
    console.show("");
    if (listsTriplets) {
      Map<String, BitSet> survivors = PeftFolder.survivors(adapter, ranks.keySet());
      Map<String, List<Fate>> fates = new SavedAdapter(adapter).fates();
      for (Module module : modules) {
        console.show(Style.TITLE, module.name());
        triplets(
                module,
                initRank(config),
                Optional.ofNullable(survivors.get(module.name())),
                fates.getOrDefault(module.name(), List.of()))
            .forEach(console::show);
      }
    } else {
      bars(initRank(config), modules);
      console.show("");
      console.show(
          "every triplet with its score and fate: jada inspect %s --triplets".formatted(adapter));
    }
  }

  /// One line for each matrix: its remaining triplets and their λ.
  private void bars(int initRank, List<Module> modules) {
    int most = modules.stream().mapToInt(m -> m.triplets().rank()).max().orElse(0);
    int whole = Math.max(initRank, most);
    int width = Math.clamp(whole, 1, WIDEST_BAR);
    int name = modules.stream().mapToInt(m -> m.name().length()).max().orElse(0);
    console.show(
        Style.TITLE,
        String.format(
            Locale.ROOT,
            "%-" + name + "s  rank  %-" + width + "s  |PᵀP−I|  |QQᵀ−I|  λ",
            "module",
            ""));
    for (Module module : modules) {
      int rank = module.triplets().rank();
      int filled = whole == 0 ? 0 : Math.ceilDiv(rank * width, whole);
      StringBuilder lambda = new StringBuilder();
      module.lambda().forEach(value -> lambda.append(String.format(Locale.ROOT, " %.4f", value)));
      console.show(
          String.format(Locale.ROOT, "%-" + name + "s  %4d  ", module.name(), rank)
              + console.styled(Style.NUMBERS, "█".repeat(filled))
              + console.styled(Style.ASIDE, "░".repeat(width - filled))
              + String.format(Locale.ROOT, "  %7.4f  %7.4f ", module.p(), module.q())
              + lambda);
    }
  }

  /// One line for each triplet, by its index at the start: the remaining ones with λ and score, the
  /// others with what the adapter's folder knows of them.
  private List<String> triplets(
      Module module, int initRank, Optional<BitSet> survivors, List<Fate> fates) {
    List<String> lines = new ArrayList<>();
    lines.add("  triplet %10s      score  fate".formatted(console.readable("λ")));
    int rank = module.triplets().rank();
    BitSet living = survivors.filter(s -> s.cardinality() == rank).orElse(first(rank));
    int count = survivors.isPresent() ? Math.max(initRank, living.length()) : rank;
    int position = 0;
    for (int i = 0; i < count; i++) {
      Optional<Fate> fate = i < fates.size() ? Optional.of(fates.get(i)) : Optional.empty();
      if (living.get(i)) {
        String score =
            module.scores().isEmpty()
                ? "-"
                : String.format(Locale.ROOT, "%.2e", module.scores().get(position));
        lines.add(
            String.format(
                Locale.ROOT,
                "  %7d %10.4f %10s  alive%s",
                i,
                module.triplets().lambda().get(position),
                score,
                fate.filter(f -> f.revived() > 0)
                    .map(f -> ", was pruned and came back " + times(f.revived()))
                    .orElse("")));
        position++;
      } else {
        lines.add(
            "  %7s %10s %10s  pruned%s"
                .formatted(i, "-", "-", fate.map(InspectCommand::end).orElse("")));
      }
    }
    return lines;
  }

  private static String end(Fate fate) {
    return (fate.lastAlive() < 0 ? "" : ", last seen alive after step " + fate.lastAlive())
        + (fate.revived() == 0 ? "" : ", had come back " + times(fate.revived()));
  }

  private static String times(int count) {
    return count == 1 ? "once" : count + " times";
  }

  private static BitSet first(int count) {
    BitSet all = new BitSet();
    all.set(0, count);
    return all;
  }

  private void result(String format, Object... values) {
    console.result(String.format(Locale.ROOT, format, values));
  }
}
