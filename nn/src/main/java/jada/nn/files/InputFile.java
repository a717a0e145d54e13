package jada.nn.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Checks a path before anything is read from it.
public final class InputFile {
  private InputFile() {}

  /// Refuses a path that is not a readable regular file.
  public static void require(Path file) {
    if (!Files.exists(file)) {
      throw new InputException(file + ": no such file; check the path");
    }
    if (Files.isDirectory(file)) {
      throw new InputException(file + ": is a folder, not a file; name the file in it");
    }
    if (!Files.isRegularFile(file)) {
      throw new InputException(file + ": is not a regular file; copy its content to one");
    }
    if (!Files.isReadable(file)) {
      throw new InputException(file + ": is not readable; check its permissions");
    }
  }

  /// The one line for a read that failed half way.
  public static InputException unreadable(Path file, IOException cause) {
    return unreadable(file.toString(), cause);
  }

  /// The one line for a read that failed half way.
  ///
  /// @param source the file, or where in it the bytes come from
  public static InputException unreadable(String source, IOException cause) {
    String reason =
        switch (cause) {
          case NoSuchFileException _ -> "no such file";
          case AccessDeniedException _ -> "access denied";
          default -> String.valueOf(cause.getMessage()).replaceAll("\\R", " ");
        };
    return new InputException(
        source + ": cannot be read (" + reason + "); check the file and its disk", cause);
  }
}
