package jada.adalora.data;

/// What is done with a labelled row whose text, or whose second text, is empty.
public enum EmptyTexts {
  /// The file is refused.
  REFUSE,
  /// The row is left out.
  SKIP,
  /// The row is taken: the model reads nothing, between its special tokens.
  KEEP
}
