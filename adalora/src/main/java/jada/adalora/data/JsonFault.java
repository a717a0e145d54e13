package jada.adalora.data;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.MismatchedInputException;

/// What is wrong with JSON, without the words that only a programmer with Jackson knows.
final class JsonFault {
  private JsonFault() {}

  /// For a line, what is wrong.
  static String of(JacksonException failure) {
    if (failure instanceof MismatchedInputException) {
      return "more follows the object";
    }
    return failure
        .getOriginalMessage()
        .replaceAll(" \\((?:start marker at|for \\w+ starting at) \\[Source:[^]]*]\\)", "")
        .replaceAll(" \\(code \\d+\\)", "")
        .replaceAll("\\(\\(CTRL-CHAR, (code \\d+)\\)\\)", "($1)")
        .replaceAll(", from `[^`]*`", "")
        .replaceAll(": enable `[^`]*`.*", "")
        .replaceAll(" \\(not recognized.*", "");
  }

  /// Where in the line, as ` at character 13`; empty if that is not known.
  static String place(JacksonException failure) {
    boolean known = failure.getLocation() != null && failure.getLocation().getColumnNr() > 0;
    return known ? " at character " + failure.getLocation().getColumnNr() : "";
  }
}
