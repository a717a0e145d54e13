package jada.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.model.AdaptedModel;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.FineTuner;
import jada.nn.files.InputException;
import jada.nn.files.Safetensors;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunHistoryTest {
  @TempDir private static Path temp;
  private static Path file;

  @BeforeAll
  static void train() {
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG);
    Recorder recorder = new Recorder(model);
    FineTuner.of(model).options(TinyRun.OPTIONS).listener(recorder).run(TinyRun.TRAIN, TinyRun.DEV);
    file = temp.resolve(RunHistory.FILE);
    recorder.history().write(file);
  }

  @Test
  void comes_back_as_it_was_written() throws IOException {
    Path copy = temp.resolve("copy");

    RunHistory.read(file).write(copy);

    assertThat(Files.readAllBytes(copy)).isEqualTo(Files.readAllBytes(file));
  }

  private static Path changed(Consumer<Map<String, Tensor>> change, String run) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(Safetensors.read(file));
    change.accept(tensors);
    Path damaged = temp.resolve("damaged");
    Map<String, String> metadata = new LinkedHashMap<>(Safetensors.open(file).metadata());
    if (!run.isEmpty()) {
      metadata.put("run", run);
    }
    Safetensors.write(damaged, tensors, metadata);
    return damaged;
  }

  private static void refuses(Path damaged, String reason) {
    assertThatThrownBy(() -> RunHistory.read(damaged))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(reason)
        .hasMessageNotContaining("\n");
  }

  @Test
  void refuses_what_no_run_writes() {
    refuses(changed(t -> t.remove(RunHistory.SCORE), ""), "samples.score is missing");
    refuses(
        changed(t -> t.put(RunHistory.LAMBDA, Tensor.zeros(Shape.of(2, 3))), ""),
        "samples.lambda is (2, 3)");
    refuses(
        changed(t -> t.get(RunHistory.SMOOTHED).array()[5] = Float.NaN, ""),
        "samples.smoothed has numbers that are infinite or NaN");
    refuses(changed(t -> t.get(RunHistory.ALIVE).array()[5] = 0.5f, ""), "must be 0 or 1");
    refuses(
        changed(t -> t.get(RunHistory.T).array()[1] = 0, ""),
        "samples.t has the step 0.0 after 0.0");
    refuses(
        changed(t -> t.get(RunHistory.CURVES).array()[0] = 0.5f, ""), "curves has the step 0.5");
    refuses(changed(_ -> {}, "{\"steps\": \"many\"}"), "\"steps\" must be a whole number");
    refuses(
        changed(_ -> {}, "{\"steps\": 18, \"rank\": 2000000000, \"modules\": [\"a\"]}"), "rank");
    refuses(changed(_ -> {}, "{\"steps\":"), "not JSON");
    Path other = temp.resolve("other");
    Safetensors.write(other, Map.of("a", Tensor.scalar(1)));
    refuses(other, "is no history of a run");
  }

  @Test
  void never_fails_but_with_one_line() throws IOException {
    byte[] sound = Files.readAllBytes(file);
    Random random = new Random(1);
    Path damaged = temp.resolve("fuzzed");
    for (int i = 0; i < 500; i++) {
      byte[] bytes = sound.clone();
      for (int change = 0; change <= random.nextInt(3); change++) {
        bytes[random.nextInt(Math.min(bytes.length, 3000))] = (byte) random.nextInt(256);
      }
      Files.write(damaged, bytes);
      try {
        RunHistory.read(damaged);
      } catch (InputException e) {
        assertThat(e.getMessage()).doesNotContain("\n");
      }
    }
  }
}
