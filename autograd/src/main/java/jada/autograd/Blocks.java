package jada.autograd;

import jada.tensor.Workers;

/// Cuts work into blocks that depend on its size alone, never on the number of threads, and runs
/// them on the workers bound to the calling thread.
final class Blocks {
  /// Elements per block: 64 KiB of floats, as in [jada.tensor.Tensor]'s own elementwise operations.
  private static final int ELEMENTS = 16_384;

  interface Range {
    void accept(int from, int to);
  }

  private Blocks() {}

  /// Runs `body` on blocks of `[0, length)`.
  static void ofElements(int length, Range body) {
    cut(length, ELEMENTS, body);
  }

  /// Runs `body` on blocks of the rows `[0, rows)` of a matrix with the given number of columns.
  static void ofRows(int rows, int columns, Range body) {
    cut(rows, Math.max(1, ELEMENTS / Math.max(1, columns)), body);
  }

  private static void cut(int length, int block, Range body) {
    Workers.current()
        .dispatch(
            Math.ceilDiv(length, block),
            i -> body.accept(i * block, Math.min(length, (i + 1) * block)));
  }
}
