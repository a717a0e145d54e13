package jada.adalora.data;

import java.util.List;
import java.util.Optional;

/// The records of a source, and how they were found.
///
/// @param entries in the order of the source
/// @param columns where they were found; empty for a format without columns, and without labels
/// @param lists whether a label was given as a list
record Records(List<Entry> entries, Optional<UsedColumns> columns, boolean lists) {
  /// Records of a format that has neither columns nor lists.
  static Records of(List<Entry> entries) {
    return new Records(entries, Optional.empty(), false);
  }
}
