package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// Calls the kernels on a few numbers, so that the JVM compiles them before they are needed.
///
/// Until then a vector is an object and an operation on it a call: one register tile over 384
/// columns takes 10 ms instead of 1 µs. Here classes are loaded and the first compiler does its
/// work while files are read; a process reaches the end of its first step 1 s earlier. The second
/// compiler is left to real work: it expects loops to be as long as it has seen them, and tiles
/// that it compiled after calls of 4 iterations were a quarter slower in one process of six.
final class WarmUp {
  /// Calls of a kernel, of one iteration each, since the interpreter is slow: enough for the first
  /// compiler (Tier3InvocationThreshold is 200).
  private static final int CALLS = 250;

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

  private void run() {
    int n = Gemm.COLUMNS / 2; // the lanes of a vector
    List<Runnable> inOrderOfNeed =
        List.of(
            this::tallTile,
            this::tile,
            () -> kernels.dropout(x, 1, 0.1f, y, 0, n),
            () -> kernels.softmaxColumns(x, 1, n, 16, 1, y),
            () -> kernels.gelu(x, y, 0, n),
            () -> kernels.layerNormRows(x, row, row, 1, n, y, out, out, 0, 1),
            this::packing,
            () -> kernels.add(x, y, out, 0, n),
            () -> kernels.geluGradient(x, y, out, 0, n),
            () -> kernels.layerNormGradientRows(x, row, row, row, y, n, out, 0, 1),
            () -> kernels.softmaxGradientColumns(x, y, 1, n, 16, 1, out),
            this::tileInPlace,
            () -> kernels.multiplyRow(x, row, n, out, 0, 1),
            () -> kernels.sumRows(x, n, row, 0, 1),
            () -> kernels.adamW(x, y, out, row, 1, 0.1f, 0.1f, 1e-3f, 1, 1e-8f, 0, n));
    for (Runnable kernel : inOrderOfNeed) {
      for (int call = 0; call < CALLS; call++) {
        kernel.run();
      }
    }
  }

  /// With and without a second product: what never ran would be compiled as if it never could.
  private void tallTile() {
    for (int r = 0; Fastest.TALL && r <= 1; r++) {
      Fastest.tallTile(x, 0, panels, 0, 1, 0, panels, 0, r, row, 0, 0, out, 0, Gemm.COLUMNS);
    }
  }

  private void tile() {
    for (int r = 0; r <= 1; r++) {
      Fastest.tile(x, 0, panels, 0, 1, 0, panels, 0, r, row, 0, 0, out, 0, Gemm.COLUMNS);
    }
  }

  private void tileInPlace() {
    Fastest.tileInPlace(x, 0, y, 0, Gemm.COLUMNS, 1, out, 0, Gemm.COLUMNS);
  }

  private void packing() {
    int lanes = Gemm.COLUMNS / 2;
    Panels.packLeft(Operand.of(x, 0, lanes), 0, 4, 0, lanes, out, 0);
    Panels.packLeft(Operand.transposed(x, 0, 32), 0, 20, 0, 1, out, 0);
    Panels.packRight(Operand.of(x, 0, Gemm.COLUMNS), 0, 1, 0, Gemm.COLUMNS, panels);
    Panels.packRight(Operand.transposed(x, 0, 1), 0, 1, 0, Gemm.COLUMNS, panels);
  }
}
