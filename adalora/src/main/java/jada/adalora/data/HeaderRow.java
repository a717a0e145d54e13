package jada.adalora.data;

/// Whether the first row of a TSV or CSV table names its columns.
public enum HeaderRow {
  /// It does if it holds the name of a column that was given, or the known names of text columns; a
  /// row without them that looks like names all the same is refused.
  FIND,
  /// It does.
  YES,
  /// It is an example like the others; columns are given by their numbers.
  NO
}
