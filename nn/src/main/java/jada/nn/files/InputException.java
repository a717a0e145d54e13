package jada.nn.files;

import java.util.regex.Pattern;

/// Something the user gave cannot be used: a file, a folder, an option or their content.
///
/// The message is one line that names the file, line or option, says what is wrong with it and what
/// to do. The command line prints it and exits with status 2. What it quotes from a file can
/// neither break the line nor steer a terminal: control characters become question marks.
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final Pattern LINE_BREAK = Pattern.compile("\\s*[\\r\\n]+\\s*");

  /// Control characters, the other line and paragraph separators, and marks that change the
  /// direction of writing.
  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]");

  /// An input error with a one-line message that names the input and the remedy.
  public InputException(String message) {
    super(oneLine(message));
  }

  /// An input error that another exception revealed.
  public InputException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  private static String oneLine(String message) {
    return UNPRINTABLE.matcher(LINE_BREAK.matcher(message).replaceAll(" ")).replaceAll("?");
  }
}
