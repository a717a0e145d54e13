package jada.tensor;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Memory for the large tensors of one computation that is done again and again, such as a training
/// step: their arrays are lent, taken back when the computation ends, and lent again in the next.
///
///     Workspace workspace = new Workspace();
///     for (...) workspace.run(() -> step());
///
/// While [#call] runs, the results of a [Tensor]'s operations lie in lent arrays if they were made
/// on the calling thread; elsewhere they are allocated. They must not be used after the call;
/// [Tensor#copy] makes a tensor that may be, and what is computed [#outside] may be as well. With
/// assertions enabled, arrays that were taken back hold NaN until they are lent again, so that a
/// test of what was computed with them fails.
///
/// Texts differ in length from step to step, so an array is lent to whatever fits it: a lent array
/// may be up to twice as long as the tensor over it. New ones have one of eight lengths to a
/// doubling, so that the next step finds one that fits.
public final class Workspace {
  private static final ScopedValue<Optional<Workspace>> BOUND = ScopedValue.newInstance();

  /// Floats below which allocating costs nothing worth saving: 4 KiB.
  private static final int LEAST = 1024;

  /// Free arrays by length; those that came back last, and so are still in the caches, go first.
  private final NavigableMap<Integer, Deque<float[]>> free = new TreeMap<>();

  /// Lent arrays, each with its place in the order of lending.
  private final Map<float[], Long> lent = new IdentityHashMap<>();

  private long lendings;
  private boolean running;

  /// A workspace that owns nothing yet.
  public Workspace() {}

  /// Computes with this workspace bound to the calling thread.
  ///
  /// @throws IllegalStateException if another call of this workspace is running: its tensors would
  ///   end with this one
  public <T> T call(Supplier<T> computation) {
    if (running) {
      throw new IllegalStateException(
          "workspace: a computation is running in it; give each its own workspace");
    }
    running = true;
    try {
      return ScopedValue.where(BOUND, Optional.of(this)).call(computation::get);
    } finally {
      lent.keySet().forEach(this::keep);
      lent.clear();
      running = false;
    }
  }

  /// Runs with this workspace bound to the calling thread.
  public void run(Runnable computation) {
    call(
        () -> {
          computation.run();
          return this;
        });
  }

  /// Computes without the workspace of the calling thread, if there is one: for what outlives the
  /// call, such as moving averages and the values of parameters.
  public static <T> T outside(Supplier<T> computation) {
    return ScopedValue.where(BOUND, Optional.empty()).call(computation::get);
  }

  private static Optional<Workspace> bound() {
    return BOUND.orElse(Optional.empty());
  }

  /// A point in the computation: what is lent from now on may be given back to it.
  public static long mark() {
    return bound().map(workspace -> workspace.lendings).orElse(0L);
  }

  /// Gives an array back before the computation ends, for whoever knows that no tensor over it will
  /// be read again. Does nothing unless it was lent by this thread's workspace after the mark.
  public static void giveBack(Tensor tensor, long mark) {
    bound().ifPresent(workspace -> workspace.takeBack(tensor.array(), mark));
  }

  /// At least `size` floats, whose contents mean nothing.
  static float[] lend(int size) {
    if (size < LEAST) {
      return new float[size];
    }
    return bound().map(workspace -> workspace.take(size)).orElseGet(() -> new float[size]);
  }

  private float[] take(int size) {
    var fitting = free.ceilingEntry(size);
    boolean fits = fitting != null && fitting.getKey() / 2 <= size;
    float[] array = fits ? fitting.getValue().pop() : new float[length(size)];
    if (fits && fitting.getValue().isEmpty()) {
      free.remove(fitting.getKey());
    }
    lent.put(array, lendings++);
    return array;
  }

  /// The least length of one, 1⅛, 1¼ … 1⅞ times a power of two that holds so many floats.
  private static int length(int size) {
    int step = Integer.highestOneBit(size) / 8;
    return Math.multiplyExact(Math.ceilDiv(size, step), step);
  }

  private void takeBack(float[] array, long mark) {
    Long lending = lent.get(array);
    if (lending != null && lending >= mark) {
      lent.remove(array);
      keep(array);
    }
  }

  private void keep(float[] array) {
    assert spoil(array);
    free.computeIfAbsent(array.length, _ -> new ArrayDeque<>()).push(array);
  }

  private static boolean spoil(float[] array) {
    Arrays.fill(array, Float.NaN);
    return true;
  }
}
