package jada.adalora.data;

import java.util.Objects;

/// Examples to learn from, and examples held out to judge what was learned.
///
/// @param train the examples to learn from
/// @param dev the examples held out
public record Split(Dataset train, Dataset dev) {
  /// A split into these two.
  public Split {
    Objects.requireNonNull(train, "train");
    Objects.requireNonNull(dev, "dev");
  }
}
