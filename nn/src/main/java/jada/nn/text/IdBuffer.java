package jada.nn.text;

import java.util.Arrays;

/// A growing list of token ids that knows when it has enough of them.
final class IdBuffer {
  private final int wanted;
  private int[] ids;
  private int size;

  /// An empty buffer of which `wanted` ids will be used; it takes more.
  IdBuffer(int wanted) {
    this.wanted = wanted;
    this.ids = new int[Math.min(wanted, 64) + 8];
  }

  void add(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
    }
    ids[size++] = id;
  }

  /// Removes all ids from position `length` on.
  void truncate(int length) {
    size = length;
  }

  int size() {
    return size;
  }

  /// Whether it has as many ids as are wanted.
  boolean isFull() {
    return size >= wanted;
  }

  void copyTo(int[] target, int offset, int count) {
    System.arraycopy(ids, 0, target, offset, count);
  }
}
