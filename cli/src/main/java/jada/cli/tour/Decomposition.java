package jada.cli.tour;

import jada.adalora.SvdLinear;
import jada.adalora.TripletStart;
import jada.adalora.Triplets;
import jada.autograd.Constant;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// ΔW as a sum of rank-one terms.
final class Decomposition implements Section {
  static final int OUT = 4;
  static final int IN = 3;
  static final float[] LAMBDA = {2, -1, 0.5f};

  @Override
  public String name() {
    return "triplets";
  }

  @Override
  public String title() {
    return "An update made of triplets";
  }

  @Override
  public void show(Page page, RandomSource random) {
    page.say(
        "LoRA leaves a pretrained weight W (out, in) as it is and adds an update of low rank. "
            + "AdaLoRA writes that update like a singular value decomposition:");
    page.formula("ΔW = P·diag(λ)·Q = Σᵢ λᵢ · P[:,i] · Q[i,:]");
    page.say(
        "P (out, r) has a column for each term, Q (r, in) a row, λ (r) a number. Column, number and"
            + " row together are a triplet. Here out = 4, in = 3, r = 3, P and Q drawn at random"
            + " and made orthonormal, λ = 2, −1, 0.5. Each triplet is a matrix of rank one, and ΔW"
            + " is their sum:");
    page.gap();
    SvdLinear adapter = adapter(TripletStart.ORTHONORMAL.triplets(OUT, IN, LAMBDA.length, random));
    List<Tensor> parts = components(adapter);
    Tensor sum = parts.get(0).add(parts.get(1)).add(parts.get(2));
    page.sideBySide(
        List.of("λ₁·P₁·Q₁", "λ₂·P₂·Q₂", "λ₃·P₃·Q₃", "ΔW"),
        List.of(parts.get(0), parts.get(1), parts.get(2), adapter.delta()),
        List.of("+", "+", "="));
    page.gap();
    page.numbers(
        "largest difference between the sum and SvdLinear.delta(): %.1e",
        largest(sum.subtract(adapter.delta())));
    page.gap();
    page.say(
        "λ starts at 0, so ΔW starts at 0 and training starts from exactly the base model. Unlike "
            + "singular values, λ may become negative, and it is not sorted.");
    page.readNext(SvdLinear.class, TripletStart.class);
  }

  /// An adapter over a frozen weight of zeros, with scale 1.
  static SvdLinear adapter(Triplets start) {
    Tensor lambda = Tensor.vector(LAMBDA.clone());
    return SvdLinear.of(
        "W",
        Constant.of(Tensor.zeros(Shape.of(start.out(), start.in()))),
        Constant.of(Tensor.zeros(Shape.of(start.out()))),
        new Triplets(start.p(), lambda, start.q()),
        1,
        0);
  }

  /// λᵢ·P[:,i]·Q[i,:] of each triplet.
  static List<Tensor> components(SvdLinear adapter) {
    List<Tensor> components = new ArrayList<>();
    for (int i = 0; i < adapter.triplets(); i++) {
      components.add(adapter.values().keep(i).product());
    }
    return components;
  }

  static float largest(Tensor difference) {
    float largest = 0;
    for (float value : difference.abs().array()) {
      largest = Math.max(largest, value);
    }
    return largest;
  }
}
