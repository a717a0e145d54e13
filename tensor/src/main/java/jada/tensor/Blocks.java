package jada.tensor;

import jada.tensor.kernel.Dispatcher;
import java.util.Arrays;

/// Splits an operation into blocks and runs them on the current [Workers]. The blocks depend on the
/// size of the operation alone, so the results do not depend on the number of threads.
public final class Blocks {
  /// Elements of a block: 64 KiB of floats, a few microseconds of work, which hides the cost of
  /// handing a task to another thread.
  private static final int SIZE = 16_384;

  private Blocks() {}

  /// The work on one half-open range `[from, to)`.
  @FunctionalInterface
  public interface Range {
    /// Processes the elements or rows `[from, to)`.
    void accept(int from, int to);
  }

  /// The sum over one half-open range.
  interface Sum {
    double of(int from, int to);
  }

  /// Adds the rows of one half-open range to a row of sums.
  interface RowSum {
    void add(float[] sums, int from, int to);
  }

  static Dispatcher dispatcher() {
    return Workers.current()::dispatch;
  }

  /// Runs `body` on ranges that together cover `[0, size)`.
  public static void elements(int size, Range body) {
    inBlocks(size, SIZE, body);
  }

  /// Runs `body` on ranges of rows that together cover `[0, rows)`.
  ///
  /// @param n elements of a row
  public static void rows(int rows, int n, Range body) {
    inBlocks(rows, rowsPerBlock(n), body);
  }

  /// The sum of the blocks' sums, added in block order.
  static double sum(int size, Sum body) {
    double[] sums = new double[Math.ceilDiv(size, SIZE)];
    elements(size, (from, to) -> sums[from / SIZE] = body.of(from, to));
    return Arrays.stream(sums).reduce(0, Double::sum);
  }

  /// Column sums of a matrix: each block sums its own rows, and the blocks' sums are added in block
  /// order.
  ///
  /// @param n elements of a row
  static float[] sumRows(int rows, int n, RowSum body) {
    int perBlock = rowsPerBlock(n);
    float[][] sums = new float[Math.max(1, Math.ceilDiv(rows, perBlock))][n];
    inBlocks(rows, perBlock, (from, to) -> body.add(sums[from / perBlock], from, to));
    for (int block = 1; block < sums.length; block++) {
      for (int j = 0; j < n; j++) {
        sums[0][j] += sums[block][j];
      }
    }
    return sums[0];
  }

  private static int rowsPerBlock(int n) {
    return Math.max(1, SIZE / Math.max(1, n));
  }

  private static void inBlocks(int size, int block, Range body) {
    Workers.current()
        .dispatch(
            Math.ceilDiv(size, block),
            task -> body.accept(task * block, Math.min(size, (task + 1) * block)));
  }
}
