package jada.nn;

import static jada.nn.RandomBert.CONFIG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.autograd.Constant;
import jada.autograd.Variable;
import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClassificationHeadTest {
  private static final BertConfig WIDE = new BertConfig(20, 256, 1, 4, 32, 12, 2, 1e-12f, 0, 0);
  private static final Batch PAIR =
      Batch.of(List.of(RandomBert.sequence(2, 3), RandomBert.sequence(2, 3)));

  private static Head head(BertConfig config, int outputs) {
    Map<String, Variable> weights =
        RandomBert.constants(ClassificationHead.initial(config, outputs, RandomSource.of(5)));
    return ClassificationHead.build(config, outputs, weights::get, LinearFactory.PLAIN);
  }

  @Test
  void reads_the_first_token_of_each_sequence() {
    assertThat(head(CONFIG, 2).rows()).isEqualTo(Rows.FIRST);
  }

  @Test
  void gives_one_row_of_logits_for_each_sequence() {
    Variable hidden = Constant.of(Tensor.full(Shape.of(2, 16), 1));

    assertThat(head(CONFIG, 3).forward(hidden, PAIR).shape()).isEqualTo(Shape.of(2, 3));
  }

  @Test
  void gives_one_number_for_each_sequence_in_regression() {
    Variable hidden = Constant.of(Tensor.full(Shape.of(2, 16), 1));

    assertThat(head(CONFIG, 1).forward(hidden, PAIR).shape()).isEqualTo(Shape.of(2, 1));
  }

  @Test
  void pools_with_tanh() {
    BertConfig tiny = new BertConfig(20, 1, 1, 1, 1, 12, 2, 1e-12f, 0, 0);
    Map<String, Variable> weights =
        Map.of(
            "pooler.dense.weight", Constant.of(Tensor.matrix(new float[] {2})),
            "pooler.dense.bias", Constant.of(Tensor.vector(0.5f)),
            "classifier.weight", Constant.of(Tensor.matrix(new float[] {10})),
            "classifier.bias", Constant.of(Tensor.vector(1)));
    Head head = ClassificationHead.build(tiny, 1, weights::get, LinearFactory.PLAIN);
    Variable hidden = Constant.of(Tensor.matrix(new float[] {0.25f}, new float[] {-3}));

    Tensor logits = head.forward(hidden, PAIR).value();

    assertThat(logits.get(0, 0)).isCloseTo(10 * (float) Math.tanh(1) + 1, within(1e-5f));
    assertThat(logits.get(1, 0)).isCloseTo(10 * (float) Math.tanh(-5.5) + 1, within(1e-5f));
  }

  @Test
  void drops_what_the_classifier_reads_in_training_only() {
    Head dropping = head(CONFIG.withDropout(0.5f, 0), 2);
    Variable hidden = Constant.of(Tensor.full(Shape.of(2, 16), 1));
    float[] plain = head(CONFIG, 2).forward(hidden, PAIR).value().array();

    assertThat(dropping.forward(hidden, PAIR).value().array()).isEqualTo(plain);
    assertThat(new TrainingStep(1, 0).call(() -> dropping.forward(hidden, PAIR)).value().array())
        .isNotEqualTo(plain);
  }

  @Test
  void starts_matrices_from_narrow_normal_noise_and_biases_from_zero() {
    Map<String, Tensor> initial = ClassificationHead.initial(WIDE, 3, RandomSource.of(5));

    assertThat(initial)
        .containsOnlyKeys(
            "pooler.dense.weight", "pooler.dense.bias", "classifier.weight", "classifier.bias");
    Tensor pooler = initial.get("pooler.dense.weight");
    // 65,536 draws: mean 0 ± 0.00008, standard deviation 0.02 ± 0.00006.
    assertThat(pooler.sum().item() / pooler.size()).isCloseTo(0, within(4e-4f));
    assertThat(pooler.norm() / Math.sqrt(pooler.size())).isCloseTo(0.02, within(3e-4));
    assertThat(initial.get("classifier.weight").shape()).isEqualTo(Shape.of(3, 256));
    assertThat(initial.get("pooler.dense.bias").array()).containsOnly(0);
    assertThat(initial.get("classifier.bias").array()).containsOnly(0);
  }

  @Test
  void starts_from_the_same_numbers_for_the_same_seed_only() {
    float[] once =
        ClassificationHead.initial(WIDE, 3, RandomSource.of(5)).get("pooler.dense.weight").array();
    RandomSource used = RandomSource.of(5);
    used.nextLong();

    assertThat(ClassificationHead.initial(WIDE, 9, used).get("pooler.dense.weight").array())
        .isEqualTo(once);
    assertThat(
            ClassificationHead.initial(WIDE, 3, RandomSource.of(6))
                .get("pooler.dense.weight")
                .array())
        .isNotEqualTo(once);
  }

  @Test
  void asks_the_factory_by_the_paths_in_transformers() {
    Map<String, Variable> weights =
        RandomBert.constants(ClassificationHead.initial(CONFIG, 2, RandomSource.of(5)));
    List<String> names = new ArrayList<>();

    ClassificationHead.build(
        CONFIG,
        2,
        weights::get,
        (name, weight, bias) -> {
          names.add(name);
          return new Linear(name, weight, bias);
        });

    assertThat(names).containsExactly("bert.pooler.dense", "classifier");
  }

  @Test
  void refuses_to_answer_nothing() {
    String message =
        "classification head: K must be at least 1, got 0; give the number of classes, or 1 for"
            + " regression";

    assertThatThrownBy(() -> ClassificationHead.initial(CONFIG, 0, RandomSource.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(
            () ->
                ClassificationHead.build(
                    CONFIG, 0, new HashMap<String, Variable>()::get, LinearFactory.PLAIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void refuses_the_classifier_of_another_number_of_classes() {
    Map<String, Variable> weights =
        RandomBert.constants(ClassificationHead.initial(CONFIG, 2, RandomSource.of(5)));

    assertThatThrownBy(() -> ClassificationHead.build(CONFIG, 3, weights::get, LinearFactory.PLAIN))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "bert classification head: weight classifier.weight is (2, 16), the configuration needs"
                + " (3, 16); the configuration and the weights do not belong together");
  }
}
