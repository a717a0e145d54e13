package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// Compiles the kernels before they are needed, while files are read. It halves the time to the end
/// of the first training step of a process.
///
/// Until C2 has compiled a kernel, its vectors are boxed and every operation on them is a call,
/// which makes a micro-kernel ten thousand times slower. Real work alone leaves this state slowly,
/// for two reasons:
/// - A micro-kernel reaches the threshold for on-stack replacement before the one for a normal
///   compilation, so it is compiled twice. The first version still boxes its vectors: a second or
///   two of compiler time for code that is thrown away.
/// - The operations on boxed vectors are by far the most frequent methods. They are compiled first,
///   and the kernels that would make them unnecessary wait.
///
/// Compilation is triggered by counting calls (Tier4InvocationThreshold, 5000, times up to 14 while
/// the compiler has a queue), and an empty call counts as much as any other. So one call in 400
/// works on numbers: enough for C2's profile, and few enough that boxed vectors stay rare. Three
/// things matter for the code that C2 then generates:
/// - A kernel that keeps sums or constants in registers returns at once if there is nothing to do.
///   If only its loop were empty, C2 would take the loop for rarely executed code and give its
///   registers to the surrounding code.
/// - Warm-up loops are at least as long as the shortest loop of a real run. With loops half as
///   long, or with fewer calls on numbers, some processes computed several times slower to their
///   end.
/// - A loop reads its arguments right before it starts, see [MicroKernelArguments]. If loops are
///   rare in the profile, C2 has no reason to keep those values in registers.
final class WarmUp {
  /// Calls on numbers in a round.
  private static final int CALLS = 5;

  /// Empty calls after each of them.
  private static final int EMPTY_CALLS = 400;

  /// Enough to reach the thresholds even while the compiler has a queue.
  private static final int ROUNDS = 60;

  /// Time for the compilers between two rounds, in milliseconds.
  private static final int PAUSE = 20;

  /// Iterations of a loop in the calls on numbers.
  private static final int LENGTH = 32;

  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  private final int lanes = Gemm.NR / 2;
  private final float[] x = new float[4_096];
  private final float[] y = new float[4_096];
  private final float[] out = new float[4_096];
  private final float[] row = new float[1_024];
  private final MemorySegment panels = Panels.allocate(4_096);
  private final Kernels kernels = Backend.KERNELS;
  private final MicroKernelArguments arguments = new MicroKernelArguments();
  private int calls; // of tiles, on numbers

  /// One kernel: a call on a few numbers, and an empty one.
  private record Kernel(Runnable onNumbers, Runnable onNothing) {}

  private WarmUp() {}

  /// Starts the warm-up thread, once in a JVM.
  static void begin() {
    if (Backend.VECTOR && BEGUN.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("jada-warm-up").start(() -> new WarmUp().run());
    }
  }

  private void run() {
    List<Kernel> all =
        List.of(tiles(), copying(), elementwise(), rows()).stream().flatMap(List::stream).toList();
    // Each once before any is compiled: a class that one kernel loads may invalidate assumptions in
    // the compiled code of another.
    all.forEach(kernel -> kernel.onNumbers.run());
    for (int round = 0; round < ROUNDS; round++) {
      all.forEach(WarmUp::call);
      if (!pause()) {
        return;
      }
    }
  }

  private static void call(Kernel kernel) {
    for (int call = 0; call < CALLS; call++) {
      kernel.onNumbers.run();
      for (int empty = 0; empty < EMPTY_CALLS; empty++) {
        kernel.onNothing.run();
      }
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(PAUSE);
      return true;
    } catch (InterruptedException stop) {
      return false;
    }
  }

  private List<Kernel> tiles() {
    Kernel tall = new Kernel(() -> tile(LENGTH, true), () -> tile(-1, true));
    Kernel tile = new Kernel(() -> tile(LENGTH, false), () -> tile(-1, false));
    Kernel ofRows = new Kernel(() -> tileOfRows(LENGTH), () -> tileOfRows(-1));
    Kernel inPlace = new Kernel(() -> tileInPlace(LENGTH), () -> tileInPlace(-1));
    return Backend.TALL ? List.of(tall, tile, inPlace) : List.of(tile, ofRows, inPlace);
  }

  /// A tile with and without a second product, from a row and from C, alternating: C2 would compile
  /// a branch that never ran as one that never will.
  private void tile(int k, boolean tall) {
    boolean odd = isOdd(k);
    int columns = Gemm.NR;
    arguments
        .from(out, 0, odd ? 0 : columns)
        .first(x, 0, panels, 0, k)
        .second(x, 0, panels, 0, odd ? 2 * k : 0) // k on average
        .to(out, 0, columns);
    if (tall) {
      VectorMicroKernel.multiplyTall(arguments);
    } else {
      VectorMicroKernel.multiply(arguments);
    }
  }

  private void tileInPlace(int k) {
    int columns = Gemm.NR;
    VectorMicroKernel.multiplyInPlace(
        arguments.inPlace(x, 0, y, 0, columns, k).to(out, 0, columns));
  }

  private void tileOfRows(int k) {
    int lds = isOdd(k) ? 0 : Gemm.NR;
    VectorMicroKernel.multiplyRows(
        arguments.from(out, 0, lds).firstInPlace(x, 0, 32, 4, panels, 0, k).to(out, 0, Gemm.NR));
  }

  /// Whether this is an odd call on numbers.
  private boolean isOdd(int k) {
    if (k > 0) {
      calls++;
    }
    return calls % 2 != 0;
  }

  private List<Kernel> copying() {
    int many = LENGTH * lanes;
    return List.of(
        new Kernel(
            () -> VectorPanels.weave(x, 0, 0, many, out, 0),
            () -> VectorPanels.weave(x, 0, 0, 0, out, 0)),
        new Kernel(
            () -> VectorPanels.copy(x, 0, 0, LENGTH, panels, 0),
            () -> VectorPanels.copy(x, 0, 0, 0, panels, 0)),
        new Kernel(
            () -> VectorPanels.copyFour(x, 0, 0, LENGTH, out, 0, 256),
            () -> VectorPanels.copyFour(x, 0, 0, 0, out, 0, 256)),
        new Kernel(
            () -> VectorPanels.copyOne(x, 0, 0, LENGTH, out, 0),
            () -> VectorPanels.copyOne(x, 0, 0, 0, out, 0)));
  }

  private List<Kernel> elementwise() {
    int many = LENGTH * lanes + 1; // one element beyond the last vector
    return List.of(
        new Kernel(
            () -> kernels.dropout(x, 1, 0.1f, y, 0, many),
            () -> kernels.dropout(x, 1, 0.1f, y, 0, 0)),
        new Kernel(() -> VectorMath.gelu(x, y, 0, many), () -> VectorMath.gelu(x, y, 0, 0)),
        new Kernel(
            () -> VectorMath.geluGradient(x, y, out, 0, many),
            () -> VectorMath.geluGradient(x, y, out, 0, 0)),
        new Kernel(() -> kernels.add(x, y, out, 0, many), () -> kernels.add(x, y, out, 0, 0)),
        new Kernel(
            () -> kernels.adamW(x, y, out, row, 1, 0.1f, 0.1f, 1e-3f, 1, 1e-8f, 0, many),
            () -> kernels.adamW(x, y, out, row, 1, 0.1f, 0.1f, 1e-3f, 1, 1e-8f, 0, 0)));
  }

  private List<Kernel> rows() {
    int many = LENGTH * RowSums.LANES + 1; // one element beyond the last sums of 16 lanes
    return List.of(
        new Kernel(
            () -> VectorRows.layerNorm(x, row, row, 1, many, y, out, out, 0),
            () -> VectorRows.layerNorm(x, row, row, 1, 0, y, out, out, 0)),
        new Kernel(
            () -> VectorRows.layerNormGradient(x, row, 0, 1, y, many, out, 0),
            () -> VectorRows.layerNormGradient(x, row, 0, 1, y, 0, out, 0)),
        new Kernel(
            () -> VectorColumns.softmax(x, LENGTH, 0, lanes, 1, y),
            () -> VectorColumns.softmax(x, 0, 0, lanes, 1, y)),
        new Kernel(
            () -> VectorColumns.softmaxGradient(x, y, LENGTH, 0, lanes, 1, out),
            () -> VectorColumns.softmaxGradient(x, y, 0, 0, lanes, 1, out)),
        new Kernel(
            () -> kernels.multiplyRow(x, row, many, out, 0, 1),
            () -> kernels.multiplyRow(x, row, many, out, 0, 0)),
        new Kernel(
            () -> kernels.sumRows(x, many, row, 0, 1), () -> kernels.sumRows(x, many, row, 0, 0)));
  }
}
