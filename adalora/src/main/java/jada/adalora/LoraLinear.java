package jada.adalora;

import jada.autograd.Fused;
import jada.autograd.NonFinite;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Dropout;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// A linear layer adapted by two factors of a fixed rank (Hu et al. 2021), the baseline:
///
///     y = x·Wᵀ + b + scale · (x·Aᵀ)·Bᵀ        ΔW = scale · B·A
///
/// x (T, in), W (out, in) frozen, A (r, in), B (out, r), y (T, out). B starts at 0, A uniform on ±
/// 1/√in (PEFT's kaiming_uniform with a = √5). In training, dropout applies to the adapter's x
/// only.
public final class LoraLinear implements Adapter {
  private final String name;
  private final Variable weight;
  private final Variable bias;
  private final Parameter a;
  private final Parameter b;
  private final float scale;
  private final Dropout dropout;

  /// An adapter with the given factors.
  ///
  /// @param a A (r, in)
  /// @param b B (out, r)
  /// @param scale the factor of B·A in ΔW; PEFT's lora_alpha / r
  /// @param dropout dropout probability on the adapter's input in training
  /// @throws IllegalArgumentException if the factors do not fit the weight
  public LoraLinear(
      String name,
      Variable weight,
      Variable bias,
      Tensor a,
      Tensor b,
      float scale,
      double dropout) {
    boolean fit =
        a.shape().rank() == 2
            && b.shape().isMatrix(weight.shape().dim(0), a.shape().dim(0))
            && a.shape().dim(1) == weight.shape().dim(1);
    if (!fit) {
      throw new IllegalArgumentException(
          name
              + ": A "
              + a.shape()
              + " and B "
              + b.shape()
              + " must be (r, in) and (out, r) for the weight "
              + weight.shape());
    }
    this.name = name;
    this.weight = weight;
    this.bias = bias;
    this.a = Parameter.of(name + ".lora_A", a);
    this.b = Parameter.of(name + ".lora_B", b);
    this.scale = scale;
    this.dropout = Dropout.of(name + ".lora_dropout", (float) dropout);
  }

  /// A new adapter, not yet trained.
  public static LoraLinear start(
      String name,
      Variable weight,
      Variable bias,
      int rank,
      float scale,
      double dropout,
      RandomSource random) {
    int out = weight.shape().dim(0);
    int in = weight.shape().dim(1);
    return new LoraLinear(
        name, weight, bias, startOfA(rank, in, random), startOfB(out, rank), scale, dropout);
  }

  /// The initial A (r, in): uniform on ±1/√in, so that a row has the length 1/√3 on average.
  static Tensor startOfA(int rank, int in, RandomSource random) {
    float bound = (float) (1 / Math.sqrt(in));
    return Tensor.uniform(Shape.of(rank, in), -bound, bound, random);
  }

  /// The initial B (out, r): 0.
  static Tensor startOfB(int out, int rank) {
    return Tensor.zeros(Shape.of(out, rank));
  }

  @Override
  public Variable forward(Variable x) {
    return NonFinite.inModule(
        name,
        () ->
            dropout.active()
                ? Fused.loraLinear(x, dropout.forward(x), weight, bias, b, a, scale)
                : Fused.loraLinear(x, weight, bias, b, a, scale));
  }

  @Override
  public Tensor delta() {
    return b.value().matmul(a.value()).scale(scale);
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

  @Override
  public int rank() {
    return a.shape().dim(0);
  }

  /// A (r, in).
  public Parameter a() {
    return a;
  }

  /// B (out, r).
  public Parameter b() {
    return b;
  }

  /// The factor of B·A in ΔW.
  public float scale() {
    return scale;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(a, b);
  }

  /// A and B under the names that PEFT gives them.
  @Override
  public SequencedMap<String, Tensor> tensors() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(".lora_A.weight", a.value());
    tensors.put(".lora_B.weight", b.value());
    return tensors;
  }
}
