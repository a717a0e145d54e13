package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A run of 120 steps that is interrupted, and what it must come to: the files of the same run that
/// was not.
final class LongRun {
  static final int STEPS = 120;

  private final Path folder;
  private final TinyWorld world;
  private final String model;
  private final Path train;
  private final Path dev;

  LongRun(Path folder) {
    this(folder, new TinyWorld(folder).model().toString());
  }

  /// @param model name or folder of the base model
  LongRun(Path folder, String model) {
    this.folder = folder;
    this.world = new TinyWorld(folder);
    this.model = model;
    this.train = world.data("train.tsv", 38, 1);
    this.dev = world.data("dev.tsv", 10, 2);
  }

  TinyWorld world() {
    return world;
  }

  String model() {
    return model;
  }

  Path data() {
    return train;
  }

  List<String> finetune(Path out, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("finetune", "--model", model, "--train", train, "--dev", dev, "--out", out));
    arguments.addAll(List.of("--batch-size", 4, "--epochs", 12, "--init-r", 4, "--target-r", 2));
    arguments.addAll(List.of("--lora-dropout", 0.1, "--delta-t", 3, "--dropout", 0.1));
    arguments.addAll(List.of(more));
    return arguments.stream().map(Object::toString).toList();
  }

  /// The run without interruption, made in this process.
  Path whole() {
    Path out = folder.resolve("whole");
    Captured jada = new Captured();
    assertThat(jada.run(finetune(out).toArray())).as(jada.err()).isZero();
    return out;
  }

  static List<String> resume(Path out) {
    return List.of("finetune", "--resume", out.toString());
  }

  /// Compares everything that a run leaves, but for times and the names of places.
  static void assertSameResult(Path out, Path whole) throws IOException {
    assertThat(names(out)).isEqualTo(names(whole));
    for (String file :
        List.of(
            "adapter_model.safetensors",
            "adapter_config.json",
            "labels.json",
            "jada.json",
            "history.safetensors")) {
      assertThat(Files.mismatch(out.resolve(file), whole.resolve(file))).as(file).isEqualTo(-1);
    }
    assertThat(trace(out)).hasSize(STEPS).isEqualTo(trace(whole));
    assertThat(scores(out)).isEqualTo(scores(whole));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static List<String> trace(Path out) throws IOException {
    return Files.readAllLines(out.resolve("trace.jsonl")).stream()
        .map(line -> line.replaceFirst("\"millis\":[0-9.E-]+", ""))
        .toList();
  }

  private static List<String> scores(Path out) {
    return Stream.of("metrics", "evaluations", "budget", "ranks", "parameters", "data")
        .map(key -> Json.read(out.resolve("run.json")).path(key).toString())
        .toList();
  }

  /// The checkpoints in a run's folder by name, and what a killed process left among them.
  static List<String> checkpoints(Path out) throws IOException {
    Path folder = out.resolve("checkpoint");
    return Files.isDirectory(folder) ? names(folder) : List.of();
  }
}
