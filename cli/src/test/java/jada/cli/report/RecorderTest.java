package jada.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.JudgedTriplets;
import jada.adalora.Method;
import jada.adalora.SvdLinear;
import jada.adalora.model.AdaptedModel;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.Checkpoint;
import jada.adalora.training.FineTuner;
import jada.adalora.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecorderTest {
  private static final int STEPS = 18;
  private static final int RANK = 4;

  @TempDir private static Path temp;
  private static AdaptedModel model;
  private static RunHistory history;
  private static final Heard HEARD = new Heard();

  /// What the run has told.
  private static final class Heard implements TrainingListener {
    final List<StepReport> steps = new ArrayList<>();
    final List<List<Float>> sensitivities = new ArrayList<>();

    @Override
    public void judged(int step, List<JudgedTriplets> triplets) {
      List<Float> first = new ArrayList<>();
      for (int i = 0; i < triplets.getFirst().size(); i++) {
        first.add(triplets.getFirst().sensitivity(i));
      }
      sensitivities.add(first);
    }

    @Override
    public void stepped(StepReport report) {
      steps.add(report);
    }
  }

  @BeforeAll
  static void train() {
    model = TinyRun.model(TinyRun.CONFIG);
    history = record(model, HEARD);
  }

  private static RunHistory record(AdaptedModel model, TrainingListener other) {
    Recorder recorder = new Recorder(model);
    FineTuner.of(model)
        .options(TinyRun.OPTIONS)
        .listener(recorder)
        .listener(other)
        .run(TinyRun.TRAIN, TinyRun.DEV);
    return recorder.history();
  }

  private static RunHistory record(AdaLoraConfig config) {
    return record(TinyRun.model(config), TrainingListener.SILENT);
  }

  @Test
  void keeps_the_numbers_of_every_step() {
    float[] curves = history.tensor(RunHistory.CURVES).array();

    assertThat(curves).hasSize(STEPS * RunHistory.CURVE_COLUMNS);
    for (int t = 0; t < STEPS; t++) {
      TrainingListener.StepReport step = HEARD.steps.get(t);
      int at = t * RunHistory.CURVE_COLUMNS;
      assertThat(curves[at]).isEqualTo(t);
      assertThat(curves[at + 1]).isEqualTo((float) step.loss());
      assertThat(curves[at + 2]).isEqualTo((float) step.orthReg());
      assertThat(curves[at + 3]).isEqualTo((float) step.learningRate());
      assertThat(curves[at + 4]).isEqualTo(step.budget());
      assertThat(curves[at + 5]).isEqualTo(step.activeTriplets());
    }
  }

  @Test
  void knows_which_triplets_live() {
    int last = history.samples() - 1;

    assertThat(history.step(last)).isEqualTo(STEPS - 1);
    for (int m = 0; m < model.svdAdapters().size(); m++) {
      SvdLinear adapter = model.svdAdapters().get(m);
      for (int i = 0; i < RANK; i++) {
        assertThat(history.alive(last, m * RANK + i)).isEqualTo(adapter.survivors().get(i));
        assertThat(history.alive(0, m * RANK + i)).isTrue();
      }
    }
  }

  @Test
  void keeps_sensitivities_as_they_were_judged() {
    float[] early = history.tensor(RunHistory.EARLY).array();

    for (int t = 0; t < 9; t++) { // nothing is dropped before the ranks are final
      for (int i = 0; i < RANK; i++) {
        assertThat(early[t * history.shape().triplets() + i])
            .isEqualTo(HEARD.sensitivities.get(t).get(i));
      }
    }
    assertThat(early).hasSize(STEPS * history.shape().triplets());
    assertThat(HEARD.sensitivities.get(5)).allMatch(s -> s > 0);
  }

  @Test
  void smooths_as_the_scores_do() {
    List<List<Float>> ofScores = new ArrayList<>();
    AdaptedModel again = TinyRun.model(TinyRun.CONFIG);
    FineTuner.of(again)
        .options(TinyRun.OPTIONS)
        .checkpoints(temp.resolve("smooth"), 8)
        .run(TinyRun.TRAIN, TinyRun.DEV);
    var state = jada.nn.files.Safetensors.read(temp.resolve("smooth/step-8/state.safetensors"));
    for (SvdLinear adapter : again.svdAdapters()) {
      List<Float> values = new ArrayList<>();
      for (float value :
          state.get("importance/" + adapter.name() + "/sensitivity.lambda").array()) {
        values.add(value);
      }
      ofScores.add(values);
    }

    int sample = 7;
    assertThat(history.step(sample)).isEqualTo(7);
    for (int m = 0; m < ofScores.size(); m++) {
      for (int i = 0; i < RANK; i++) {
        assertThat(history.at(RunHistory.SMOOTHED, sample, m * RANK + i))
            .isEqualTo(ofScores.get(m).get(i));
      }
    }
  }

  @Test
  void scores_explain_who_was_kept() {
    int t = history.shape().schedule().orElseThrow().finalAllocation();
    int sample = 0;
    while (history.step(sample) != t) {
      sample++;
    }
    float worstKept = Float.POSITIVE_INFINITY;
    float bestPruned = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < history.shape().triplets(); i++) {
      float score = history.at(RunHistory.SCORE, sample, i);
      if (history.alive(sample, i)) {
        worstKept = Math.min(worstKept, score);
      } else {
        bestPruned = Math.max(bestPruned, score);
        assertThat(history.at(RunHistory.LAMBDA, sample, i)).as("judged before masks").isNotZero();
      }
    }
    assertThat(bestPruned).isPositive().isLessThanOrEqualTo(worstKept);
  }

  @Test
  void measures_orthogonality() {
    RunHistory orthonormal = record(AdaLoraConfig.article().withInitRank(4).withTargetRank(2));
    float[] start = orthonormal.tensor(Moment.START.p()).array();

    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        assertThat(start[i * 4 + j]).isCloseTo(i == j ? 1 : 0, within(1e-5f));
      }
    }
    SvdLinear first = model.svdAdapters().getFirst();
    float[] end = history.tensor(Moment.END.q()).array();
    int[] left = first.indices();
    for (int a = 0; a < left.length; a++) {
      float norm = first.q().value().gatherRows(a).norm();
      assertThat(end[left[a] * RANK + left[a]]).isCloseTo(norm * norm, within(1e-4f));
    }
  }

  @Test
  void records_one_way_pruning_with_what_was_dropped_on_the_way() {
    RunHistory article = record(AdaLoraConfig.article().withInitRank(4).withTargetRank(2));
    int n = article.shape().triplets();
    float[] count = article.tensor(RunHistory.COUNT).array();
    int pruned = 0;
    for (int i = 0; i < n; i++) {
      pruned += (int) count[n + i];
      assertThat(count[2 * n + i]).as("revived").isZero();
    }
    assertThat(pruned).isEqualTo(n / 2);
  }

  @Test
  void the_same_run_leaves_the_same_bytes_also_when_it_was_resumed() throws IOException {
    Path whole = temp.resolve("whole");
    history.write(whole);
    Path folder = temp.resolve("checkpoints");
    AdaptedModel stopped = TinyRun.model(TinyRun.CONFIG);
    int[] steps = {0};
    FineTuner.of(stopped)
        .options(TinyRun.OPTIONS)
        .listener(new Recorder(stopped))
        .checkpoints(folder, 0)
        .stopWhen(() -> ++steps[0] == 11)
        .run(TinyRun.TRAIN, TinyRun.DEV);
    AdaptedModel resumed = TinyRun.model(TinyRun.CONFIG);
    Recorder recorder = new Recorder(resumed);
    FineTuner.of(resumed)
        .options(TinyRun.OPTIONS)
        .listener(recorder)
        .resume(Checkpoint.latest(folder))
        .run(TinyRun.TRAIN, TinyRun.DEV);
    Path second = temp.resolve("second");
    recorder.history().write(second);

    assertThat(Files.readAllBytes(second)).isEqualTo(Files.readAllBytes(whole));
  }

  @Test
  void keeps_curves_where_there_are_no_triplets() {
    RunHistory lora = record(TinyRun.CONFIG.withMethod(Method.LORA));
    Path file = temp.resolve("lora");
    lora.write(file);

    assertThat(RunHistory.read(file).shape().triplets()).isZero();
    assertThat(RunHistory.read(file).tensor(RunHistory.CURVES).shape().dim(0)).isEqualTo(STEPS);
  }
}
