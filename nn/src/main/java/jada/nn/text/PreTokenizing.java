package jada.nn.text;

import java.util.List;

/// A step that cuts pieces of a text into smaller ones: a pre-tokenizer of `tokenizer.json`.
/// Implementations are immutable.
interface PreTokenizing {
  /// The pieces after this step.
  Pieces apply(Pieces pieces);

  /// The pieces as they are.
  PreTokenizing NONE = pieces -> pieces;

  /// Several steps, one after the other.
  static PreTokenizing sequence(List<PreTokenizing> steps) {
    List<PreTokenizing> all = List.copyOf(steps);
    return pieces -> {
      Pieces result = pieces;
      for (PreTokenizing step : all) {
        result = step.apply(result);
      }
      return result;
    };
  }

  /// BERT's: pieces end at white space, which is left out, and each punctuation mark is a piece.
  static PreTokenizing bert() {
    return sequence(
        List.of(
            new Split(Pattern.each(Characters::isSpace), Split.Behavior.REMOVED, false),
            new Split(
                Pattern.each(BertCharacters::isPunctuation), Split.Behavior.ISOLATED, false)));
  }

  /// Each byte of the text in UTF-8 becomes a character of its own, after the pieces have been cut.
  ///
  /// @param blankBefore whether a blank is put before each piece that does not begin with one
  /// @param cut cuts the pieces with their blanks
  static PreTokenizing bytes(boolean blankBefore, PreTokenizing cut) {
    return given -> {
      Pieces pieces = cut.apply(blankBefore ? withBefore(given, ' ', false) : given);
      AlignedText.Builder text = pieces.text().builder();
      Pieces.Builder builder = pieces.builder();
      for (int i = 0; i < pieces.size(); i++) {
        int begin = text.length();
        ByteCharacters.append(pieces.text().text(), pieces.from(i), pieces.to(i), text);
        builder.add(begin, text.length());
      }
      return pieces.with(text.build(), builder);
    };
  }

  /// Where Metaspace puts its mark before a piece.
  enum Prepend {
    /// Before every piece that does not begin with it.
    ALWAYS,
    /// Only before a piece with which the text begins.
    FIRST,
    /// Nowhere.
    NEVER
  }

  /// Blanks become a mark that is visible (▁), and pieces begin with it.
  ///
  /// @param split whether the text is cut before every mark
  static PreTokenizing metaspace(char mark, Prepend prepend, boolean split) {
    Normalizing replaced = Normalizing.replace(Pattern.literal(" "), String.valueOf(mark));
    PreTokenizing cut =
        split
            ? new Split(
                Pattern.literal(String.valueOf(mark)), Split.Behavior.MERGED_WITH_NEXT, false)
            : NONE;
    return given -> {
      // A mark stands in the place of a blank: the pieces stay where they are.
      AlignedText text = replaced.apply(given.text());
      Pieces.Builder same = given.builder();
      for (int i = 0; i < given.size(); i++) {
        same.add(given.from(i), given.to(i));
      }
      Pieces pieces = given.with(text, same);
      return cut.apply(
          prepend == Prepend.NEVER ? pieces : withBefore(pieces, mark, prepend == Prepend.FIRST));
    };
  }

  /// A character before each piece that does not begin with it.
  ///
  /// @param first whether only a piece with which the original text begins gets it
  private static Pieces withBefore(Pieces pieces, char character, boolean first) {
    AlignedText.Builder text = pieces.text().builder();
    Pieces.Builder builder = pieces.builder();
    for (int i = 0; i < pieces.size(); i++) {
      int begin = text.length();
      boolean wanted = !first || i == 0 && pieces.isAtOrigin();
      if (wanted && pieces.text().text().charAt(pieces.from(i)) != character) {
        text.add(character, pieces.from(i));
      }
      text.keep(pieces.from(i), pieces.to(i));
      builder.add(begin, text.length());
    }
    return pieces.with(text.build(), builder);
  }
}
