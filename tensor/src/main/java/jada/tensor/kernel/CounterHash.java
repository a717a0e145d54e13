package jada.tensor.kernel;

/// Random bits as a pure function of a key and a counter: no state, no order, any thread.
///
/// Bits of element i under key k are the 32-bit finalizer "lowbias32" by Chris Wellons (2018) of i
/// xor'ed and added with the two halves of k, applied twice. The same arithmetic runs on the vector
/// unit, lane by lane.
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

  /// A key derived from another key and a number: distinct streams for layers, steps, purposes. The
  /// finalizer of SplitMix64 (Steele, Lea, Flood 2014) over key + (n + 1)·golden ratio.
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
