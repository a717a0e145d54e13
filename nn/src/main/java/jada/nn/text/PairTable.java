package jada.nn.text;

import java.util.Arrays;

/// A hash table from pairs of token ids to ranks.
final class PairTable {
  /// No such pair.
  static final int NONE = Integer.MAX_VALUE;

  private static final long FREE = -1;

  private final long[] keys;
  private final int[] ranks;
  private final int mask;

  /// An empty table for this many pairs.
  PairTable(int pairs) {
    int slots = Integer.highestOneBit(Math.max(8, pairs)) * 4; // at most half full
    keys = new long[slots];
    Arrays.fill(keys, FREE);
    ranks = new int[slots];
    mask = slots - 1;
  }

  /// Sets the rank of a pair; of several the last counts.
  void put(int left, int right, int rank) {
    int slot = slot(key(left, right));
    keys[slot] = key(left, right);
    ranks[slot] = rank;
  }

  /// The rank of a pair, or [#NONE].
  int rank(int left, int right) {
    long key = key(left, right);
    int slot = slot(key);
    return keys[slot] == key ? ranks[slot] : NONE;
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  private int slot(long key) {
    // Fibonacci hashing as in TokenTrie; the halves are folded so that both decide.
    long mixed = (key ^ key >>> 29) * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & mask;
    while (keys[slot] != FREE && keys[slot] != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }
}
