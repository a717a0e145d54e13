package jada.adalora.data;

import jada.nn.text.Input;
import java.util.List;
import java.util.Optional;

/// One record of a source as it was read.
///
/// @param line the line on which it starts, counted from 1
/// @param input its texts
/// @param labels its labels; empty when the source was read without
record Entry(int line, Input input, List<String> labels) {
  Entry(int line, Input input, Optional<String> label) {
    this(line, input, label.stream().toList());
  }

  /// Its only label; empty when the source was read without.
  Optional<String> label() {
    return labels.stream().findFirst();
  }
}
