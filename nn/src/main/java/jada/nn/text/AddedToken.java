package jada.nn.text;

/// A token that is looked for in the text itself, before any cutting into words, as `[MASK]` is.
///
/// @param id its id
/// @param content its text
/// @param singleWord whether it counts only where no letter, digit, mark or underscore adjoins it
/// @param stripLeft whether white space before it is removed
/// @param stripRight whether white space after it is removed
/// @param normalized whether text and content are compared after normalization
record AddedToken(
    int id,
    String content,
    boolean singleWord,
    boolean stripLeft,
    boolean stripRight,
    boolean normalized) {
  /// The id of a token that has none yet.
  static final int UNNUMBERED = -1;

  /// The same token under an id.
  AddedToken numbered(int number) {
    return new AddedToken(number, content, singleWord, stripLeft, stripRight, normalized);
  }
}
