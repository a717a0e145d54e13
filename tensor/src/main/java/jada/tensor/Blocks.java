package jada.tensor;

import jada.tensor.kernel.Dispatcher;
import java.util.Arrays;

/// Cuts an operation into blocks that depend on its size alone, so that results do not depend on
/// the number of threads, and runs them on the current workers.
final class Blocks {
  /// Elements of a block: 64 KiB of floats and a few microseconds of work, which hides the cost of
  /// handing a task over.
  private static final int SIZE = 16_384;

  private Blocks() {}

  interface Range {
    void accept(int from, int to);
  }

  interface Sum {
    double of(int from, int to);
  }

  interface RowSum {
    void add(float[] sums, int from, int to);
  }

  static Dispatcher dispatcher() {
    return Workers.current()::dispatch;
  }

  /// Runs `body` on ranges that cover the given number of elements.
  static void elements(int size, Range body) {
    inBlocks(size, SIZE, body);
  }

  /// Runs `body` on ranges of rows that cover the given number of rows of n elements each.
  static void rows(int rows, int n, Range body) {
    inBlocks(rows, rowsPerBlock(n), body);
  }

  /// The sum of the blocks' sums, added in the order of the blocks.
  static double sum(int size, Sum body) {
    double[] sums = new double[Math.ceilDiv(size, SIZE)];
    elements(size, (from, to) -> sums[from / SIZE] = body.of(from, to));
    return Arrays.stream(sums).reduce(0, Double::sum);
  }

  /// A row of n sums: each block of rows adds up its own, and these are added in order.
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
