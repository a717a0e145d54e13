package jada.autograd;

import jada.tensor.Tensor;

/// The result of an operation: its value and an [Edge] for each input.
///
/// An operation is one expression, forward and derivative:
///
///     /// Y = A·B.  A (m,k), B (k,n), Y (m,n).
///     public static Variable matmul(Variable a, Variable b) {
///       return Result.of("matmul", a.value().matmul(b.value()),
///           edge(a, g -> g.matmulTransposed(b.value())),    // dA = G·Bᵀ  (m,n)(n,k)
///           edge(b, g -> a.value().transposedMatmul(g)));   // dB = Aᵀ·G  (k,m)(m,n)
///     }
public final class Result implements Variable {
  private final Tensor value;
  private final Node node;

  private Result(Tensor value, Node node) {
    this.value = value;
    this.node = node;
  }

  /// The result of the operation named `op`. Derivatives for frozen inputs (constants, and results
  /// that depend on no parameter) are dropped here, together with everything they refer to.
  public static Result of(String op, Tensor value, Edge... edges) {
    Node node = new Node(op, value.shape(), edges);
    Profile.lap(Profile.Phase.FORWARD, op, value.size());
    NonFinite.see(node, value);
    return new Result(value, node);
  }

  @Override
  public Tensor value() {
    return value;
  }

  @Override
  public boolean differentiable() {
    return node.differentiable();
  }

  /// The name of the operation.
  public String op() {
    return node.op();
  }

  Node node() {
    return node;
  }

  @Override
  public String toString() {
    return node.toString();
  }
}
