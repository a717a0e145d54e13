package jada.adalora;

/// The unit of a budget.
public enum BudgetUnit {
  /// Triplets, as in the paper and in PEFT: a triplet of a wide matrix costs as much as one of a
  /// narrow one.
  TRIPLETS,

  /// Parameters: a triplet of a matrix (out, in) costs out + 1 + in, the numbers in its column of
  /// P, its λ and its row of Q.
  ///
  /// b₀ and b_T are then Σ r₀·cost and Σ r_T·cost over the matrices: the cost of rank r₀, or r_T,
  /// in every matrix.
  PARAMETERS;

  /// The cost of one triplet of a matrix (out, in).
  public int cost(int out, int in) {
    return switch (this) {
      case TRIPLETS -> 1;
      case PARAMETERS -> Math.addExact(Math.addExact(out, in), 1);
    };
  }

  /// The cost of one triplet of this adapter.
  public int cost(SvdLinear adapter) {
    return cost(adapter.weight().shape().dim(0), adapter.weight().shape().dim(1));
  }
}
