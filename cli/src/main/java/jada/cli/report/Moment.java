package jada.cli.report;

import java.util.Locale;

/// When the Gram matrices of P and Q are kept.
enum Moment {
  /// Before the first step.
  START,
  /// After half of the steps.
  MIDDLE,
  /// After the last step that was taken.
  END;

  String p() {
    return "gram." + label() + ".p";
  }

  String q() {
    return "gram." + label() + ".q";
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
