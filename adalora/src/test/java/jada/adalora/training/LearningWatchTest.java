package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.Method;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.model.SingleLabelTask;
import jada.adalora.model.Task;
import jada.adalora.testing.TinyRun;
import jada.tensor.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LearningWatchTest {
  private final RandomSource random = RandomSource.of(4);

  /// What is said over some steps of a noisy loss around a mean.
  private List<String> said(LearningWatch watch, int from, int to, double mean, double norm) {
    List<String> lines = new ArrayList<>();
    for (int step = from; step < to; step++) {
      double loss = mean * (1 + 0.1 * random.nextGaussian());
      watch.seen(step, loss, norm * Math.exp(random.nextGaussian())).ifPresent(lines::add);
    }
    return lines;
  }

  @Test
  void guessing_is_the_entropy_of_the_classes_or_the_variance_of_the_targets() {
    SingleLabelTask classes = Task.classification("a", "b");
    Dataset labels =
        Dataset.of("d", List.of(Example.of("x", "a"), Example.of("y", "a"), Example.of("z", "b")));
    // sklearn.metrics.log_loss([0, 0, 1], [[2/3, 1/3]] * 3)
    assertThat(classes.targets(labels).lossOfGuessing()).isCloseTo(0.636514168, within(1e-8));
    Dataset numbers =
        Dataset.of(
            "d", List.of(Example.of("x", "1"), Example.of("y", "2"), Example.of("z", "4.5")));
    // numpy.var([1, 2, 4.5])
    assertThat(Task.regression().targets(numbers).lossOfGuessing())
        .isCloseTo(2.166666666, within(1e-8));
  }

  @Test
  void says_nothing_of_a_run_that_learns_however_noisy_and_slow_to_begin() {
    LearningWatch watch = new LearningWatch(0.69, 60, 1000);

    assertThat(said(watch, 0, 60, 1.5, 3)).isEmpty(); // warm-up
    assertThat(said(watch, 60, 130, 0.69, 3)).isEmpty();
    assertThat(said(watch, 130, 1000, 0.5, 1)).isEmpty();
  }

  @Test
  void says_once_that_the_loss_stays_at_guessing() {
    LearningWatch watch = new LearningWatch(2.4, 60, 1000);

    assertThat(said(watch, 0, 400, 1.2, 1)).isEmpty();
    assertThat(said(watch, 400, 1000, 2.5, 1))
        .singleElement()
        .asString()
        .matches(
            "step [45]\\d\\d: the loss was 2\\.\\d{3} over the last 100 steps, no better than"
                + " guessing \\(2\\.400\\); the run does not learn: try a lower `learning-rate`, or"
                + " a longer run");
  }

  @Test
  void says_at_once_that_the_gradients_are_out_of_bounds() {
    LearningWatch watch = new LearningWatch(0.69, 0, 1000);
    assertThat(said(watch, 0, 100, 0.4, 2)).isEmpty();

    assertThat(watch.seen(100, 0.4, 9e4))
        .get()
        .asString()
        .matches(
            "step 100: the norm of the gradients is 9\\.00e\\+04, [0-9]{2},[0-9]{3} times what it"
                + " was; the run diverges: try a lower `learning-rate`, or `max-grad-norm` 1");
    assertThat(watch.seen(101, 0.4, 9e4)).isEmpty();
  }

  @Test
  void a_rate_far_too_high_is_told_while_the_run_goes_on_and_a_good_one_is_not() {
    assertThat(warnings(1e-2)).isEmpty();
    assertThat(warnings(5)).isNotEmpty().allMatch(line -> line.contains("`learning-rate`"));
  }

  private static List<String> warnings(double rate) {
    List<String> lines = new ArrayList<>();
    TrainingListener listener =
        TrainingListener.SILENT.and(
            new TrainingListener() {
              @Override
              public void notLearning(String message) {
                lines.add(message);
              }
            });
    FineTuner.of(TinyRun.model(TinyRun.CONFIG.withMethod(Method.LORA).withLoraDropout(0)))
        .options(TinyRun.OPTIONS.withEpochs(20).withLearningRate(rate))
        .listener(listener)
        .run(TinyRun.TRAIN, TinyRun.DEV);
    return lines;
  }

  @Test
  void there_is_nothing_to_guess_where_all_answers_are_the_same() {
    assertThat(new LearningWatch(0, 0, 100).seen(0, 1, 1)).isEqualTo(Optional.empty());
    assertThat(said(new LearningWatch(0, 0, 100), 0, 100, 1, 1)).isEmpty();
  }
}
