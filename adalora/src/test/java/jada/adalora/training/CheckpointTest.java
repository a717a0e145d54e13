package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.AdaLoraConfig;
import jada.adalora.BudgetUnit;
import jada.adalora.Compaction;
import jada.adalora.ImportanceScore;
import jada.adalora.LambdaRate;
import jada.adalora.Method;
import jada.adalora.OrthogonalityPenalty;
import jada.adalora.Steps;
import jada.adalora.TripletStart;
import jada.adalora.data.Dataset;
import jada.adalora.model.AdaptedModel;
import jada.adalora.testing.Ia3;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.TrainingListener.Resumption;
import jada.adalora.training.TrainingListener.StepReport;
import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A run that is interrupted and goes on from a checkpoint takes the same steps and ends with the
/// same bits as the run that was not.
class CheckpointTest {
  private static final int STEPS = 18;

  @TempDir private Path temp;

  private static TrainingResult run(
      AdaptedModel model, TinyRun.Record record, FineTuner tuner, Dataset train) {
    return tuner.listener(record).run(train, TinyRun.DEV);
  }

  private static FineTuner tuner(AdaptedModel model) {
    return FineTuner.of(model).options(TinyRun.OPTIONS);
  }

  /// Lets a run take so many steps.
  private static BooleanSupplier after(int steps, TinyRun.Record record) {
    return () -> record.steps.size() >= steps;
  }

  static Stream<Arguments> configurations() {
    AdaLoraConfig paper = TinyRun.CONFIG;
    AdaLoraConfig article =
        paper
            .withImportance(ImportanceScore.ARTICLE)
            .withInit(TripletStart.ORTHONORMAL)
            .withOrthPenalty(OrthogonalityPenalty.SQUARED)
            .withTfinal(Steps.of(0))
            .withTinit(Steps.of(0));
    return Stream.of(
        Arguments.of("paper", paper),
        Arguments.of("paper, masks only", paper.withCompact(Compaction.NEVER)),
        Arguments.of("budget in parameters", paper.withBudgetUnit(BudgetUnit.PARAMETERS)),
        Arguments.of("article", article),
        Arguments.of("fisher", paper.withImportance(ImportanceScore.FISHER)),
        Arguments.of("fast lambda", paper.withLambdaRate(LambdaRate.WIDTH)),
        Arguments.of("nothing pruned", paper.withInitRank(2)),
        Arguments.of("exact", TinyRun.EXACT),
        Arguments.of("exact, masks only", TinyRun.EXACT.withCompact(Compaction.NEVER)),
        Arguments.of("magnitude", paper.withImportance(ImportanceScore.MAGNITUDE)),
        Arguments.of("lora", paper.withMethod(Method.LORA)),
        Arguments.of("another module's", paper.withMethod(new Ia3())),
        Arguments.of("head", paper.withMethod(Method.HEAD)),
        Arguments.of("full", paper.withMethod(Method.FULL)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void ends_with_the_bits_of_a_run_that_was_never_stopped(String name, AdaLoraConfig config) {
    AdaptedModel whole = TinyRun.model(config);
    TinyRun.Record expected = new TinyRun.Record();
    TrainingResult result = run(whole, expected, tuner(whole), TinyRun.TRAIN);
    assertThat(expected.steps).hasSize(STEPS);

    for (int stop = 1; stop < STEPS; stop++) {
      Path folder = temp.resolve("after-" + stop);
      TinyRun.Record record = new TinyRun.Record();
      AdaptedModel first = TinyRun.model(config);
      FineTuner stopped = tuner(first).stopWhen(after(stop, record)).checkpoints(folder, 0);
      assertThat(run(first, record, stopped, TinyRun.TRAIN).stopped()).isTrue();

      AdaptedModel second = TinyRun.model(config);
      FineTuner resumed = tuner(second).resume(Checkpoint.latest(folder));
      TrainingResult end = run(second, record, resumed.with(o -> o.withThreads(2)), TinyRun.TRAIN);

      assertThat(TinyRun.bits(second)).as("stopped after %d", stop).isEqualTo(TinyRun.bits(whole));
      assertThat(record.steps).isEqualTo(expected.steps);
      assertThat(record.evaluations).isEqualTo(expected.evaluations);
      assertThat(end.evaluation()).isEqualTo(result.evaluation());
      assertThat(end.tokens()).isEqualTo(result.tokens());
      assertThat(end.seconds()).isPositive();
      assertThat(record.resumptions).extracting(Resumption::steps).containsExactly(stop);
    }
  }

  @Test
  void goes_on_after_every_of_many_interruptions() {
    AdaptedModel whole = TinyRun.model(TinyRun.CONFIG);
    run(whole, new TinyRun.Record(), tuner(whole), TinyRun.TRAIN);

    TinyRun.Record record = new TinyRun.Record();
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG);
    FineTuner tuner = tuner(model).checkpoints(temp, 0);
    for (int stop = 1; stop < STEPS; stop++) {
      run(model, record, tuner.stopWhen(after(stop, record)), TinyRun.TRAIN);
      model = TinyRun.model(TinyRun.CONFIG);
      tuner = tuner(model).checkpoints(temp, 0).resume(Checkpoint.latest(temp));
    }
    run(model, record, tuner, TinyRun.TRAIN);

    assertThat(TinyRun.bits(model)).isEqualTo(TinyRun.bits(whole));
    assertThat(record.steps).extracting(StepReport::step).isSorted().hasSize(STEPS);
  }

  @Test
  void keeps_the_last_two() throws IOException {
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG);
    run(model, new TinyRun.Record(), tuner(model).checkpoints(temp, 4), TinyRun.TRAIN);

    try (Stream<Path> list = Files.list(temp)) {
      assertThat(list.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(".lock", "step-12", "step-16");
    }
    assertThat(Checkpoint.latest(temp).steps()).isEqualTo(16);
  }

  @Test
  void gives_up_the_course_after_the_one_it_goes_on_from() {
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG);
    run(model, new TinyRun.Record(), tuner(model).checkpoints(temp, 7), TinyRun.TRAIN);

    AdaptedModel again = TinyRun.model(TinyRun.CONFIG);
    TinyRun.Record record = new TinyRun.Record();
    Checkpoint older = Checkpoint.open(temp.resolve("step-7"));
    FineTuner resumed = tuner(again).resume(older).checkpoints(temp, 9);
    run(again, record, resumed.stopWhen(after(2, record)), TinyRun.TRAIN);

    assertThat(Checkpoint.latest(temp).steps()).isEqualTo(9);
    assertThat(temp.resolve("step-7")).exists();
  }

  @Test
  void is_opened_only_by_the_run_that_made_it() {
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG);
    run(model, new TinyRun.Record(), tuner(model).checkpoints(temp, 7), TinyRun.TRAIN);
    Checkpoint checkpoint = Checkpoint.latest(temp);
    String made = checkpoint.folder() + ": was made with ";

    FineTuner same = tuner(TinyRun.model(TinyRun.CONFIG)).resume(checkpoint);
    refuses(same.with(o -> o.withBatchSize(7)), made + "batch-size 8, this run has 7");
    refuses(same.with(o -> o.withSeed(5)), made + "seed 0, this run has 5");
    refuses(same.with(o -> o.withEpochs(4)), made + "epochs 3, this run has 4");
    AdaLoraConfig other = TinyRun.CONFIG.withTargetRank(1);
    refuses(tuner(TinyRun.model(other)).resume(checkpoint), made + "target-r 2, this run has 1");
    assertThatThrownBy(() -> same.run(TinyRun.words("train", 44, 9), TinyRun.DEV))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(made + "train ");
  }

  private static void refuses(FineTuner tuner, String message) {
    assertThatThrownBy(() -> tuner.run(TinyRun.TRAIN, TinyRun.DEV))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(message)
        .hasMessageEndingWith("give it the same, or start a new run");
  }

  @Test
  void every_changed_byte_is_found_and_the_one_before_is_offered() throws IOException {
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG);
    run(model, new TinyRun.Record(), tuner(model).checkpoints(temp, 7), TinyRun.TRAIN);
    Path newest = temp.resolve("step-14");

    for (String name : List.of("state.safetensors", "state.json")) {
      Path file = newest.resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      for (int i = 0; i < bytes.length; i += 1 + bytes.length / 50) {
        bytes[i] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> Checkpoint.latest(temp))
            .isInstanceOf(InputException.class)
            .hasMessageStartingWith(file + ": has SHA-256 ")
            .hasMessageEndingWith(
                "; the checkpoint is damaged; go on from the one before, "
                    + temp.resolve("step-7"));
        bytes[i] ^= 1;
      }
      Files.write(file, bytes);
    }
    assertThat(Checkpoint.latest(temp).steps()).isEqualTo(14);

    Files.delete(newest.resolve("state.json"));
    assertThatThrownBy(() -> Checkpoint.latest(temp))
        .hasMessageStartingWith(newest.resolve("state.json") + ": is missing");
    Files.delete(newest.resolve(Checkpoint.MANIFEST));
    assertThatThrownBy(() -> Checkpoint.latest(temp))
        .hasMessageStartingWith(newest + ": is no complete checkpoint: it has no manifest.json");
  }

  @Test
  void is_not_there_unless_it_is_complete() {
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG);
    TrainingListener failing =
        new TrainingListener() {
          @Override
          public void checkpointing(Path folder) {
            assertThat(folder.resolve("state.safetensors")).exists();
            throw new IllegalStateException("no room");
          }
        };
    FineTuner tuner = tuner(model).checkpoints(temp, 5).listener(failing);

    assertThatThrownBy(() -> tuner.run(TinyRun.TRAIN, TinyRun.DEV)).hasMessage("no room");

    assertThat(temp).isDirectoryNotContaining("glob:**step*");
    assertThatThrownBy(() -> Checkpoint.latest(temp))
        .isInstanceOf(InputException.class)
        .hasMessage(temp + ": holds no complete checkpoint (step-N); start the run anew");
  }

  @Test
  void a_folder_is_used_by_one_run_at_a_time() {
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG);
    TrainingListener intruder =
        new TrainingListener() {
          @Override
          public void stepped(StepReport report) {
            tuner(TinyRun.model(TinyRun.CONFIG))
                .checkpoints(temp, 3)
                .run(TinyRun.TRAIN, TinyRun.DEV);
          }
        };
    FineTuner tuner = tuner(model).checkpoints(temp, 5).listener(intruder);

    assertThatThrownBy(() -> tuner.run(TinyRun.TRAIN, TinyRun.DEV))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(temp + ": is in use by another run");
  }
}
