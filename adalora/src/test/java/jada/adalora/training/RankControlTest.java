package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Adapter;
import jada.adalora.AdapterType;
import jada.adalora.Method;
import jada.adalora.RankControl;
import jada.adalora.Replacement;
import jada.adalora.model.AdaptedModel;
import jada.adalora.testing.TinyRun;
import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Linear;
import jada.tensor.RandomSource;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// A type of adapter that the trainer does not know takes part in every step.
class RankControlTest {
  /// LoRA whose parameters are halved after each step, with the number of steps as its penalty.
  private static final class Shrinking implements AdapterType {
    private final List<String> calls = new ArrayList<>();

    @Override
    public String name() {
      return "shrinking";
    }

    @Override
    public String peftType() {
      return "SHRINKING";
    }

    @Override
    public Adapter start(Linear layer, AdaLoraConfig config, RandomSource random) {
      return Method.LORA.start(layer, config.withMethod(Method.LORA), random);
    }

    @Override
    public RankControl rankControl(
        AdaLoraConfig config, Collection<Adapter> adapters, int totalSteps) {
      List<Parameter> all = adapters.stream().flatMap(a -> a.parameters().stream()).toList();
      return new RankControl() {
        @Override
        public Variable penalty() {
          return Ops.scale(Constant.of(Tensor.scalar(1)), totalSteps);
        }

        @Override
        public void beforeStep(int t, Gradients gradients) {
          assertThat(all).allMatch(p -> gradients.of(p).shape().equals(p.shape()));
          calls.add("before " + t);
        }

        @Override
        public boolean afterStep(int t, Gradients gradients, Consumer<Replacement> replacements) {
          for (Parameter parameter : all) {
            parameter.update(
                values -> {
                  for (int i = 0; i < values.length; i++) {
                    values[i] /= 2;
                  }
                });
          }
          calls.add("after " + t);
          return false;
        }
      };
    }

    @Override
    public String toString() {
      return name();
    }
  }

  @Test
  void a_type_of_adapter_adds_its_penalty_and_acts_before_and_after_each_step() {
    Shrinking type = new Shrinking();
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG.withMethod(type));
    TinyRun.Record record = new TinyRun.Record();

    FineTuner.of(model).options(TinyRun.OPTIONS).listener(record).run(TinyRun.TRAIN, TinyRun.DEV);

    int steps = record.steps.size();
    assertThat(type.calls).hasSize(2 * steps);
    for (int t = 0; t < steps; t++) {
      assertThat(type.calls.subList(2 * t, 2 * t + 2)).containsExactly("before " + t, "after " + t);
      assertThat(record.steps.get(t).orthReg()).isEqualTo(steps);
    }
    assertThat(model.adapters().values())
        .as("halved each step, whatever the optimizer added")
        .allSatisfy(a -> assertThat(a.parameters()).allMatch(p -> largest(p) < 0.05));
  }

  private static float largest(Parameter parameter) {
    float largest = 0;
    for (float value : parameter.value().array()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
