package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// Has the kernels compiled before they are needed, while files are read: a process reaches the end
/// of its first training step in 2.3 instead of 5.6 s.
///
/// Until the second compiler of the JVM has been at a kernel, a vector in it is an object and an
/// operation on it a call: a tile over 384 columns takes 10 ms, compiled 1 µs. Left to real work
/// that lasts long, for two reasons:
/// - A tile passes the threshold for the loop under way before the one for its next call, and is
///   compiled twice. The first time its vectors stay objects: a second or two of the compiler, for
///   code that is thrown away.
/// - The operations on such objects are by far the most frequent methods. They are compiled first,
///   and the kernels that would make them superfluous wait.
///
/// What is compiled is decided by counting calls (Tier4InvocationThreshold, 5000, times up to 14
/// while the compiler has a queue), and a call that finds nothing to do counts as much as any. So
/// one call in 400 is on numbers: enough for the profile by which the compiler goes, and few enough
/// that vectors as objects stay rare. Three things matter for what is then compiled:
/// - A kernel that keeps sums or constants in registers returns at once when there is nothing to
///   do. If its loop were merely empty, it would count as what hardly ever runs, and its registers
///   be given to what surrounds it.
/// - Loops are as long in the calls on numbers as they at least are in earnest. With 16 steps, the
///   second loop of a tile 8 on average, a step took 20 % longer with vectors of 8 lanes, and four
///   times as long in one process of eight with 16; with one call in 2000 on numbers, in every
///   other. With 32 steps, none of 40 processes was slow.
/// - Values that a loop needs are read right before it, see [TileArguments]. Where loops are rare
///   in the profile, C2 has no reason to keep them in registers.
final class WarmUp {
  /// Calls on numbers in a round.
  private static final int CALLS = 5;

  /// Calls on nothing after each of them.
  private static final int EMPTY_CALLS = 400;

  /// So many that the counts are reached while the compiler has a queue, too.
  private static final int ROUNDS = 60;

  /// Between two rounds, for the compilers. In milliseconds.
  private static final int PAUSE = 20;

  /// Steps of a loop in the calls on numbers.
  private static final int LENGTH = 32;

  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  private final int lanes = Gemm.COLUMNS / 2;
  private final float[] x = new float[4_096];
  private final float[] y = new float[4_096];
  private final float[] out = new float[4_096];
  private final float[] row = new float[1_024];
  private final MemorySegment panels = Panels.allocate(4_096);
  private final Kernels kernels = Fastest.KERNELS;
  private final TileArguments arguments = new TileArguments();
  private int calls; // of tiles, on numbers

  /// One kernel: a call on a few numbers, and one that finds nothing to do.
  private record Kernel(Runnable onNumbers, Runnable onNothing) {}

  private WarmUp() {}

  /// Does so in a thread of its own, once in a JVM.
  static void begin() {
    if (Fastest.VECTOR && BEGUN.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("jada-warm-up").start(() -> new WarmUp().run());
    }
  }

  private void run() {
    List<Kernel> all =
        List.of(tiles(), copying(), elementwise(), rows()).stream().flatMap(List::stream).toList();
    // Each once before any is compiled: classes that one kernel loads undo what the compiler took
    // for granted at another.
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
    return Fastest.TALL ? List.of(tall, tile, inPlace) : List.of(tile, ofRows, inPlace);
  }

  /// A tile with and without a second product, from a row and from C, in turns: what never ran
  /// would be compiled as if it never could.
  private void tile(int k, boolean tall) {
    boolean odd = isOdd(k);
    int columns = Gemm.COLUMNS;
    arguments
        .from(out, 0, odd ? 0 : columns)
        .first(x, 0, panels, 0, k)
        .second(x, 0, panels, 0, odd ? 2 * k : 0) // k on average
        .to(out, 0, columns);
    if (tall) {
      VectorTile.multiplyTall(arguments);
    } else {
      VectorTile.multiply(arguments);
    }
  }

  private void tileInPlace(int k) {
    int columns = Gemm.COLUMNS;
    VectorTile.multiplyInPlace(arguments.inPlace(x, 0, y, 0, columns, k).to(out, 0, columns));
  }

  private void tileOfRows(int k) {
    int lds = isOdd(k) ? 0 : Gemm.COLUMNS;
    VectorTile.multiplyRows(x, 0, 32, 64, 96, panels, 0, k, out, 0, lds, out, 0, Gemm.COLUMNS);
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
    int many = LENGTH * lanes + 1; // the last one alone
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
    int many = LENGTH * lanes + 1; // the last one alone
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
