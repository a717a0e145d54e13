package jada.adalora.cli;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.PeftFolder;
import jada.adalora.Triplets;
import jada.nn.InputException;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jada inspect`: what is in a saved adapter, without its base model.
@Command(
    name = "inspect",
    description = "Show ranks, triplets and orthogonality of a saved adapter.",
    footerHeading = "%nExamples:%n",
    footer = {"  jada inspect runs/first", "  jada inspect --adapter runs/first --json"})
final class InspectCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      description = "folder written by finetune or by PEFT")
  private Optional<Path> folder = Optional.empty();

  @Option(names = "--adapter", paramLabel = "DIR", description = "the same as an option")
  private Optional<Path> option = Optional.empty();

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

  /// LoRA begins with the rank that it ends with.
  private static int initRank(AdaLoraConfig config) {
    return config.method() == Method.LORA ? config.targetRank() : config.initRank();
  }

  private void print(Path adapter, AdaLoraConfig config, List<Module> modules) {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    modules.forEach(module -> ranks.put(module.name(), module.triplets().rank()));
    int budget = ranks.values().stream().mapToInt(Integer::intValue).sum();
    result("%s: %s", adapter, Choices.name(config.method()));
    if (modules.isEmpty()) {
      result("a head without adapters");
      return;
    }
    result(
        "%d triplets in %d matrices, on average %.2f of %d at the start, target %d",
        budget,
        modules.size(),
        (double) budget / modules.size(),
        initRank(config),
        config.targetRank());
    RankTable.lines(ranks).forEach(console::result);
    result("");
    result("%-52s %4s  %9s  %9s  %s", "module", "rank", "|P'P-I|", "|QQ'-I|", "lambda");
    for (Module module : modules) {
      StringBuilder lambda = new StringBuilder();
      module.lambda().forEach(value -> lambda.append(String.format(Locale.ROOT, " %.4f", value)));
      result(
          "%-52s %4d  %9.4f  %9.4f %s",
          module.name(), module.triplets().rank(), module.p(), module.q(), lambda);
    }
  }

  private void result(String format, Object... values) {
    console.result(String.format(Locale.ROOT, format, values));
  }
}
