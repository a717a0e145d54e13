package jada.bench;

import jada.tensor.Tensor;

/// Attention of one sequence and one head in double loops: y = P·V with P = softmax(Q·Kᵀ/√d), and
/// for a given G = ∂L/∂y
///
///     dV = Pᵀ·G      dP = G·Vᵀ      dS = P ⊙ (dP − rowsum(dP ⊙ P))
///     dQ = dS·K/√d   dK = dSᵀ·Q/√d
///
/// @param y (L,d)
/// @param dq (L,d)
/// @param dk (L,d)
/// @param dv (L,d)
record HeadOracle(double[][] y, double[][] dq, double[][] dk, double[][] dv) {

  /// Computes all of it for the head that is the columns `[column, column + d)` of the rows `[from,
  /// to)` of q, k, v and g.
  static HeadOracle of(
      Tensor q, Tensor k, Tensor v, Tensor g, int from, int to, int column, int d) {
    int length = to - from; // L
    double[][] p = probabilities(q, k, from, to, column, d); // (L,L)
    double[][] y = new double[length][d];
    double[][] dq = new double[length][d];
    double[][] dk = new double[length][d];
    double[][] dv = new double[length][d];
    for (int i = 0; i < length; i++) {
      double[] dp = new double[length];
      double weighted = 0;
      for (int j = 0; j < length; j++) {
        for (int c = 0; c < d; c++) {
          y[i][c] += p[i][j] * v.get(from + j, column + c);
          dv[j][c] += p[i][j] * g.get(from + i, column + c);
          dp[j] += (double) g.get(from + i, column + c) * v.get(from + j, column + c);
        }
        weighted += dp[j] * p[i][j];
      }
      for (int j = 0; j < length; j++) {
        double ds = p[i][j] * (dp[j] - weighted) / Math.sqrt(d);
        for (int c = 0; c < d; c++) {
          dq[i][c] += ds * k.get(from + j, column + c);
          dk[j][c] += ds * q.get(from + i, column + c);
        }
      }
    }
    return new HeadOracle(y, dq, dk, dv);
  }

  private static double[][] probabilities(Tensor q, Tensor k, int from, int to, int column, int d) {
    int length = to - from;
    double[][] p = new double[length][length];
    for (int i = 0; i < length; i++) {
      double sum = 0;
      for (int j = 0; j < length; j++) {
        double dot = 0;
        for (int c = 0; c < d; c++) {
          dot += (double) q.get(from + i, column + c) * k.get(from + j, column + c);
        }
        p[i][j] = Math.exp(dot / Math.sqrt(d)); // scores of random inputs are small
        sum += p[i][j];
      }
      for (int j = 0; j < length; j++) {
        p[i][j] /= sum;
      }
    }
    return p;
  }

  /// Compares one of the matrices with its place in a tensor.
  static void check(String what, Tensor actual, double[][] expected, int from, int column) {
    for (int i = 0; i < expected.length; i++) {
      for (int c = 0; c < expected[i].length; c++) {
        Checks.close(what, actual.get(from + i, column + c), expected[i][c], 1e-4, 1e-4);
      }
    }
  }
}
