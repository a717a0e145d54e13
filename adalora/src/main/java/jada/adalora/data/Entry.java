package jada.adalora.data;

import jada.nn.text.Input;
import java.util.Optional;

/// One record of a source as it was read.
///
/// @param line the line on which it starts, counted from 1
/// @param input its texts
/// @param label its label; always there when the source was read with labels
record Entry(int line, Input input, Optional<String> label) {}
