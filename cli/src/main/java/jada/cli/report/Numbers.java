package jada.cli.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Lists of numbers as the page's data hold them.
final class Numbers {
  /// Finer than any eye sees in a chart; the data file has all digits.
  private static final MathContext FOUR = new MathContext(4, RoundingMode.HALF_EVEN);

  private Numbers() {}

  static ArrayNode list() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /// Adds a number with four significant digits.
  static void addRounded(ArrayNode list, double value) {
    double rounded = new BigDecimal(value).round(FOUR).doubleValue();
    if (rounded == Math.rint(rounded) && Math.abs(rounded) < 1e6) {
      list.add((int) rounded);
    } else {
      list.add(rounded);
    }
  }

  /// With four significant digits.
  static ArrayNode rounded(float... values) {
    ArrayNode list = list();
    for (float value : values) {
      addRounded(list, value);
    }
    return list;
  }

  /// With all digits; whole numbers as such.
  static ArrayNode exact(float... values) {
    ArrayNode list = list();
    for (float value : values) {
      if (value == Math.rint(value) && Math.abs(value) < 1e9) {
        list.add((int) value);
      } else {
        list.add(value);
      }
    }
    return list;
  }
}
