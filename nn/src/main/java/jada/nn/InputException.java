package jada.nn;

/// Something the user gave cannot be used: a file, a folder, an option or their content.
///
/// The message is one line that names the file, line or option, says what is wrong with it and what
/// to do. The command line prints it and exits with status 2.
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// An input error with a one-line message that names the input and the remedy.
  public InputException(String message) {
    super(message);
  }

  /// An input error that another exception revealed.
  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
