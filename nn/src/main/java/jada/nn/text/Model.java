package jada.nn.text;

/// What makes tokens of the pieces of a text: the model of `tokenizer.json`. Implementations are
/// immutable.
interface Model {
  /// Appends the tokens of a piece, which is not empty.
  ///
  /// @param from where the piece begins in the text
  /// @param to where it ends, exclusive
  void appendTokens(String text, int from, int to, IdBuffer ids);
}
