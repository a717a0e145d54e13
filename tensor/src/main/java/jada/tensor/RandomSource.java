package jada.tensor;

import jada.tensor.kernel.CounterHash;

/// Deterministic random numbers from a seed: the same on every machine and JVM.
///
/// The stream is SplitMix64 (Steele, Lea, Flood 2014): state advances by the golden ratio, each
/// output is a hash of the state. [#split] gives an independent source for a name, so that adding
/// one consumer does not shift the numbers of another.
public final class RandomSource {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private final long seed;
  private long state;
  private double spareGaussian = Double.NaN;

  private RandomSource(long seed) {
    this.seed = seed;
    this.state = seed;
  }

  /// A source that starts from the given seed.
  public static RandomSource of(long seed) {
    return new RandomSource(seed);
  }

  /// An independent source for a purpose. It depends only on this source's seed and the name, not
  /// on how many numbers were drawn.
  public RandomSource split(String purpose) {
    long key = seed;
    for (int i = 0; i < purpose.length(); i++) {
      key = CounterHash.derive(key, purpose.charAt(i));
    }
    return new RandomSource(key);
  }

  /// 64 random bits.
  public long nextLong() {
    long bits = CounterHash.derive(state, 0);
    state += GOLDEN;
    return bits;
  }

  /// A number drawn uniformly from `[0, bound)`.
  ///
  /// @throws IllegalArgumentException if `bound` is not positive
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("nextInt: bound must be positive, got " + bound);
    }
    // Rejection keeps it uniform: the topmost 2³¹ mod bound values are drawn again.
    while (true) {
      int bits = (int) (nextLong() >>> 33);
      int value = bits % bound;
      if (bits - value + (bound - 1) >= 0) {
        return value;
      }
    }
  }

  /// A number drawn uniformly from [0, 1), with 53 random bits.
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /// A number drawn from the normal distribution with mean 0 and standard deviation 1 (Marsaglia's
  /// polar method; StrictMath, so the same bits everywhere).
  public double nextGaussian() {
    if (!Double.isNaN(spareGaussian)) {
      double value = spareGaussian;
      spareGaussian = Double.NaN;
      return value;
    }
    while (true) {
      double x = 2 * nextDouble() - 1;
      double y = 2 * nextDouble() - 1;
      double s = x * x + y * y;
      if (s > 0 && s < 1) {
        double factor = StrictMath.sqrt(-2 * StrictMath.log(s) / s);
        spareGaussian = y * factor;
        return x * factor;
      }
    }
  }

  /// Shuffles an array (Fisher–Yates).
  public void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int swap = values[i];
      values[i] = values[j];
      values[j] = swap;
    }
  }
}
