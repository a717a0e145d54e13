package jada.adalora;

import jada.nn.files.InputException;

/// A duration in optimizer steps, given as a count or as a fraction of the run.
public sealed interface Steps {

  /// The number of steps in a run of `total` steps.
  int in(int total);

  /// So many steps, whatever the length of the run.
  ///
  /// @throws InputException if `count` is negative
  static Steps of(int count) {
    return new Count(count);
  }

  /// A fraction of the run, rounded down to whole steps.
  ///
  /// @throws InputException if `fraction` is not in [0, 1]
  static Steps fraction(double fraction) {
    return new Fraction(fraction);
  }

  /// Reads what a user writes: `200` is a count, `0.1` and `10%` are fractions of the run.
  ///
  /// @throws InputException if the text is neither
  static Steps parse(String text) {
    try {
      if (text.endsWith("%")) {
        return fraction(Double.parseDouble(text.substring(0, text.length() - 1)) / 100);
      }
      return text.contains(".") ? fraction(Double.parseDouble(text)) : of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new InputException(
          "steps: \""
              + text
              + "\" is no length of time; write a number of steps (200) or a fraction of the run"
              + " (0.1 or 10%)",
          e);
    }
  }

  /// So many steps.
  record Count(int count) implements Steps {
    /// @throws InputException if `count` is negative
    public Count {
      if (count < 0) {
        throw new InputException("steps: " + count + " is negative; give 0 or more steps");
      }
    }

    @Override
    public int in(int total) {
      return count;
    }

    @Override
    public String toString() {
      return Integer.toString(count);
    }
  }

  /// A fraction of the run.
  record Fraction(double fraction) implements Steps {
    /// @throws InputException if `fraction` is not in [0, 1]
    public Fraction {
      if (!(fraction >= 0 && fraction <= 1)) {
        throw new InputException(
            "steps: a fraction of the run must be between 0 and 1, got "
                + fraction
                + "; a number of steps is written without a decimal point");
      }
    }

    @Override
    public int in(int total) {
      // 0.29 · 100 is 28.999999999999996 in doubles and means 29.
      return (int) Math.floor(fraction * total + 1e-9);
    }

    @Override
    public String toString() {
      return Double.toString(fraction);
    }
  }
}
