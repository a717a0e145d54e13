package jada.adalora;

/// What a budget counts.
public enum BudgetUnit {
  /// Triplets, as in the paper and in PEFT: a triplet of a wide matrix costs as much as one of a
  /// narrow one.
  TRIPLETS,

  /// Parameters: a triplet of a matrix (out, in) costs out + 1 + in, the numbers in its column of
  /// P, its λ and its row of Q.
  ///
  /// b₀ and b_T are then Σ r₀·cost and Σ r_T·cost over the matrices: what rank r₀, or r_T, in every
  /// matrix would cost.
  PARAMETERS;

  /// What one triplet of a matrix (out, in) costs.
  public int cost(int out, int in) {
    return switch (this) {
      case TRIPLETS -> 1;
      case PARAMETERS -> Math.addExact(Math.addExact(out, in), 1);
    };
  }

  /// What one triplet of this adapter costs.
  public int cost(SvdLinear adapter) {
    return cost(adapter.weight().shape().dim(0), adapter.weight().shape().dim(1));
  }
}
