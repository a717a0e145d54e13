package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.model.AdaptedModel;
import jada.adalora.testing.TinyRun;
import jada.adalora.testing.TinyRun.Record;
import jada.adalora.training.GradientSource.StepGradients;
import jada.autograd.Gradients;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class GradientSourceTest {
  private static final AdaLoraConfig CONFIG = TinyRun.CONFIG.withLoraDropout(0);

  private static Record run(GradientSource source) {
    Record record = new Record();
    FineTuner.of(TinyRun.model(CONFIG))
        .options(TinyRun.OPTIONS)
        .gradients(source)
        .listener(record)
        .run(TinyRun.TRAIN, TinyRun.DEV);
    return record;
  }

  private static void assertSame(Record run, Record whole) {
    assertThat(run.steps).hasSameSizeAs(whole.steps).hasSize(18);
    for (int t = 0; t < 18; t++) {
      assertThat(run.steps.get(t).loss())
          .as("loss of step %d", t)
          .isCloseTo(whole.steps.get(t).loss(), within(2e-4));
      assertThat(run.steps.get(t).orthReg()).isCloseTo(whole.steps.get(t).orthReg(), within(2e-4));
      assertThat(run.steps.get(t).ranks()).isEqualTo(whole.steps.get(t).ranks());
    }
  }

  /// What two machines would do: each computes the gradients of its half, as arrays by name, and
  /// the one that trains puts them together.
  private static StepGradients shards(
      int[] positions, Function<int[], Variable> loss, Variable penalty) {
    int half = (positions.length + 1) / 2;
    Map<String, float[]> sums = new HashMap<>();
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    double total = 0;
    for (int[] shard :
        new int[][] {
          Arrays.copyOf(positions, half), Arrays.copyOfRange(positions, half, positions.length)
        }) {
      var mean = loss.apply(shard);
      float share = (float) shard.length / positions.length;
      total += share * mean.value().item();
      Gradients sent = Gradients.of(mean);
      for (Parameter p : sent.parameters()) {
        parameters.put(p.name(), p);
        float[] sum = sums.computeIfAbsent(p.name(), _ -> new float[p.shape().size()]);
        for (int i = 0; i < sum.length; i++) {
          sum[i] += share * sent.of(p).array()[i];
        }
      }
    }
    Map<Parameter, Tensor> received = new LinkedHashMap<>();
    parameters.forEach((name, p) -> received.put(p, Tensor.of(p.shape(), sums.get(name))));
    return new StepGradients((float) total, Gradients.given(received).plus(Gradients.of(penalty)));
  }

  @Test
  void gradients_may_come_from_elsewhere() {
    assertSame(run(GradientSourceTest::shards), run(GradientSource.WHOLE));
  }

  @Test
  void gradients_of_another_shape_are_refused() {
    AdaptedModel model = TinyRun.model(CONFIG);
    Parameter first = model.parameters().getFirst();
    assertThatThrownBy(() -> Gradients.given(Map.of(first, Tensor.zeros(Shape.of(1)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(first.name());
  }
}
