package jada.nn.text;

import java.util.Arrays;
import java.util.BitSet;

/// A growing list of token ids that knows when it has enough of them, and, if asked for, where in
/// the text each token stands.
final class IdBuffer {
  private static final int[] NONE = {};

  private final int wanted;
  private final boolean tracked;
  private int[] ids;
  private int[] starts;
  private int[] ends;
  private int size;
  private boolean full;
  private final BitSet found = new BitSet(0);

  /// An empty buffer of which `wanted` ids will be used; it takes more.
  IdBuffer(int wanted) {
    this(wanted, false);
  }

  /// The same with places.
  ///
  /// @param tracked whether places are kept
  IdBuffer(int wanted, boolean tracked) {
    this.wanted = wanted;
    this.tracked = tracked;
    this.ids = new int[Math.min(wanted, 64) + 8];
    this.starts = tracked ? new int[ids.length] : NONE;
    this.ends = tracked ? new int[ids.length] : NONE;
  }

  /// Adds an id whose place is not known.
  void add(int id) {
    add(id, 0, 0);
  }

  /// Adds an id and its place: from `from` (inclusive) to `to` (exclusive).
  void add(int id, int from, int to) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
      if (tracked) {
        starts = Arrays.copyOf(starts, size * 2);
        ends = Arrays.copyOf(ends, size * 2);
      }
    }
    ids[size] = id;
    if (tracked) {
      starts[size] = from;
      ends[size] = to;
    }
    size++;
  }

  /// Adds the id of an added token that was found at a place.
  void addFound(int id, int from, int to) {
    if (tracked) {
      found.set(size);
    }
    add(id, from, to);
  }

  /// Whether the token at `index` is an added one that was found in the text.
  boolean isFound(int index) {
    return found.get(index);
  }

  /// The places from index `first` on are places in a text that was made of the original: takes
  /// their origins instead.
  void toOrigins(int first, AlignedText text) {
    for (int i = first; tracked && i < size; i++) {
      int last = ends[i] - 1;
      starts[i] = text.start(starts[i]);
      ends[i] = text.end(last);
    }
  }

  /// Sets the place of the token at `index`.
  void setPlace(int index, int from, int to) {
    starts[index] = from;
    ends[index] = to;
  }

  /// Removes all ids from position `length` on.
  void truncate(int length) {
    size = length;
  }

  int size() {
    return size;
  }

  boolean isTracked() {
    return tracked;
  }

  int id(int index) {
    return ids[index];
  }

  int start(int index) {
    return starts[index];
  }

  int end(int index) {
    return ends[index];
  }

  /// Notes that the tokens of a piece are complete. Only then is it seen whether there are enough:
  /// as in the reference, added tokens such as `[MASK]` count, but never end a text.
  void endPiece() {
    full = size >= wanted;
  }

  /// Whether there were as many ids as are wanted at the end of a piece.
  boolean isFull() {
    return full;
  }

  void copyTo(int[] target, int offset, int count) {
    System.arraycopy(ids, 0, target, offset, count);
  }
}
