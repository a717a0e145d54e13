package jada.adalora;

import jada.tensor.Qr;
import jada.tensor.Shape;
import jada.tensor.Svd;
import jada.tensor.Tensor;
import java.util.Comparator;
import java.util.stream.IntStream;

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

  /// P · diag(λ) · Q, (out, in): ΔW without its scale.
  public Tensor product() {
    return p.matmul(q.multiplyColumn(lambda));
  }

  /// |λᵢ|·‖P[:,i]‖·‖Q[i,:]‖ of each triplet: the Frobenius norm of its part of the product, and its
  /// singular value where the triplets are orthogonal to each other.
  public float[] norms() {
    float[] columns = p.multiply(p).sumRows().array(); // ‖P[:,i]‖²
    float[] rows = q.multiply(q).sumColumns().array(); // ‖Q[i,:]‖²
    float[] norms = new float[rank()];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = Math.abs(lambda.get(i)) * (float) Math.sqrt((double) columns[i] * rows[i]);
    }
    return norms;
  }

  /// The same product with orthonormal columns of P and rows of Q and λ ≥ 0: its singular value
  /// decomposition, from the thin QR decompositions of P·diag(λ) and Qᵀ and the singular value
  /// decomposition of the r × r matrix between them:
  ///
  ///     P·diag(λ) = Q₁·R₁     Qᵀ = Q₂·R₂     R₁·R₂ᵀ = U·Σ·Vᵀ     P' = Q₁·U   λ' = diag(Σ)   Q' = (Q₂·V)ᵀ
  ///
  /// The largest singular value goes to the triplet with the largest norm, the second largest to the
  /// second, and so on: triplets that are singular already keep their positions.
  ///
  /// @param indices the triplets that take part, not more than P has rows or Q has columns; the
  ///   others do not change
  Triplets decomposed(int... indices) {
    Triplets part = keep(indices);
    Qr left = Qr.of(part.p.multiplyRow(part.lambda));
    Qr right = Qr.of(part.q.transpose());
    Svd middle = Svd.of(left.r().matmulTransposed(right.r()));
    Tensor vectorsP = left.q().matmul(middle.u()); // (out, k)
    Tensor vectorsQ = right.q().matmul(middle.v()); // (in, k)
    float[] norms = norms();
    int[] byNorm =
        IntStream.of(indices)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -norms[i]))
            .mapToInt(i -> i)
            .toArray();
    Triplets result = new Triplets(p.copy(), lambda.copy(), q.copy());
    int k = indices.length;
    for (int j = 0; j < k; j++) {
      int place = byNorm[j];
      result.lambda.array()[place] = middle.s().get(j);
      for (int i = 0; i < out(); i++) {
        result.p.array()[i * rank() + place] = vectorsP.get(i, j);
      }
      for (int i = 0; i < in(); i++) {
        result.q.array()[place * in() + i] = vectorsQ.get(i, j);
      }
    }
    return result;
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
