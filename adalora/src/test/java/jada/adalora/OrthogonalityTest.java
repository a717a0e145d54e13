package jada.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OrthogonalityTest {

  @Test
  void value_and_gradients_equal_pefts() {
    JsonNode golden = Golden.read().get("penalty");
    int rank = golden.get("rank").asInt();
    List<SvdLinear> adapters = new ArrayList<>();
    List<String> names = new ArrayList<>(golden.get("sizes").propertyNames());
    for (String name : names) {
      adapters.add(
          adapter(
              Golden.triplets(
                  golden.get("values").get(name), golden.get("sizes").get(name), rank)));
    }
    for (OrthogonalityPenalty form : OrthogonalityPenalty.values()) {
      JsonNode expected = golden.get(form.name().toLowerCase(java.util.Locale.ROOT));
      Variable weighted =
          Ops.scale(Orthogonality.penalty(form, adapters), (float) golden.get("weight").asDouble());
      assertThat(weighted.value().item())
          .isCloseTo((float) expected.get("loss").asDouble(), within(1e-5f));
      Gradients gradients = Gradients.of(weighted);
      for (int m = 0; m < names.size(); m++) {
        Triplets wanted =
            Golden.triplets(
                expected.get("gradients").get(names.get(m)),
                golden.get("sizes").get(names.get(m)),
                rank);
        SvdLinear a = adapters.get(m);
        assertThat(gradients.of(a.p()).array()).containsExactly(wanted.p().array(), within(2e-5f));
        assertThat(gradients.of(a.q()).array()).containsExactly(wanted.q().array(), within(2e-5f));
        assertThat(gradients.parameters()).doesNotContain(a.lambda());
      }
    }
  }

  @Test
  void is_0_for_an_orthonormal_start_and_for_no_adapters() {
    Triplets start = TripletStart.ORTHONORMAL.triplets(8, 6, 4, RandomSource.of(2));
    for (OrthogonalityPenalty form : OrthogonalityPenalty.values()) {
      assertThat(Orthogonality.penalty(form, List.of(adapter(start))).value().item())
          .isCloseTo(0, within(1e-6f));
      assertThat(Orthogonality.penalty(form, List.of()).value().item()).isZero();
    }
  }

  @Test
  void a_matrix_of_rank_0_contributes_nothing_and_still_counts_in_the_mean() {
    SvdLinear alive = adapter(TripletStart.GAUSSIAN.triplets(8, 6, 4, RandomSource.of(2)));
    SvdLinear dead = adapter(TripletStart.GAUSSIAN.triplets(8, 6, 4, RandomSource.of(2)));
    dead.mask(new BitSet());
    dead.dropMasked();
    float one =
        Orthogonality.penalty(OrthogonalityPenalty.FROBENIUS, List.of(alive)).value().item();
    float both =
        Orthogonality.penalty(OrthogonalityPenalty.FROBENIUS, List.of(alive, dead)).value().item();
    assertThat(both).isCloseTo(one / 2, within(1e-6f));
  }

  private static SvdLinear adapter(Triplets triplets) {
    Shape weight = Shape.of(triplets.out(), triplets.in());
    return SvdLinear.of(
        "layer",
        Constant.of(Tensor.zeros(weight)),
        Constant.of(Tensor.zeros(Shape.of(triplets.out()))),
        triplets,
        1,
        0);
  }
}
