package jada.cli.tour;

import jada.adalora.SvdLinear;
import jada.adalora.TripletStart;
import jada.adalora.Triplets;
import jada.tensor.RandomSource;
import jada.tensor.Tensor;
import java.util.BitSet;
import java.util.List;

/// One triplet switched off, and what that changes.
final class Pruning implements Section {
  private static final int PRUNED = 1;

  @Override
  public String name() {
    return "prune";
  }

  @Override
  public String title() {
    return "Prune one triplet, and the others stay as they are";
  }

  @Override
  public void show(Page page, RandomSource random) {
    page.say("Setting λ₂ = 0 takes the second term out of the sum and touches no other:");
    page.gap();
    SvdLinear adapter =
        Decomposition.adapter(
            TripletStart.ORTHONORMAL.triplets(
                Decomposition.OUT, Decomposition.IN, Decomposition.LAMBDA.length, random));
    Tensor before = adapter.delta();
    List<Tensor> parts = Decomposition.components(adapter);
    BitSet living = adapter.alive();
    living.clear(PRUNED);
    adapter.mask(living);
    Tensor after = adapter.delta();
    page.sideBySide(
        List.of("ΔW before", "λ₂·P₂·Q₂", "ΔW after"),
        List.of(before, parts.get(PRUNED), after),
        List.of("-", "="));
    page.gap();
    List<Tensor> now = Decomposition.components(adapter);
    page.numbers(
        "change of triplet 1: %.1e   of triplet 3: %.1e   living triplets: %d",
        Decomposition.largest(now.get(0).subtract(parts.get(0))),
        Decomposition.largest(now.get(2).subtract(parts.get(2))),
        adapter.rank());
    page.gap();
    page.say(
        "That would hold for any sum. What orthonormal columns and rows add is that sizes add up: "
            + "no term hides behind another, and |λᵢ| is what the update loses with term i.");
    page.formula("PᵀP = QQᵀ = I   ⟹   ‖ΔW‖² = Σᵢ λᵢ²      ‖ΔW − ΔW without i‖ = |λᵢ|");
    page.numbers("%-34s %10s %12s", "", "‖ΔW‖²", "Σ‖term‖²");
    lengths(page, "P, Q orthonormal", before, parts);
    SvdLinear skewed = Decomposition.adapter(skewed(adapter.values()));
    lengths(page, "P₂ leaning on P₁, Q₂ on Q₁", skewed.delta(), Decomposition.components(skewed));
    page.gap();
    page.say(
        "In the second line terms 1 and 2 cancel in part: each looks larger than what is lost "
            + "without it. AdaLoRA therefore keeps P and Q close to orthonormal.");
    page.readNext(SvdLinear.class);
  }

  private static void lengths(Page page, String what, Tensor delta, List<Tensor> parts) {
    double sum = parts.stream().mapToDouble(part -> part.dot(part)).sum();
    page.numbers("%-34s %10.4f %12.4f", what, delta.dot(delta), sum);
  }

  /// The second column of P becomes (P₁ + P₂)/√2, the second row of Q (Q₁ + Q₂)/√2.
  private static Triplets skewed(Triplets straight) {
    float half = (float) Math.sqrt(0.5);
    Tensor mix =
        Tensor.matrix(new float[] {1, half, 0}, new float[] {0, half, 0}, new float[] {0, 0, 1});
    return new Triplets(
        straight.p().matmul(mix), straight.lambda(), mix.transposedMatmul(straight.q()));
  }
}
