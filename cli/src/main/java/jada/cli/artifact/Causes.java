package jada.cli.artifact;

/// The root cause of a chain of exceptions: the resolver wraps several times and repeats the
/// message each time.
final class Causes {
  private Causes() {}

  /// The innermost cause in one line.
  static String last(Throwable e) {
    Throwable last = e;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    String message = last.getMessage() == null ? "" : last.getMessage().strip();
    String line = message.replaceAll("\\s+", " ");
    return line.isEmpty()
        ? last.getClass().getSimpleName()
        : last.getClass().getSimpleName() + ": " + line;
  }

  static boolean find(Throwable e, Class<? extends Throwable> type) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }
}
