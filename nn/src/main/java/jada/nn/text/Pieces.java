package jada.nn.text;

import java.util.Arrays;

/// A text and the pieces into which it has been cut so far: ranges of its units, in order, none of
/// them empty. Immutable; a [Builder] collects them.
final class Pieces {
  private final AlignedText text;
  private final int[] bounds; // from, to, from, to, …
  private final int size;
  private final boolean atOrigin;

  private Pieces(AlignedText text, int[] bounds, int size, boolean atOrigin) {
    this.text = text;
    this.bounds = bounds;
    this.size = size;
    this.atOrigin = atOrigin;
  }

  /// A part of a text as one piece, or none if it is empty.
  static Pieces of(AlignedText text, int from, int to) {
    return new Pieces(
        text, new int[] {from, to}, from < to ? 1 : 0, from == 0 && text.isAtOrigin());
  }

  AlignedText text() {
    return text;
  }

  int size() {
    return size;
  }

  /// Where a piece begins in the text.
  int from(int piece) {
    return bounds[2 * piece];
  }

  /// Where a piece ends in the text, exclusive.
  int to(int piece) {
    return bounds[2 * piece + 1];
  }

  /// Whether the first piece begins where the original text does.
  boolean isAtOrigin() {
    return atOrigin;
  }

  /// Collects pieces of the same text.
  Builder builder() {
    return new Builder(2 * size + 16);
  }

  /// The pieces `cut`, of the same text.
  Pieces with(Builder cut) {
    boolean same = atOrigin && cut.size > 0 && size > 0 && cut.bounds[0] == from(0);
    return new Pieces(text, cut.bounds, cut.size, same);
  }

  /// The pieces `cut`, of a text made of this one.
  Pieces with(AlignedText made, Builder cut) {
    return new Pieces(made, cut.bounds, cut.size, atOrigin);
  }

  /// Collects the ranges of pieces.
  static final class Builder {
    private int[] bounds;
    private int size;

    private Builder(int pieces) {
      bounds = new int[2 * pieces];
    }

    /// Adds a piece, unless it is empty.
    void add(int from, int to) {
      if (from == to) {
        return;
      }
      if (2 * size == bounds.length) {
        bounds = Arrays.copyOf(bounds, 4 * size);
      }
      bounds[2 * size] = from;
      bounds[2 * size + 1] = to;
      size++;
    }
  }
}
