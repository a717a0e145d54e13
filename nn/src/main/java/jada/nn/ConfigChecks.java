package jada.nn;

/// What the configurations of all families require.
///
/// @param owner the configuration, for messages
record ConfigChecks(String owner) {
  void positive(String name, int value) {
    require(value > 0, name + " must be positive, got " + value);
  }

  void divides(int heads, int hiddenSize) {
    require(
        hiddenSize % heads == 0,
        "heads must divide hiddenSize, got " + heads + " heads for " + hiddenSize);
  }

  void epsilon(String name, float value) {
    require(value > 0 && value < 1, name + " must lie between 0 and 1, got " + value);
  }

  void probability(String name, float value) {
    require(value >= 0 && value < 1, name + " must be at least 0 and below 1, got " + value);
  }

  void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(owner + ": " + rule);
    }
  }
}
