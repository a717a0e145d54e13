package jada.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.Triplets;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Svd;
import jada.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SpectrumTest {
  private static Triplets triplets(int out, int in, int r) {
    RandomSource random = RandomSource.of(7);
    return new Triplets(
        Tensor.normal(Shape.of(out, r), 1, random.split("p")),
        Tensor.normal(Shape.of(r), 1, random.split("lambda")),
        Tensor.normal(Shape.of(r, in), 1, random.split("q")));
  }

  @Test
  void has_the_singular_values_of_the_whole_product() {
    for (int r : new int[] {1, 5, 9, 12}) { // below, at and above the smaller side
      Triplets triplets = triplets(20, 9, r);
      Spectrum spectrum = Spectrum.of(triplets, 0.5f);
      Tensor whole = Svd.of(triplets.product().scale(0.5f)).s();

      for (int i = 0; i < Math.min(r, 9); i++) {
        assertThat(spectrum.singular().get(i))
            .isCloseTo(whole.get(i), within(1e-4f * whole.get(0)));
      }
    }
  }

  @Test
  void agrees_with_the_triplets_where_they_are_orthogonal() {
    Triplets orthogonal =
        new Triplets(
            Tensor.of(Shape.of(3, 2), 2, 0, 0, 3, 0, 0),
            Tensor.vector(-5, 1),
            Tensor.of(Shape.of(2, 2), 0, 1, 1, 0));
    Spectrum spectrum = Spectrum.of(orthogonal, 2);

    assertThat(spectrum.learned().array()).containsExactly(new float[] {20, 6}, within(1e-5f));
    assertThat(spectrum.singular().array()).containsExactly(new float[] {20, 6}, within(1e-5f));
  }

  @Test
  void is_empty_at_rank_0() {
    assertThat(Spectrum.of(triplets(4, 3, 0), 1).singular().size()).isZero();
  }
}
