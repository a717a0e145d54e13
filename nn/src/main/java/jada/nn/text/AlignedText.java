package jada.nn.text;

import java.util.Arrays;

/// A text on its way through a tokenizer, and where each of its UTF-16 units comes from.
///
/// A step makes a new text of it with a [Builder], which notes for each new unit the unit that it
/// stands for. Without [#isTracked] nothing is noted but whether the text still begins where the
/// original does. Immutable.
final class AlignedText {
  private static final int[] NONE = {};

  private final String text;
  private final boolean tracked;
  private final boolean atOrigin;
  private final int[] starts;
  private final int[] ends;

  private AlignedText(String text, boolean tracked, boolean atOrigin, int[] starts, int[] ends) {
    this.text = text;
    this.tracked = tracked;
    this.atOrigin = atOrigin;
    this.starts = starts;
    this.ends = ends;
  }

  /// A whole text whose origins are not wanted.
  static AlignedText of(String original) {
    return of(original, 0, original.length(), false);
  }

  /// The part of an original text between `from` (inclusive) and `to` (exclusive).
  ///
  /// @param tracked whether the origin of each unit is wanted
  static AlignedText of(String original, int from, int to, boolean tracked) {
    String part = original.substring(from, to);
    if (!tracked) {
      return new AlignedText(part, false, from == 0, NONE, NONE);
    }
    int[] starts = new int[part.length()];
    int[] ends = new int[part.length()];
    int size;
    for (int i = 0; i < part.length(); i += size) {
      size = Character.charCount(part.codePointAt(i));
      Arrays.fill(starts, i, i + size, from + i);
      Arrays.fill(ends, i, i + size, from + i + size);
    }
    return new AlignedText(part, true, from == 0, starts, ends);
  }

  /// The text as it is now.
  String text() {
    return text;
  }

  int length() {
    return text.length();
  }

  boolean isTracked() {
    return tracked;
  }

  /// Whether its first unit is the original's first.
  boolean isAtOrigin() {
    return atOrigin;
  }

  /// Where in the original the unit at `index` begins.
  int start(int index) {
    return starts[index];
  }

  /// Where in the original the unit at `index` ends, exclusive.
  int end(int index) {
    return ends[index];
  }

  /// A text that is made of this one.
  Builder builder() {
    return new Builder(this);
  }

  /// Collects the units of a text that is made of another.
  static final class Builder {
    private final AlignedText source;
    private final StringBuilder text;
    private int[] starts;
    private int[] ends;
    private boolean atOrigin;

    private Builder(AlignedText source) {
      this.source = source;
      this.text = new StringBuilder(source.length() + 16);
      this.starts = source.tracked ? new int[source.length() + 16] : NONE;
      this.ends = source.tracked ? new int[source.length() + 16] : NONE;
    }

    /// The number of units so far.
    int length() {
      return text.length();
    }

    /// Appends the source's units between `from` (inclusive) and `to` (exclusive) as they are.
    void keep(int from, int to) {
      if (from == to) {
        return;
      }
      begin(from);
      if (source.tracked) {
        int at = text.length();
        ensure(at + to - from);
        System.arraycopy(source.starts, from, starts, at, to - from);
        System.arraycopy(source.ends, from, ends, at, to - from);
      }
      text.append(source.text, from, to);
    }

    /// Appends a unit that stands for the source's unit at `index`.
    void add(char unit, int index) {
      begin(index);
      text.append(unit);
      align(text.length() - 1, index);
    }

    /// Appends a code point that stands for the source's unit at `index`.
    void add(int codePoint, int index) {
      begin(index);
      int before = text.length();
      text.appendCodePoint(codePoint);
      align(before, index);
    }

    /// Appends characters that stand for the source's unit at `index`.
    void add(CharSequence characters, int index) {
      if (!characters.isEmpty()) {
        begin(index);
        int before = text.length();
        text.append(characters);
        align(before, index);
      }
    }

    private void begin(int index) {
      if (text.isEmpty()) {
        atOrigin = source.atOrigin && index == 0;
      }
    }

    private void align(int from, int index) {
      if (source.tracked) {
        ensure(text.length());
        Arrays.fill(starts, from, text.length(), source.starts[index]);
        Arrays.fill(ends, from, text.length(), source.ends[index]);
      }
    }

    private void ensure(int length) {
      if (length > starts.length) {
        starts = Arrays.copyOf(starts, Math.max(length, 2 * starts.length));
        ends = Arrays.copyOf(ends, starts.length);
      }
    }

    AlignedText build() {
      return new AlignedText(text.toString(), source.tracked, atOrigin, starts, ends);
    }
  }
}
