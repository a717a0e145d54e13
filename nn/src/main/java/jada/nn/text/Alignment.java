package jada.nn.text;

import java.util.Arrays;
import java.util.Objects;

/// An [Encoding], and where in the texts each of its tokens stands. Immutable.
///
/// Places count in `char`s of the given text. Special tokens that the tokenizer has added have no
/// place. What a token covers is what the reference says, which leaves out a part now and then: of
/// characters that normalization has composed only the first counts.
public final class Alignment {
  /// The text of special tokens, which stand in none.
  public static final int NO_TEXT = -1;

  private final Encoding encoding;
  private final int[] texts;
  private final int[] starts;
  private final int[] ends;

  /// Takes the arrays over.
  ///
  /// @param texts for each token 0 if it stands in the first text, 1 if in the second, or
  ///   [#NO_TEXT]
  /// @param starts for each token where it begins in its text
  /// @param ends for each token where it ends, exclusive
  public Alignment(Encoding encoding, int[] texts, int[] starts, int[] ends) {
    this.encoding = Objects.requireNonNull(encoding, "encoding");
    int n = encoding.length();
    if (texts.length != n || starts.length != n || ends.length != n) {
      throw new IllegalArgumentException(
          "alignment: %s tokens, but %s texts, %s starts and %s ends: one of each a token"
              .formatted(n, texts.length, starts.length, ends.length));
    }
    this.texts = texts;
    this.starts = starts;
    this.ends = ends;
  }

  /// The ids and types of the tokens.
  public Encoding encoding() {
    return encoding;
  }

  /// The text in which a token stands: 0, 1 or [#NO_TEXT].
  ///
  /// @throws IndexOutOfBoundsException if there is no such token
  public int text(int index) {
    return texts[Objects.checkIndex(index, texts.length)];
  }

  /// Where a token begins in its text; 0 if it stands in none.
  ///
  /// @throws IndexOutOfBoundsException if there is no such token
  public int start(int index) {
    return starts[Objects.checkIndex(index, starts.length)];
  }

  /// Where a token ends in its text, exclusive; 0 if it stands in none.
  ///
  /// @throws IndexOutOfBoundsException if there is no such token
  public int end(int index) {
    return ends[Objects.checkIndex(index, ends.length)];
  }

  @Override
  public String toString() {
    return "Alignment"
        + Arrays.toString(encoding.ids())
        + Arrays.toString(starts)
        + Arrays.toString(ends);
  }
}
