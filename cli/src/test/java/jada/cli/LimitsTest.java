package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.BudgetUnit;
import jada.adalora.training.TrainingListener.RunPlan;
import jada.adalora.training.TrainingListener.StepReport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is too much is said before it does harm, with the number and what to do.
@Timeout(120)
class LimitsTest {
  @TempDir private Path temp;

  private final Captured jada = new Captured();

  /// Gives the model of a run weights of 80 MB, none of which is ever read.
  private void enlarge(Path model) throws IOException {
    byte[] header =
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[20000000],\"data_offsets\":[0,80000000]}}"
            .getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile file =
        new RandomAccessFile(model.resolve("model.safetensors").toFile(), "rw")) {
      file.setLength(0);
      file.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
      file.write(header);
      file.setLength(8 + header.length + 80_000_000L); // a hole
    }
  }

  private void refusesSmallHeap(List<String> arguments) throws IOException, InterruptedException {
    try (JadaProcess process = JadaProcess.start(List.of("-Xmx64m"), arguments)) {
      List<String> said = process.rest();

      assertThat(process.status()).as(said.toString()).isEqualTo(2);
      assertThat(said.getLast())
          .matches(
              "jada: --model .*model: has 20,000,000 parameters, which need 80(\\.0+)? MB of heap"
                  + " at the very least, but Java may use \\d+(\\.\\d+)? MB; start it with"
                  + " JADA_OPTS=-Xmx1g");
    }
  }

  @Test
  void a_heap_too_small_for_the_model_before_it_is_loaded() throws Exception {
    LongRun run = new LongRun(temp);
    Path whole = run.whole();
    enlarge(temp.resolve("model"));

    refusesSmallHeap(run.finetune(temp.resolve("out")));
    refusesSmallHeap(List.of("predict", "--adapter", whole.toString(), "lumo"));
  }

  @Test
  void more_threads_than_processors() {
    LongRun run = new LongRun(temp);
    int processors = Runtime.getRuntime().availableProcessors();
    List<String> arguments =
        run.finetune(temp.resolve("out"), "--threads", processors + 3, "--max-steps", 24);

    assertThat(jada.run(arguments.toArray())).as(jada.err()).isZero();

    assertThat(jada.errLines())
        .contains(
            "jada: --threads %d: Java sees %d processors; more threads than that make training slower"
                .formatted(processors + 3, processors));
  }

  @Test
  void more_classes_than_a_classifier_of_texts_has() {
    TinyWorld world = new TinyWorld(temp);
    StringBuilder rows = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i <= 1000; i++) {
      rows.append("lumo\tclass ").append(i).append('\n');
    }
    Path train = world.file("train.tsv", rows.toString());

    assertThat(jada.run("finetune", "--model", world.model(), "--train", train, "--dev", train))
        .isEqualTo(2);

    assertThat(jada.errLines().getLast())
        .startsWith("jada: ")
        .contains("1,001 different labels in 1,001 rows, at most 1,000 can");
  }

  @Test
  void texts_longer_than_the_model_takes() {
    List<String> arguments = new LongRun(temp).finetune(temp.resolve("out"));
    new TinyWorld(temp)
        .file(
            "train.tsv",
            "sentence\tlabel\n%s\tsunny\nmorbo\tgloomy\n".formatted("lumo ".repeat(40)));

    assertThat(jada.run(arguments.toArray())).as(jada.err()).isZero();

    assertThat(jada.err())
        .contains("train.tsv: 1 of 2 texts are longer than 32 tokens and lose their end");
  }

  @Test
  void a_loss_that_jumps() {
    try (TrainingProgress progress = new TrainingProgress(jada.console(), System::nanoTime)) {
      progress.started(new RunPlan(60, 1, 60, 4, 10, 20, BudgetUnit.TRIPLETS, 8, 4));
      for (int step = 0; step < 60; step++) {
        double loss = step == 50 ? 30 : 1 + 0.01 * (step % 3);
        progress.stepped(new StepReport(step, 0, loss, 0, 1e-3, 8, 8, 16, 1000, Map.of()));
      }
    }

    assertThat(jada.err())
        .containsOnlyOnce("step 50: the loss jumps to 30.000, 29.7 times its mean");
  }
}
