package jada.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.nn.Linear;
import jada.nn.TrainingStep;
import jada.nn.optim.AdamW;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Svd;
import jada.tensor.Tensor;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SvdLinearTest {
  private final RandomSource random = RandomSource.of(1);
  private final Variable weight = Constant.of(Tensor.normal(Shape.of(7, 5), 1, random));
  private final Variable bias = Constant.of(Tensor.normal(Shape.of(7), 1, random));
  private final Variable x = Constant.of(Tensor.normal(Shape.of(4, 5), 1, random));

  @Test
  void with_lambda_0_the_output_is_that_of_the_frozen_layer_bit_for_bit() {
    for (TripletStart start : TripletStart.values()) {
      SvdLinear layer = adapter(start.triplets(7, 5, 3, random));
      assertThat(layer.forward(x).value().array())
          .isEqualTo(new Linear("base", weight, bias).forward(x).value().array());
    }
  }

  @Test
  void the_start_of_lora_is_that_of_a_lora_layer_from_the_same_randomness() {
    Triplets start = TripletStart.LORA.triplets(7, 5, 3, RandomSource.of(4));
    LoraLinear lora = LoraLinear.start("layer", weight, bias, 3, 1, 0, RandomSource.of(4));
    assertThat(start.q().array()).isEqualTo(lora.a().value().array());
    assertThat(start.p().array()).isEqualTo(lora.b().value().array());
    assertThat(start.lambda().array()).containsOnly(1);
  }

  /// Two singular values differ, one is 0: its vectors are orthonormal to the others all the same.
  @Test
  void with_lambda_absorbed_its_values_are_the_singular_triplets_of_delta() {
    Triplets start = randomTriplets(3);
    for (int i = 0; i < 7; i++) {
      start.p().array()[i * 3 + 2] = 0;
    }
    SvdLinear layer = adapter(start);
    Tensor delta = layer.delta();
    layer.absorbLambda();
    assertThat(layer.lambda().value().array()).containsOnly(1);
    assertThat(layer.delta().array()).containsExactly(delta.array(), within(1e-5f));
    layer.setGauge(Gauge.FLOW);
    assertThat(layer.delta().array()).containsExactly(delta.array(), within(1e-5f));

    Triplets values = layer.values();
    assertThat(values.product().scale(1.5f).array()).containsExactly(delta.array(), within(1e-5f));
    assertOrthonormal(values.p().transposedMatmul(values.p()));
    assertOrthonormal(values.q().matmulTransposed(values.q()));
    float[] sigma = Svd.of(delta.scale(1 / 1.5f)).s().array();
    float[] lambda = values.lambda().array().clone();
    assertThat(layer.strengths()).containsExactly(lambda, within(1e-5f));
    Arrays.sort(lambda);
    assertThat(lambda).containsExactly(new float[] {0, sigma[1], sigma[0]}, within(1e-5f));
  }

  private static void assertOrthonormal(Tensor gram) {
    int r = gram.shape().dim(0);
    for (int i = 0; i < r; i++) {
      for (int j = 0; j < r; j++) {
        assertThat(gram.get(i, j)).isCloseTo(i == j ? 1 : 0, within(1e-5f));
      }
    }
  }

  @Test
  void adds_delta_to_the_weight() {
    SvdLinear layer = adapter(randomTriplets(3));
    Tensor whole = weight.value().add(layer.delta());
    Tensor expected = x.value().matmulTransposed(whole).addRow(bias.value());
    assertThat(layer.forward(x).value().array()).containsExactly(expected.array(), within(1e-4f));
    assertThat(layer.merge().forward(x).value().array())
        .containsExactly(expected.array(), within(1e-4f));
  }

  @Test
  void delta_is_the_scaled_sum_of_its_triplets() {
    SvdLinear layer = adapter(randomTriplets(2));
    Triplets t = layer.values();
    for (int i = 0; i < 7; i++) {
      for (int j = 0; j < 5; j++) {
        float sum = 0;
        for (int k = 0; k < 2; k++) {
          sum += t.p().get(i, k) * t.lambda().get(k) * t.q().get(k, j);
        }
        assertThat(layer.delta().get(i, j)).isCloseTo(1.5f * sum, within(1e-5f));
      }
    }
  }

  @Test
  void a_masked_triplet_changes_nothing_and_dropping_it_neither() {
    SvdLinear layer = adapter(randomTriplets(4));
    layer.mask(bits(1, 2));
    assertThat(layer.lambda().value().array()[0]).isZero();
    assertThat(layer.lambda().value().array()[1]).isNotZero();
    assertThat(layer.rank()).isEqualTo(2);
    assertThat(layer.triplets()).isEqualTo(4);
    Tensor delta = layer.delta();
    Tensor output = layer.forward(x).value();
    assertThat(layer.dropMasked()).hasSize(3);
    assertThat(layer.triplets()).isEqualTo(2);
    assertThat(layer.delta().array()).containsExactly(delta.array(), within(1e-5f));
    assertThat(layer.forward(x).value().array()).containsExactly(output.array(), within(1e-4f));
    assertThat(layer.dropMasked()).isEmpty();
  }

  @Test
  void survivors_are_named_by_their_first_index_however_often_triplets_were_dropped() {
    SvdLinear layer = adapter(randomTriplets(6));
    layer.mask(bits(1, 3, 4, 5));
    layer.dropMasked();
    layer.mask(bits(1, 3));
    assertThat(layer.survivors()).isEqualTo(bits(3, 5));
    layer.dropMasked();
    assertThat(layer.survivors()).isEqualTo(bits(3, 5));
    assertThat(layer.alive()).isEqualTo(bits(0, 1));
  }

  @Test
  void a_matrix_may_end_at_rank_0() {
    SvdLinear layer = adapter(randomTriplets(2));
    layer.mask(bits());
    layer.dropMasked();
    assertThat(layer.rank()).isZero();
    assertThat(layer.p().shape()).isEqualTo(Shape.of(7, 0));
    assertThat(layer.q().shape()).isEqualTo(Shape.of(0, 5));
    assertThat(layer.merge().weight().value().array()).isEqualTo(weight.value().array());
    assertThat(layer.forward(x).value().array())
        .isEqualTo(new Linear("base", weight, bias).forward(x).value().array());
  }

  @Test
  void the_optimizer_goes_on_with_the_triplets_that_are_left() {
    SvdLinear masked = adapter(randomTriplets(3));
    SvdLinear dropped = adapter(masked.values());
    AdamW slow = AdamW.of(List.of(new AdamW.Group(masked.parameters(), 0.01)));
    AdamW fast = AdamW.of(List.of(new AdamW.Group(dropped.parameters(), 0.01)));
    for (int t = 0; t < 6; t++) {
      slow.step(Gradients.of(loss(masked)), 0.05f);
      fast.step(Gradients.of(loss(dropped)), 0.05f);
      if (t == 2) {
        masked.mask(bits(0, 2));
        dropped.mask(bits(0, 2));
        dropped.dropMasked().forEach(r -> fast.replace(r.old(), r.now(), r.change()));
      }
      masked.enforceMask();
    }
    assertThat(dropped.triplets()).isEqualTo(2);
    assertThat(dropped.delta().array()).containsExactly(masked.delta().array(), within(1e-4f));
  }

  private Variable loss(SvdLinear layer) {
    Variable y = layer.forward(x);
    return Ops.mean(Ops.multiply(y, y));
  }

  @Test
  void dropout_falls_on_the_adapters_input_while_training() {
    SvdLinear layer = SvdLinear.of("layer", weight, bias, randomTriplets(3), 1.5f, 0.5);
    float[] evaluated = layer.forward(x).value().array();
    float[] trained = new TrainingStep(1, 2).call(() -> layer.forward(x)).value().array();
    assertThat(trained).isNotEqualTo(evaluated);
    assertThat(new TrainingStep(1, 2).call(() -> layer.forward(x)).value().array())
        .isEqualTo(trained);
    SvdLinear zero = SvdLinear.of("layer", weight, bias, zeroTriplets(), 1.5f, 0.5);
    assertThat(new TrainingStep(1, 2).call(() -> zero.forward(x)).value().array())
        .as("the frozen part sees its whole input")
        .isEqualTo(zero.forward(x).value().array());
  }

  @Test
  void refuses_triplets_that_do_not_fit() {
    Triplets wrong = TripletStart.GAUSSIAN.triplets(5, 7, 2, random);
    assertThatThrownBy(() -> adapter(wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layer: triplets for a weight (5, 7) do not fit the weight (7, 5)");
  }

  @Test
  void an_orthonormal_start_is_orthonormal() {
    Triplets t = TripletStart.ORTHONORMAL.triplets(40, 9, 9, random);
    assertThat(t.p().transposedMatmul(t.p()).array())
        .containsExactly(Tensor.identity(9).array(), within(1e-6f));
    assertThat(t.q().matmulTransposed(t.q()).array())
        .containsExactly(Tensor.identity(9).array(), within(1e-6f));
  }

  private Triplets randomTriplets(int rank) {
    return new Triplets(
        Tensor.normal(Shape.of(7, rank), 1, random),
        Tensor.normal(Shape.of(rank), 1, random),
        Tensor.normal(Shape.of(rank, 5), 1, random));
  }

  private Triplets zeroTriplets() {
    return TripletStart.GAUSSIAN.triplets(7, 5, 3, random);
  }

  private SvdLinear adapter(Triplets triplets) {
    return SvdLinear.of("layer", weight, bias, triplets, 1.5f, 0);
  }

  private static BitSet bits(int... indices) {
    BitSet bits = new BitSet();
    for (int i : indices) {
      bits.set(i);
    }
    return bits;
  }
}
