package jada.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the tests of all operations do not show: special cases, limits and bad input.
class FusedTest {
  private final RandomSource random = RandomSource.of(4);

  private Parameter parameter(int... dims) {
    return Parameter.of("p", Tensor.normal(Shape.of(dims), 1, random));
  }

  private static Variable zeros(int... dims) {
    return Constant.of(Tensor.zeros(Shape.of(dims)));
  }

  // ---- feed-forward --------------------------------------------------------------------------

  @Test
  void feed_forward_with_frozen_weights_keeps_one_wide_matrix_and_every_bit() {
    Parameter x = parameter(40, 48);
    List<Variable> frozen =
        Stream.of(parameter(96, 48), parameter(96), parameter(48, 96), parameter(48))
            .map(p -> (Variable) Constant.of(p.value()))
            .toList();
    Gradients apart = Gradients.of(Ops.sum(feedForward(x, frozen, false)));
    float[] values = feedForward(x, frozen, false).value().array();

    // In a workspace, where an array that was given back too early holds NaN.
    Workspace workspace = new Workspace();
    for (int step = 0; step < 2; step++) {
      workspace.run(
          () -> {
            Variable y = feedForward(x, frozen, true);
            assertThat(Arrays.copyOf(y.value().array(), y.value().size())).isEqualTo(values);
            Tensor dx = Gradients.of(Ops.sum(y)).of(x);
            assertThat(Arrays.copyOf(dx.array(), dx.size())).isEqualTo(apart.of(x).array());
          });
    }
    workspace.run(
        () -> {
          feedForward(x, frozen, true);
          // Arrays that were given back are lent again, the last first.
          Tensor h = Tensor.blank(Shape.of(40, 96));
          assertThat(h.array()).startsWith(Float.NaN);
        });
  }

  private static Variable feedForward(Variable x, List<Variable> w, boolean fused) {
    return fused
        ? Fused.feedForward(x, w.get(0), w.get(1), w.get(2), w.get(3))
        : Fused.linear(Fused.gelu(Fused.linear(x, w.get(0), w.get(1))), w.get(2), w.get(3));
  }

  @Test
  void feed_forward_refuses_shapes_that_do_not_fit() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Fused.feedForward(zeros(5, 4), zeros(8, 4), zeros(8), zeros(4, 7), zeros(4)))
        .withMessage(
            "feedForward: (5, 4), (8, 4), (8), (4, 7), (4) do not fit: needed x (T, in),"
                + " weight 1 (F, in), bias 1 (F), weight 2 (out, F), bias 2 (out)");
  }

  // ---- adapters ------------------------------------------------------------------------------

  @Test
  void an_adapter_whose_lambda_is_zero_leaves_every_bit_of_the_linear_layer() {
    Parameter x = parameter(37, 48);
    Parameter w = parameter(29, 48);
    Parameter bias = parameter(29);
    Variable plain = Fused.linear(x, w, bias);

    Variable svd = Fused.svdLinear(x, w, bias, parameter(29, 12), zeros(12), parameter(12, 48), 3);
    Variable lora = Fused.loraLinear(x, w, bias, zeros(29, 12), parameter(12, 48), 3);

    assertThat(svd.value().array()).containsExactly(plain.value().array());
    assertThat(lora.value().array()).containsExactly(plain.value().array());
  }

  @Test
  void an_adapter_of_rank_zero_is_the_linear_layer() {
    Parameter x = parameter(5, 4);
    Parameter w = parameter(3, 4);
    Parameter bias = parameter(3);
    Parameter p = parameter(3, 0);
    Parameter lambda = parameter(0);
    Parameter q = parameter(0, 4);

    Variable svd = Fused.svdLinear(x, w, bias, p, lambda, q, 1);
    Gradients gradients = Gradients.of(Ops.sum(svd));

    Variable plain = Fused.linear(x, w, bias);
    assertThat(svd.value().array()).containsExactly(plain.value().array());
    assertThat(gradients.of(x).array()).containsExactly(Gradients.of(Ops.sum(plain)).of(x).array());
    assertThat(gradients.of(p).shape()).isEqualTo(Shape.of(3, 0));
    assertThat(gradients.of(lambda).shape()).isEqualTo(Shape.of(0));
    assertThat(gradients.of(q).shape()).isEqualTo(Shape.of(0, 4));
  }

  @Test
  void layers_refuse_shapes_that_do_not_fit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.linear(zeros(5, 4), zeros(3, 2), zeros(3)))
        .withMessage(
            "linear: (5, 4), (3, 2), (3) do not fit:"
                + " needed x (T, in), weight (out, in), bias (out)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.linear(zeros(5, 4), zeros(3, 4), zeros(4)))
        .withMessageStartingWith("linear: (5, 4), (3, 4), (4) do not fit");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Fused.svdLinear(
                    zeros(5, 4), zeros(3, 4), zeros(3), zeros(3, 2), zeros(1), zeros(2, 4), 1))
        .withMessage(
            "svdLinear: (5, 4), (5, 4), (3, 4), (3), (3, 2), (1), (2, 4) do not fit: needed"
                + " x (T, in), adapter input (T, in), weight (out, in), bias (out), P (out, r),"
                + " lambda (r), Q (r, in)");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Fused.svdLinear(
                    zeros(5, 4),
                    zeros(5, 3),
                    zeros(3, 4),
                    zeros(3),
                    zeros(3, 2),
                    zeros(2),
                    zeros(2, 4),
                    1))
        .withMessageStartingWith("svdLinear: (5, 4), (5, 3), ");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Fused.loraLinear(zeros(5, 4), zeros(3, 4), zeros(3), zeros(3, 2), zeros(3, 4), 1))
        .withMessage(
            "loraLinear: (5, 4), (5, 4), (3, 4), (3), (3, 2), (3, 4) do not fit: needed x (T, in),"
                + " adapter input (T, in), weight (out, in), bias (out), B (out, r), A (r, in)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.layerNorm(zeros(5, 4), zeros(4), zeros(5), 1e-5f))
        .withMessage(
            "layerNorm: (5, 4), (4), (5) do not fit: needed x (T, C), gamma (C), beta (C)");
  }

  // ---- attention -----------------------------------------------------------------------------

  @Test
  void attention_of_one_token_is_its_value() {
    Parameter v = parameter(3, 8);

    Variable y = Fused.attention(parameter(3, 8), parameter(3, 8), v, new int[] {0, 1, 2, 3}, 2);

    assertThat(y.value().array()).containsExactly(v.value().array(), offset(1e-6f));
  }

  @Test
  void attention_does_not_look_into_other_sequences() {
    Parameter q = parameter(7, 8);
    Parameter k = parameter(7, 8);
    Parameter v = parameter(7, 8);
    Variable together = Fused.attention(q, k, v, new int[] {0, 4, 7}, 2);

    int[] rows = {4, 5, 6};
    Variable alone =
        Fused.attention(
            Ops.gatherRows(q, rows),
            Ops.gatherRows(k, rows),
            Ops.gatherRows(v, rows),
            new int[] {0, 3},
            2);

    assertThat(Ops.gatherRows(together, rows).value().array())
        .containsExactly(alone.value().array());
  }

  @Test
  void attention_refuses_a_bias_that_lacks_a_distance() {
    Variable q = zeros(5, 8);
    Variable k = zeros(3, 8);
    for (Variable bias : List.of(zeros(7, 2), zeros(8, 2), zeros(9, 4))) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  Fused.attention(
                      q, new int[] {0, 5}, k, k, new int[] {0, 3}, 2, Optional.of(bias), 0, 0))
          .withMessageStartingWith(
              "attention: the bias must be (2D - 1, 2) with D at least 5, got");
    }
  }

  @Test
  void attention_refuses_what_cannot_be_cut_up() {
    Variable x = zeros(5, 8);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.attention(x, x, zeros(5, 6), new int[] {0, 5}, 2))
        .withMessage("attention: (5, 8), (5, 8), (5, 6) do not fit: needed q, k and v (T, C)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.attention(x, x, x, new int[] {0, 5}, 3))
        .withMessage("attention: 8 channels cannot be split into 3 equal heads");
    for (int[] offsets : new int[][] {{}, {0}, {0, 4}, {1, 5}, {0, 3, 2, 5}, {0, 6}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Fused.attention(x, x, x, offsets, 2))
          .withMessageStartingWith(
              "attention: the offsets of the sequences must rise from 0 to the 5 rows of q, got [");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.attention(x, x, x, new int[] {0, 5}, 2, 0, 1))
        .withMessage(
            "attention: the probability to drop must be at least 0 and less than 1, got 1.0");
  }

  // ---- sentence embeddings -------------------------------------------------------------------

  @Test
  void the_mean_of_one_row_is_that_row() {
    Parameter x = parameter(3, 5);

    Variable y = Fused.meanRows(x, new int[] {0, 1, 2, 3});

    assertThat(y.value().array()).containsExactly(x.value().array());
  }

  @Test
  void means_refuse_offsets_that_leave_a_sequence_without_a_row_or_rows_without_a_sequence() {
    for (int[] offsets :
        new int[][] {{}, {0}, {0, 4}, {1, 5}, {0, 3, 3, 5}, {0, 3, 2, 5}, {0, 6}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Fused.meanRows(zeros(5, 4), offsets))
          .withMessage("meanRows: the offsets must rise from 0 to T = 5, each sequence with a row");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.meanRows(zeros(5), new int[] {0, 5}))
        .withMessage("meanRows: (5) do not fit: needed x (T, C)");
  }

  @Test
  void offsets_that_the_caller_changes_later_change_no_gradient() {
    Parameter x = parameter(4, 2);
    int[] offsets = {0, 3, 4};
    Variable y = Fused.meanRows(x, offsets);
    offsets[1] = 1;

    float[] dx = Gradients.of(Ops.sum(y)).of(x).array();

    assertThat(dx).containsExactly(1 / 3f, 1 / 3f, 1 / 3f, 1 / 3f, 1 / 3f, 1 / 3f, 1, 1);
  }

  @Test
  void rows_have_length_one_however_long_or_short_they_were() {
    Parameter x =
        Parameter.of("x", Tensor.matrix(new float[] {3e30f, 4e30f}, new float[] {-3e-8f, 4e-8f}));

    float[] y = Fused.normalizeRows(x).value().array();

    assertThat(y).containsExactly(new float[] {0.6f, 0.8f, -0.6f, 0.8f}, offset(1e-7f));
  }

  @Test
  void a_row_of_zeros_stays_and_its_gradient_is_that_of_pytorch() {
    Parameter x = Parameter.of("x", Tensor.matrix(new float[] {0, 0}, new float[] {0, 2}));
    Variable y = Fused.normalizeRows(x);

    float[] dx = Gradients.of(Ops.sum(y)).of(x).array();

    assertThat(y.value().array()).containsExactly(0, 0, 0, 1);
    assertThat(dx).containsExactly(1e12f, 1e12f, 0.5f, 0);
  }

  @Test
  void the_distance_of_equal_rows_and_its_derivative_are_zero() {
    Parameter a = Parameter.of("a", Tensor.matrix(new float[] {1, 2}, new float[] {3, 4}));
    Parameter b = Parameter.of("b", Tensor.matrix(new float[] {1, 2}, new float[] {0, 0}));
    Variable y = Fused.rowDistances(a, b);

    Gradients gradients = Gradients.of(Ops.sum(y));

    assertThat(y.value().array()).containsExactly(0, 5);
    assertThat(gradients.of(a).array()).containsExactly(0, 0, 0.6f, 0.8f);
    assertThat(gradients.of(b).array()).containsExactly(0, 0, -0.6f, -0.8f);
  }

  @Test
  void vectors_of_sentences_are_refused_in_other_shapes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.normalizeRows(zeros(4)))
        .withMessage("normalizeRows: (4) do not fit: needed x (B, C)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.rowDistances(zeros(2, 3), zeros(3, 2)))
        .withMessage("rowDistances: (2, 3), (3, 2) do not fit: needed a (B, C), b (B, C)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.cosent(zeros(2, 1), new float[] {0, 1}))
        .withMessage("cosent: (2, 1) do not fit: needed scores (B)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.cosent(zeros(2), new float[] {0}))
        .withMessage("cosent: (2) needs at least one row and one label for each, got 1");
  }

  @Test
  void cosent_of_equal_labels_has_nothing_to_teach() {
    Parameter s = Parameter.of("s", Tensor.vector(3, -1, 2));
    Variable loss = Fused.cosent(s, new float[] {0.5f, 0.5f, 0.5f});

    assertThat(loss.value().item()).isZero();
    assertThat(Gradients.of(loss).of(s).array()).containsOnly(0);
  }

  @Test
  void cosent_counts_pairs_in_the_wrong_order_however_far_apart() {
    Parameter s = Parameter.of("s", Tensor.vector(20_000, -20_000, 0));
    Variable wrong = Fused.cosent(s, new float[] {0, 2, 1});
    Variable right = Fused.cosent(s, new float[] {2, 0, 1});

    assertThat(wrong.value().item()).isEqualTo(40_000);
    assertThat(Gradients.of(wrong).of(s).array()).containsExactly(1, -1, 0);
    assertThat(right.value().item()).isZero();
    assertThat(Gradients.of(right).of(s).array()).containsOnly(0);
  }

  // ---- losses --------------------------------------------------------------------------------

  @Test
  void cross_entropy_of_equal_logits_is_the_logarithm_of_the_number_of_classes() {
    Variable loss = Fused.crossEntropy(zeros(3, 5), new int[] {0, 4, 2});

    assertThat(loss.value().item()).isCloseTo((float) Math.log(5), offset(1e-6f));
  }

  @Test
  void cross_entropy_survives_logits_that_the_exponential_does_not() {
    Parameter logits =
        Parameter.of(
            "z", Tensor.matrix(new float[] {20_000, -20_000}, new float[] {20_000, -20_000}));

    Variable loss = Fused.crossEntropy(logits, new int[] {0, 1});
    Gradients gradients = Gradients.of(loss);

    assertThat(loss.value().item()).isEqualTo(20_000);
    assertThat(gradients.of(logits).array()).containsExactly(0, 0, 0.5f, -0.5f);
  }

  @Test
  void losses_refuse_labels_and_targets_that_do_not_fit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.crossEntropy(zeros(2, 3), new int[] {0, 3}))
        .withMessage("crossEntropy: label 3 at position 1 is not in [0, 3)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.crossEntropy(zeros(2, 3), new int[] {-1, 0}))
        .withMessage("crossEntropy: label -1 at position 0 is not in [0, 3)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.crossEntropy(zeros(2, 3), new int[] {0}))
        .withMessage("crossEntropy: (2, 3) needs at least one row and one label for each, got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.crossEntropy(zeros(0, 3), new int[] {}))
        .withMessage("crossEntropy: (0, 3) needs at least one row and one label for each, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.crossEntropy(zeros(3), new int[] {0}))
        .withMessage("crossEntropy: (3) do not fit: needed logits (B, K)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.binaryCrossEntropy(zeros(2, 2), new float[] {1, 0, 1}))
        .withMessage(
            "binaryCrossEntropy: (2, 2) needs at least one element and one target for each, got 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.meanSquaredError(zeros(2, 1), new float[] {1, 2, 3}))
        .withMessage(
            "meanSquaredError: (2, 1) needs at least one row and one target for each, got 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.meanSquaredError(zeros(1, 2), new float[] {1, 2}))
        .withMessage("meanSquaredError: (1, 2) do not fit: needed predictions (B, 1)");
  }

  // ---- the rest ------------------------------------------------------------------------------

  @Test
  void embedding_refuses_ids_outside_of_its_table() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fused.embedding(zeros(4, 2), new int[] {0, 3, 4}))
        .withMessage("embedding: id 4 at position 2 is not in [0, 4)");
  }

  @Test
  void dropout_drops_the_asked_share_and_keeps_the_mean() {
    Variable x = Constant.of(Tensor.full(Shape.of(200, 500), 1));

    float[] y = Fused.dropout(x, 77, 0.25f).value().array();

    int dropped = 0;
    for (float value : y) {
      assertThat(value).isIn(0f, 1 / 0.75f);
      dropped += value == 0 ? 1 : 0;
    }
    // 100,000 draws: the standard deviation is 137.
    assertThat(dropped).isBetween(25_000 - 600, 25_000 + 600);
  }

  @Test
  void dropout_of_nothing_is_the_input_itself() {
    Parameter x = parameter(2, 3);

    assertThat(Fused.dropout(x, 77, 0)).isSameAs(x);
  }

  @Test
  void dropout_refuses_what_is_no_probability() {
    for (float p : new float[] {-0.1f, 1, Float.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Fused.dropout(zeros(2), 1, p))
          .withMessage(
              "dropout: the probability to drop must be at least 0 and less than 1, got " + p);
    }
  }

  @Test
  void the_deviation_of_an_orthonormal_matrix_and_its_derivative_are_zero() {
    Parameter p = Parameter.of("p", Tensor.identity(4).gatherRows(0, 2).transpose()); // (4,2)
    Parameter q = Parameter.of("q", Tensor.identity(4).gatherRows(0, 2)); // (2,4)
    Variable loss = Ops.add(Fused.columnGramDeviation(p), Fused.rowGramDeviation(q));

    Gradients gradients = Gradients.of(loss);

    assertThat(loss.value().item()).isZero();
    assertThat(gradients.of(p).array()).containsOnly(0).hasSize(8);
    assertThat(gradients.of(q).array()).containsOnly(0).hasSize(8);
  }

  @Test
  void the_deviation_of_a_matrix_without_columns_is_zero() {
    Parameter p = parameter(4, 0);
    Variable loss = Fused.columnGramDeviation(p);

    assertThat(loss.value().item()).isZero();
    assertThat(Gradients.of(loss).of(p).shape()).isEqualTo(Shape.of(4, 0));
  }
}
