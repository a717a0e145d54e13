package jada.autograd;

import jada.tensor.Tensor;
import jada.tensor.kernel.Operand;
import jada.tensor.kernel.PackedOperand;
import jada.tensor.kernel.RightOperand;

/// A value that is not trained: data, or a frozen weight. Its edges carry no vjp, so no gradient is
/// computed for it or passes through it.
///
/// The tensor must not change any more: a frozen weight is packed for matrix products at its first
/// use in a linear layer and read only in that form afterwards. A small one is packed a second time
/// for the first gradient that passes the layer.
public final class Constant implements Variable {
  /// Elements of the largest matrix that is packed for the derivative, too: 4 MiB. These are all
  /// matrices of MiniLM (42 MB more), and those of BERT-base's attention (113 MB more) but not of
  /// its feed-forward layers (226 MB), which are packed again for each product.
  private static final int LARGEST_PACKED_TWICE = 1 << 20;

  private final Tensor value;
  private volatile PackedOperand packedTranspose;
  private volatile PackedOperand packed;

  private Constant(Tensor value) {
    this.value = value;
  }

  /// A constant over the given tensor, which is not copied.
  public static Constant of(Tensor value) {
    return new Constant(value);
  }

  @Override
  public Tensor value() {
    return value;
  }

  @Override
  public boolean differentiable() {
    return false;
  }

  /// Wᵀ (in,out) of a frozen weight W (out,in), packed as the right factor of a product. Otherwise
  /// a product with one short sentence would spend more time packing than computing.
  PackedOperand packedTranspose() {
    PackedOperand known = packedTranspose;
    if (known == null) { // two threads may both get here; their results are equal
      int out = value.shape().dim(0);
      int in = value.shape().dim(1);
      known = PackedOperand.of(in, out, Operand.transposed(value.array(), 0, in));
      packedTranspose = known;
    }
    return known;
  }

  /// W (out,in) as the right factor of a product, for the gradient of the input; packed unless it
  /// is too large for a second copy.
  RightOperand packed() {
    int out = value.shape().dim(0);
    int in = value.shape().dim(1);
    if (value.size() > LARGEST_PACKED_TWICE) {
      return Operand.of(value.array(), 0, in);
    }
    PackedOperand known = packed;
    if (known == null) { // as above
      known = PackedOperand.of(out, in, Operand.of(value.array(), 0, in));
      packed = known;
    }
    return known;
  }

  @Override
  public String toString() {
    return "constant " + shape();
  }
}
