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

/// Reuses the memory of large tensors in a computation that repeats, such as a training step: it lends
/// arrays, takes all of them back when the computation ends, and lends them again in the next one.
///
///     Workspace workspace = new Workspace();
///     for (...) workspace.run(() -> step());
///
/// While [#call] runs, the tensors that operations create on the calling thread use lent arrays; other
/// threads allocate. Such tensors must not be used after the call, unlike their [Tensor#copy] and
/// tensors computed [#outside]. With assertions enabled, an array that was taken back holds NaN until
/// it is lent again, so that tests detect its use.
///
/// Texts differ in length from step to step, so an array may serve a smaller tensor, down to half its
/// length. New arrays have one of eight lengths per power of two, so that the next step is likely to
/// find one that fits.
public final class Workspace {
  private static final ScopedValue<Optional<Workspace>> BOUND = ScopedValue.newInstance();

  /// Smaller arrays are allocated, which costs next to nothing: 4 KiB.
  private static final int LEAST = 1024;

  /// Free arrays by length. The last one returned, which is likely to be cached, is lent first.
  private final NavigableMap<Integer, Deque<float[]>> free = new TreeMap<>();

  /// Lent arrays, each with its number in the order of lending.
  private final Map<float[], Long> lent = new IdentityHashMap<>();

  private long lendings;
  private boolean running;

  /// An empty workspace.
  public Workspace() {}

  /// Computes with this workspace bound to the calling thread.
  ///
  /// @throws IllegalStateException if another call of this workspace is running: its tensors would
  ///   become invalid when this one ends
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

  /// Computes without the workspace of the calling thread: for results that outlive the call, such
  /// as moving averages and the values of parameters.
  public static <T> T outside(Supplier<T> computation) {
    return ScopedValue.where(BOUND, Optional.empty()).call(computation::get);
  }

  private static Optional<Workspace> bound() {
    return BOUND.orElse(Optional.empty());
  }

  /// A point in the computation, for [#giveBack]: arrays lent after it may be returned early.
  public static long mark() {
    return bound().map(workspace -> workspace.lendings).orElse(0L);
  }

  /// Returns a tensor's array before the computation ends. The caller must know that no tensor over
  /// this array will be read again. Has no effect unless this thread's workspace lent the array
  /// after the mark.
  public static void giveBack(Tensor tensor, long mark) {
    bound().ifPresent(workspace -> workspace.takeBack(tensor.array(), mark));
  }

  /// Returns every array lent after the mark but that of one tensor, the result of what was
  /// computed since. The caller must know that no other tensor of that time will be read again, as
  /// where no gradient is wanted.
  public static void giveBackAllBut(Tensor result, long mark) {
    bound().ifPresent(workspace -> workspace.takeBackAllBut(result.array(), mark));
  }

  /// An array of at least `size` floats with undefined contents.
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

  /// The smallest length of the form 1, 1⅛, 1¼ … 1⅞ times a power of two that is at least `size`.
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

  private void takeBackAllBut(float[] result, long mark) {
    lent.entrySet()
        .removeIf(
            lending -> {
              boolean done = lending.getValue() >= mark && lending.getKey() != result;
              if (done) {
                keep(lending.getKey());
              }
              return done;
            });
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
