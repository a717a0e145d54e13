package jada.adalora;

import jada.autograd.Fused;
import jada.autograd.NonFinite;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Dropout;
import jada.nn.Linear;
import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// A linear layer adapted by triplets (Zhang et al. 2023, eq. 3):
///
///     y = x·Wᵀ + b + scale · ((x·Qᵀ) ⊙ λ)·Pᵀ        ΔW = scale · P·diag(λ)·Q
///
/// x (T, in), W (out, in) frozen, P (out, r), λ (r), Q (r, in), y (T, out). In training, dropout
/// applies to the adapter's x only.
///
/// Each triplet keeps the index it had at the start. A *masked* triplet has λ = 0: it does not
/// change the output, but it still learns and may come back. A *dropped* one is removed and costs
/// neither memory nor time.
///
/// With a [Gauge] the layer is trained with [#absorbLambda() λ absorbed]: P and Q are then LoRA's B
/// and A, λ is 1 for a living triplet and 0 for a masked one, and [#values()] are the singular
/// vectors and values of the product.
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
  private boolean absorbed;
  private Parameter p;
  private Parameter lambda;
  private Parameter q;

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

  /// An adapter before the first step, as [AdaLoraConfig#init()] says.
  ///
  /// @param layer W (out, in) and b (out), frozen
  /// @param triplets how many it has, at most [AdaLoraConfig#initRank()]; with fewer it counts as
  ///   one that has lost the others
  /// @throws InputException if the layer has fewer orthonormal directions than the start asks for
  public static SvdLinear start(
      Linear layer, AdaLoraConfig config, int triplets, RandomSource random) {
    Shape shape = layer.weight().shape();
    int out = shape.dim(0);
    int in = shape.dim(1);
    boolean orthonormal = config.init() == TripletStart.ORTHONORMAL || config.gauge() != Gauge.NONE;
    if (orthonormal && triplets > Math.min(out, in)) {
      throw new InputException(
          "init-r "
              + triplets
              + ": "
              + layer.name()
              + " is "
              + shape
              + " and has no more than "
              + Math.min(out, in)
              + " orthonormal directions; lower init-r, or use the gaussian start"
              + (config.gauge() == Gauge.NONE ? "" : " without a gauge"));
    }
    BitSet all = new BitSet();
    all.set(0, triplets);
    return ofSurvivors(
        layer.name(),
        layer.weight(),
        layer.bias(),
        config.init().triplets(out, in, triplets, random),
        all,
        config.initRank(),
        config.scale(),
        config.loraDropout());
  }

  /// A new adapter, not yet trained, with all triplets alive.
  ///
  /// @param scale the factor of P·diag(λ)·Q in ΔW
  /// @param dropout dropout probability on the adapter's input in training
  /// @throws IllegalArgumentException if the triplets do not fit the weight
  public static SvdLinear of(
      String name, Variable weight, Variable bias, Triplets triplets, float scale, double dropout) {
    BitSet all = new BitSet();
    all.set(0, triplets.rank());
    return ofSurvivors(name, weight, bias, triplets, all, triplets.rank(), scale, dropout);
  }

  /// An adapter of which some triplets were dropped earlier.
  ///
  /// @param triplets those that are left
  /// @param survivors the indices they had at the start
  /// @param initialRank the number of triplets at the start
  /// @throws IllegalArgumentException if the triplets do not fit the weight or the survivors
  public static SvdLinear ofSurvivors(
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
        () -> {
          if (triplets() == 0) {
            return Fused.linear(x, weight, bias);
          }
          return dropout.active()
              ? Fused.svdLinear(x, dropout.forward(x), weight, bias, p, lambda, q, scale)
              : Fused.svdLinear(x, weight, bias, p, lambda, q, scale);
        });
  }

  @Override
  public Tensor delta() {
    return factors().product().scale(scale);
  }

  /// Absorbs λ: P becomes P·diag(λ), and λ of the living triplets becomes 1, as training with a
  /// [Gauge] needs it. ΔW does not change. Where λ is 1 already, as at LoRA's start, nothing
  /// changes.
  void absorbLambda() {
    absorbed = true;
    Tensor by = lambda.value().copy();
    alive.stream()
        .filter(i -> by.get(i) != 1)
        .forEach(
            i -> {
              p.update(
                  values -> {
                    for (int at = i; at < values.length; at += by.size()) {
                      values[at] *= by.get(i);
                    }
                  });
              lambda.update(values -> values[i] = 1);
            });
  }

  /// Changes P and Q to the coordinates in which they are the factors of a singular value
  /// decomposition, see [GaugeChange]. ΔW does not change.
  ///
  /// @return the changes, for state that is kept along with P and Q; empty if no triplet is alive
  ///   or rows of Q are linearly dependent
  List<Replacement> setGauge(Gauge gauge) {
    if (alive.isEmpty()) {
      return List.of();
    }
    Optional<GaugeChange> change = GaugeChange.of(gauge, p.value(), q.value(), alive);
    if (change.isEmpty()) {
      return List.of();
    }
    GaugeChange c = change.get();
    write(c.ofB(p.value()), p);
    write(c.ofA(q.value()), q);
    return List.of(
        new Replacement(p, p, c::ofB, c::ofGradientB, c::ofSquareB),
        new Replacement(q, q, c::ofA, c::ofGradientA, c::ofSquareA));
  }

  private static void write(Tensor value, Parameter parameter) {
    parameter.update(old -> System.arraycopy(value.array(), 0, old, 0, value.size()));
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

  /// λ has a rate of its own, unless it has the common one by choice or is kept at 1 by a gauge.
  @Override
  public Map<Parameter, Double> ownRates(AdaLoraConfig config) {
    return config.gauge() == Gauge.NONE && config.lambdaRate().equals(LambdaRate.SAME)
        ? Map.of()
        : Map.of(lambda, config.lambdaRatio(weight.shape().dim(0)));
  }

  /// Sets λ of the masked triplets to 0 again, after an optimizer step has moved it.
  @Override
  public void enforceMask() {
    lambda.update(
        values -> {
          for (int i = alive.nextClearBit(0); i < values.length; i = alive.nextClearBit(i + 1)) {
            values[i] = 0;
          }
        });
  }

  /// Drops the masked triplets. P, λ and Q are replaced by smaller parameters of the same names; ΔW
  /// does not change.
  ///
  /// @return the three replacements, none if no triplet was masked
  public List<Replacement> dropMasked() {
    if (rank() == triplets()) {
      return List.of();
    }
    int[] kept = alive.stream().toArray();
    Triplets left = factors().keep(kept);
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

  /// Which triplets there are: `indices`, the index at the start of each, and `alive`, the
  /// positions among them of those that are not masked; both ascending.
  @Override
  public Map<String, int[]> state() {
    Map<String, int[]> state = new LinkedHashMap<>();
    state.put("indices", indices());
    state.put("alive", alive.stream().toArray());
    return state;
  }

  /// Restores the state of an adapter of the same layer. The parameters are replaced by new ones of
  /// its shapes with values 0. Call this before an optimizer is made.
  @Override
  public void restore(Map<String, int[]> state) {
    int[] start = ascending(state.get("indices"), initialRank);
    BitSet living = new BitSet();
    for (int position : ascending(state.get("alive"), start.length)) {
      living.set(position);
    }
    Triplets now = factors();
    indices = start;
    alive = living;
    p = Parameter.of(p.name(), Tensor.zeros(Shape.of(now.out(), start.length)));
    lambda = Parameter.of(lambda.name(), Tensor.zeros(Shape.of(start.length)));
    q = Parameter.of(q.name(), Tensor.zeros(Shape.of(start.length, now.in())));
  }

  private static int[] ascending(int[] values, int bound) {
    int least = 0;
    boolean sound = values != null && values.length <= bound;
    for (int i = 0; sound && i < values.length; i++) {
      sound = values[i] >= least && values[i] < bound;
      least = values[i] + 1;
    }
    if (!sound) {
      throw new IllegalArgumentException("lists of ascending whole numbers below " + bound);
    }
    return values.clone();
  }

  /// The same ΔW as a product of two factors: A = Q, B = scale · P·diag(λ), of the living triplets.
  public LoraLinear toLora() {
    Triplets living = factors().keep(alive.stream().toArray());
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

  /// P (out, r); with λ absorbed LoRA's B.
  public Parameter p() {
    return p;
  }

  /// λ (r); with λ absorbed 1 for each living triplet.
  public Parameter lambda() {
    return lambda;
  }

  /// Q (r, in); with λ absorbed LoRA's A.
  public Parameter q() {
    return q;
  }

  /// The values of the parameters P, λ and Q, masked triplets included.
  public Triplets factors() {
    return new Triplets(p.value(), lambda.value(), q.value());
  }

  /// P, λ and Q, masked triplets included: the parameters, or with λ absorbed the singular vectors
  /// and values of the living triplets, for which P and Q are orthonormal to rounding even where a
  /// singular value is 0. The product is the same.
  public Triplets values() {
    return absorbed ? factors().decomposed(alive.stream().toArray()) : factors();
  }

  /// λ of each triplet as in [#values()], but cheaper; with λ absorbed the norm of the triplet,
  /// which equals its singular value right after the gauge was set.
  float[] strengths() {
    return absorbed ? factors().norms() : lambda.value().array().clone();
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(p, lambda, q);
  }

  /// The number of parameters of the triplets that are not masked.
  @Override
  public long size() {
    return rank() * ((long) weight.shape().dim(0) + weight.shape().dim(1) + 1);
  }

  /// The triplets that are not masked, under the names that PEFT gives them.
  @Override
  public SequencedMap<String, Tensor> tensors() {
    Triplets living = values().keep(alive.stream().toArray());
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(".lora_A", living.q());
    tensors.put(".lora_E", living.lambda().reshape(Shape.of(living.rank(), 1)));
    tensors.put(".lora_B", living.p());
    return tensors;
  }
}
