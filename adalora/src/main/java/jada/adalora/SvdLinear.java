package jada.adalora;

import jada.autograd.Fused;
import jada.autograd.NonFinite;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Dropout;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// A linear layer adapted by triplets (Zhang et al. 2023, eq. 3):
///
///     y = x·Wᵀ + b + scale · ((x·Qᵀ) ⊙ λ)·Pᵀ        ΔW = scale · P·diag(λ)·Q
///
/// x (T, in), W (out, in) frozen, P (out, r), λ (r), Q (r, in), y (T, out). While training, dropout
/// falls on the adapter's x alone.
///
/// Each triplet carries the index it had at the start. A *masked* triplet has λ = 0: it changes
/// nothing, but it is still there, learns, and may come back. A *dropped* one is gone, with its
/// memory and its cost.
public final class SvdLinear implements Adapter {
  private final String name;
  private final Variable weight;
  private final Variable bias;
  private final float scale;
  private final Dropout dropout;
  private final int initialRank;
  // The state of training: written by mask, enforceMask and dropMasked, never by forward.
  private int[] indices;
  private BitSet alive;
  private Parameter p;
  private Parameter lambda;
  private Parameter q;

  /// A parameter that has lost the rows or columns of dropped triplets.
  ///
  /// @param old the parameter before
  /// @param now the parameter that stands in its place
  /// @param change what happened to the value, to be done to everything that is kept beside it: the
  ///   optimizer's moments
  public record Replacement(Parameter old, Parameter now, UnaryOperator<Tensor> change) {}

  private SvdLinear(
      String name,
      Variable weight,
      Variable bias,
      Triplets triplets,
      float scale,
      Dropout dropout,
      int initialRank,
      int[] indices) {
    this.name = name;
    this.weight = weight;
    this.bias = bias;
    this.scale = scale;
    this.dropout = dropout;
    this.initialRank = initialRank;
    this.indices = indices;
    this.alive = new BitSet();
    this.alive.set(0, indices.length);
    this.p = Parameter.of(name + ".lora_B", triplets.p());
    this.lambda = Parameter.of(name + ".lora_E", triplets.lambda());
    this.q = Parameter.of(name + ".lora_A", triplets.q());
  }

  /// An adapter at the start of its training, all triplets alive.
  ///
  /// @param scale the factor of P·diag(λ)·Q in ΔW
  /// @param dropout probability with which an element of the adapter's input is dropped in training
  /// @throws IllegalArgumentException if the triplets do not fit the weight
  public static SvdLinear of(
      String name, Variable weight, Variable bias, Triplets triplets, float scale, double dropout) {
    BitSet all = new BitSet();
    all.set(0, triplets.rank());
    return restored(name, weight, bias, triplets, all, triplets.rank(), scale, dropout);
  }

  /// An adapter some of whose triplets were dropped earlier.
  ///
  /// @param triplets those that are left
  /// @param survivors the indices they had at the start
  /// @param initialRank the number of triplets at the start
  /// @throws IllegalArgumentException if the triplets do not fit the weight or the survivors
  public static SvdLinear restored(
      String name,
      Variable weight,
      Variable bias,
      Triplets triplets,
      BitSet survivors,
      int initialRank,
      float scale,
      double dropout) {
    if (!weight.shape().isMatrix(triplets.out(), triplets.in())) {
      throw new IllegalArgumentException(
          name
              + ": triplets for a weight "
              + Shape.of(triplets.out(), triplets.in())
              + " do not fit the weight "
              + weight.shape());
    }
    if (survivors.cardinality() != triplets.rank() || survivors.length() > initialRank) {
      throw new IllegalArgumentException(
          name
              + ": "
              + triplets.rank()
              + " triplets do not fit the survivors "
              + survivors
              + " of "
              + initialRank);
    }
    return new SvdLinear(
        name,
        weight,
        bias,
        triplets,
        scale,
        Dropout.of(name + ".lora_dropout", (float) dropout),
        initialRank,
        survivors.stream().toArray());
  }

  @Override
  public Variable forward(Variable x) {
    return NonFinite.inModule(
        name,
        () ->
            triplets() == 0
                ? Fused.linear(x, weight, bias)
                : Fused.svdLinear(x, dropout.forward(x), weight, bias, p, lambda, q, scale));
  }

  @Override
  public Tensor delta() {
    return values().product().scale(scale);
  }

  /// Keeps these triplets and masks all others: their λ becomes 0.
  ///
  /// @param living positions among the triplets that are still there, from 0 to [#triplets()] − 1
  public void mask(BitSet living) {
    if (living.length() > triplets()) {
      throw new IllegalArgumentException(
          name + ": mask " + living + " has positions beyond the " + triplets() + " triplets");
    }
    alive = (BitSet) living.clone();
    enforceMask();
  }

  /// Sets λ of the masked triplets to 0 again, after an optimizer step has moved it.
  public void enforceMask() {
    lambda.update(
        values -> {
          for (int i = alive.nextClearBit(0); i < values.length; i = alive.nextClearBit(i + 1)) {
            values[i] = 0;
          }
        });
  }

  /// Drops the masked triplets. What was P, λ and Q is replaced by smaller parameters of the same
  /// names; ΔW stays as it was.
  ///
  /// @return the three replacements, none if no triplet was masked
  public List<Replacement> dropMasked() {
    if (rank() == triplets()) {
      return List.of();
    }
    int[] kept = alive.stream().toArray();
    Triplets left = values().keep(kept);
    List<Replacement> replacements =
        List.of(
            new Replacement(p, Parameter.of(p.name(), left.p()), t -> t.gatherColumns(kept)),
            new Replacement(
                lambda,
                Parameter.of(lambda.name(), left.lambda()),
                t ->
                    t.reshape(Shape.of(t.size(), 1))
                        .gatherRows(kept)
                        .reshape(left.lambda().shape())),
            new Replacement(q, Parameter.of(q.name(), left.q()), t -> t.gatherRows(kept)));
    p = replacements.get(0).now();
    lambda = replacements.get(1).now();
    q = replacements.get(2).now();
    indices = IntStream.of(kept).map(i -> indices[i]).toArray();
    alive = new BitSet();
    alive.set(0, kept.length);
    return replacements;
  }

  /// The index at the start of every triplet that is there, masked ones included. A copy.
  public int[] indices() {
    return indices.clone();
  }

  /// Takes the state that an adapter of the same layer had in the middle of a run, with parameters
  /// of its own. Only before an optimizer knows the present parameters.
  ///
  /// @param left the triplets that were there, masked ones included
  /// @param start the indices they had at the start, ascending
  /// @param living positions among them of those that were not masked
  public void restore(Triplets left, int[] start, BitSet living) {
    indices = start.clone();
    alive = (BitSet) living.clone();
    p = Parameter.of(p.name(), left.p());
    lambda = Parameter.of(lambda.name(), left.lambda());
    q = Parameter.of(q.name(), left.q());
  }

  /// The same ΔW as a product of two factors: A = Q, B = scale · P·diag(λ), of the living triplets.
  public LoraLinear toLora() {
    Triplets living = values().keep(alive.stream().toArray());
    Tensor b = living.p().multiplyRow(living.lambda()).scale(scale);
    return new LoraLinear(name, weight, bias, living.q(), b, 1, dropout.probability());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Variable weight() {
    return weight;
  }

  @Override
  public Variable bias() {
    return bias;
  }

  /// The number of triplets that are not masked.
  @Override
  public int rank() {
    return alive.cardinality();
  }

  /// The number of triplets that are there, masked ones included.
  public int triplets() {
    return indices.length;
  }

  /// The number of triplets at the start.
  public int initialRank() {
    return initialRank;
  }

  /// Positions of the triplets that are not masked, among those that are there. A copy.
  public BitSet alive() {
    return (BitSet) alive.clone();
  }

  /// The triplets that are not masked, by the index each had at the start. A copy.
  public BitSet survivors() {
    BitSet survivors = new BitSet();
    alive.stream().forEach(i -> survivors.set(indices[i]));
    return survivors;
  }

  /// The factor of P·diag(λ)·Q in ΔW.
  public float scale() {
    return scale;
  }

  /// P (out, r).
  public Parameter p() {
    return p;
  }

  /// λ (r).
  public Parameter lambda() {
    return lambda;
  }

  /// Q (r, in).
  public Parameter q() {
    return q;
  }

  /// The values of P, λ and Q, masked triplets included.
  public Triplets values() {
    return new Triplets(p.value(), lambda.value(), q.value());
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(p, lambda, q);
  }
}
