package jada.adalora.data;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;

/// What is done with labels that look like a mistake: a missing value that another program wrote as
/// a word (`nan`, `NULL`, `n/a`: those that pandas reads as missing), and labels that would be two
/// classes and look like one: `1` and `1.0`, `spam` and `Spam`, an accented letter in one piece or
/// in two.
public enum OddLabels {
  /// The data are refused.
  REFUSE,
  /// Every label is a class, as it is spelled.
  KEEP;

  /// `na_values` of pandas 3.0 (`pandas._libs.parsers.STR_NA_VALUES`), the empty one left out.
  private static final Set<String> MISSING =
      Set.of(
          "#N/A",
          "#N/A N/A",
          "#NA",
          "-1.#IND",
          "-1.#QNAN",
          "-NaN",
          "-nan",
          "1.#IND",
          "1.#QNAN",
          "<NA>",
          "N/A",
          "NA",
          "NULL",
          "NaN",
          "None",
          "n/a",
          "nan",
          "null");

  /// Whether a label looks like a missing value.
  static boolean isMissing(String label) {
    return MISSING.contains(label.strip());
  }

  /// The same for labels that look alike: without regard to Unicode's form, to case, to white space
  /// around and within, and to how a number is written.
  static String likeness(String label) {
    String text =
        Normalizer.normalize(label, Normalizer.Form.NFC)
            .strip()
            .replaceAll("\\s+", " ")
            .toUpperCase(Locale.ROOT)
            .toLowerCase(Locale.ROOT);
    if (!text.matches("[+-]?[0-9]{1,30}([.][0-9]{0,30})?")) {
      return text;
    }
    return new BigDecimal(text.endsWith(".") ? text + "0" : text)
        .stripTrailingZeros()
        .toPlainString();
  }
}
