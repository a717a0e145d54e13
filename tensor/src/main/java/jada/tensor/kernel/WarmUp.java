package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// Calls the kernels on a few numbers, again and again, so that the JVM compiles them.
///
/// Until then a vector is an object and an operation on it a call: one register tile over 384
/// columns takes 10 ms instead of 1 µs. In a first training step the compiler would begin with the
/// tiles, in the form for loops under way (OSR), throw that away and compile them again, while all
/// other kernels wait. Here the calls are short, so that each kernel is compiled once, and it
/// happens while files are read.
final class WarmUp {
  /// Calls of one iteration each, in the interpreter, which is slow: enough for the first compiler
  /// (Tier3InvocationThreshold is 200).
  private static final int FIRST_CALLS = 250;

  /// Calls of [#SIZE] iterations each: enough for the second compiler, which looks at every 1,024th
  /// call whether calls and iterations together are 15,000 (Tier4CompileThreshold).
  private static final int SECOND_CALLS = 4_200;

  /// Few, so that iterations alone stay below 40,000 (Tier4BackEdgeThreshold), where the loop under
  /// way would be compiled: 1.2 s for the largest tile, instead of 0.3 s for the whole method.
  private static final int SIZE = 4;

  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  private final float[] x = new float[4_096];
  private final float[] y = new float[4_096];
  private final float[] out = new float[4_096];
  private final float[] row = new float[1_024];
  private final MemorySegment panels = Panels.allocate(4_096);
  private final Kernels kernels = Fastest.KERNELS;

  private WarmUp() {}

  /// Does so in a thread of its own, once in a JVM.
  static void begin() {
    if (Fastest.VECTOR && BEGUN.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("jada-warm-up").start(() -> new WarmUp().run());
    }
  }

  /// A kernel with loops of so many iterations.
  private interface Kernel {
    void run(int size);
  }

  private void run() {
    int lanes = Gemm.COLUMNS / 2;
    List<Kernel> inOrderOfNeed =
        List.of(
            this::tallTile,
            this::tile,
            size -> kernels.dropout(x, 1, 0.1f, y, 0, size * lanes),
            size -> kernels.softmaxColumns(x, size, lanes, lanes, 1, y),
            size -> kernels.gelu(x, y, 0, size * lanes),
            size -> kernels.layerNormRows(x, row, row, 1, size * lanes, y, out, out, 0, 1),
            this::packing,
            size -> kernels.geluGradient(x, y, out, 0, size * lanes),
            this::tileInPlace,
            size -> kernels.add(x, y, out, 0, size * lanes));
    for (Kernel kernel : inOrderOfNeed) {
      for (int call = 0; call < FIRST_CALLS; call++) {
        kernel.run(1);
      }
    }
    for (Kernel kernel : inOrderOfNeed) {
      for (int call = 0; call < SECOND_CALLS; call++) {
        kernel.run(SIZE);
      }
    }
  }

  /// With and without a second product: what never ran would be compiled as if it never could.
  private void tallTile(int size) {
    for (int r = 0; Fastest.TALL && r <= size; r += size) {
      Fastest.tallTile(x, 0, panels, 0, size, 0, panels, 0, r, row, 0, 0, out, 0, Gemm.COLUMNS);
    }
  }

  private void tile(int size) {
    for (int r = 0; r <= size; r += size) {
      Fastest.tile(x, 0, panels, 0, size, 0, panels, 0, r, row, 0, 0, out, 0, Gemm.COLUMNS);
    }
  }

  private void tileInPlace(int size) {
    Fastest.tileInPlace(x, 0, y, 0, Gemm.COLUMNS, size, out, 0, Gemm.COLUMNS);
  }

  private void packing(int size) {
    int lanes = Gemm.COLUMNS / 2;
    Panels.packLeft(Operand.of(x, 0, size * lanes), 0, 4, 0, size * lanes, out, 0);
    Panels.packLeft(Operand.transposed(x, 0, 32), 0, 20, 0, size, out, 0);
    Panels.packRight(Operand.of(x, 0, Gemm.COLUMNS), 0, size, 0, Gemm.COLUMNS, panels);
    Panels.packRight(Operand.transposed(x, 0, size), 0, size, 0, Gemm.COLUMNS, panels);
  }
}
