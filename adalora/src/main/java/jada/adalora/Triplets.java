package jada.adalora;

import jada.tensor.Shape;
import jada.tensor.Tensor;

/// The r triplets of one matrix, or the gradients with respect to them. Triplet i is the column
/// P[:,i], the number λᵢ and the row Q[i,:].
///
/// @param p P (out, r); PEFT's lora_B
/// @param lambda λ (r); PEFT's lora_E, there (r, 1)
/// @param q Q (r, in); PEFT's lora_A
public record Triplets(Tensor p, Tensor lambda, Tensor q) {

  /// @throws IllegalArgumentException if the shapes do not belong together
  public Triplets {
    boolean fit =
        p.shape().rank() == 2
            && lambda.shape().equals(Shape.of(p.shape().dim(1)))
            && q.shape().rank() == 2
            && q.shape().dim(0) == lambda.size();
    if (!fit) {
      throw new IllegalArgumentException(
          "triplets: P "
              + p.shape()
              + ", λ "
              + lambda.shape()
              + " and Q "
              + q.shape()
              + " do not fit: they must be (out, r), (r) and (r, in)");
    }
  }

  /// r, the number of triplets.
  public int rank() {
    return lambda.size();
  }

  /// The number of rows of ΔW.
  public int out() {
    return p.shape().dim(0);
  }

  /// The number of columns of ΔW.
  public int in() {
    return q.shape().dim(1);
  }

  /// P · diag(λ) · Q, (out, in): ΔW but for its scale.
  public Tensor product() {
    return p.matmul(q.multiplyColumn(lambda));
  }

  /// The triplets with the given indices, in this order.
  public Triplets keep(int... indices) {
    Tensor column = lambda.reshape(Shape.of(rank(), 1));
    return new Triplets(
        p.gatherColumns(indices),
        column.gatherRows(indices).reshape(Shape.of(indices.length)),
        q.gatherRows(indices));
  }
}
