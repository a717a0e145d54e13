package jada.nn.text;

import jada.nn.files.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads small text files that are not trusted: UTF-8, not empty, not larger than expected.
final class InputText {
  private InputText() {}

  static String read(Path file, int maxBytes) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString(), maxBytes);
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": no such file: check the path", e);
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  /// Reads to the end of the stream and leaves it open.
  static String read(InputStream in, String name, int maxBytes) {
    byte[] bytes;
    try {
      bytes = in.readNBytes(maxBytes + 1);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
    if (bytes.length > maxBytes) {
      throw new InputException(
          "%s: larger than %s MiB, which no tokenizer is: check that this is the right file"
              .formatted(name, maxBytes >> 20));
    }
    if (bytes.length == 0) {
      throw new InputException(name + ": the file is empty: download or export it again");
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder(); // throws on malformed input
    ByteBuffer source = ByteBuffer.wrap(bytes);
    try {
      String text = decoder.decode(source).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text; // a byte order mark
    } catch (CharacterCodingException e) {
      throw new InputException(
          "%s: not UTF-8 at byte %s: save the file as UTF-8".formatted(name, source.position()), e);
    }
  }

  /// Text of a file as a message may show it: in quotation marks, short, and on one line.
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .limit(40)
        .forEach(
            c -> {
              if (isPrintable(c)) {
                quoted.appendCodePoint(c);
              } else {
                quoted.append("\\u{" + Integer.toHexString(c) + "}");
              }
            });
    return quoted.append(text.codePointCount(0, text.length()) > 40 ? "…\"" : "\"").toString();
  }

  /// Whether a message may show the text as it is.
  static boolean isPlain(String text) {
    return text.length() <= 40 && text.codePoints().allMatch(InputText::isPrintable);
  }

  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static InputException unreadable(String name, IOException e) {
    return new InputException(
        "%s: cannot be read (%s): check that it is a readable file".formatted(name, reason(e)), e);
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
