package jada.tensor.kernel;

/// Random bits as a pure function of a key and a counter: no state, no order, any thread.
///
/// The bits of element i under key k come from two rounds of the 32-bit finalizer "lowbias32"
/// (Chris Wellons 2018): the first takes i xor the lower half of k, the second adds the upper half.
/// The vector kernel does the same arithmetic lane by lane.
public final class CounterHash {
  private CounterHash() {}

  /// 32 random bits for element `index` under `key`.
  public static int bits(long key, int index) {
    return mix(mix(index ^ (int) key) + (int) (key >>> 32));
  }

  /// Whether element `index` survives dropout with probability `p`: uniform(bits) ≥ p, where
  /// uniform maps the upper 24 bits to [0, 1).
  public static boolean keeps(long key, int index, float p) {
    return (bits(key, index) >>> 8) * 0x1p-24f >= p;
  }

  /// A key derived from another key and a number, for separate streams of layers, steps and
  /// purposes: the finalizer of SplitMix64 (Steele, Lea, Flood 2014) of key + (n + 1)·golden ratio.
  public static long derive(long key, long n) {
    long z = key + (n + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  static int mix(int x) {
    x ^= x >>> 16;
    x *= 0x7feb352d;
    x ^= x >>> 15;
    x *= 0x846ca68b;
    return x ^ (x >>> 16);
  }
}
