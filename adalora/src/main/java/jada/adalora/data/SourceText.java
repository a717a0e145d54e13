package jada.adalora.data;

import jada.nn.files.Checksum;
import jada.nn.files.InputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.ZipException;

/// A source's whole text, strictly decoded, with its name for messages and its checksum.
///
/// @param name the path as it was given, or a name such as `standard input`
/// @param text the decoded text without byte order mark
/// @param checksum SHA-256 of the bytes, before they are unpacked
record SourceText(String name, String text, String checksum) {
  /// Longest line or CSV record, in characters. The longest input a model reads is a few thousand
  /// characters; a longer line is a file of another kind.
  static final int LONGEST_LINE = 1 << 20;

  /// Largest source, in bytes: about five million sentences, which still fit an ordinary heap.
  private static final int LARGEST = 1 << 28;

  /// A line and its number, counted from 1.
  record Line(int number, String text) {}

  static SourceText read(Path file, Charset charset) {
    if (Files.isDirectory(file)) {
      throw new InputException(file + ": is a directory; give a TSV, CSV or JSON Lines file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in, charset);
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": no such file; check the path", e);
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  /// The first line that is not blank, malformed bytes replaced; empty if there is none, or it is
  /// longer than a line may be.
  ///
  /// @throws InputException if the file cannot be read
  static Optional<Line> firstLine(Path file, Charset charset) {
    if (Files.isDirectory(file)) {
      throw new InputException(file + ": is a directory; give a TSV, CSV or JSON Lines file");
    }
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = Gzip.unpacked(raw)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int number = 1;
      for (int next = in.read(); line.size() <= LONGEST_LINE; next = in.read()) {
        if (next >= 0 && next != '\n') {
          line.write(next);
          continue;
        }
        String text = line.toString(charset);
        text = number == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
        if (!text.isBlank()) {
          return Optional.of(new Line(number, text.stripTrailing()));
        }
        if (next < 0) {
          return Optional.empty();
        }
        line.reset();
        number++;
      }
      return Optional.empty();
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": no such file; check the path", e);
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  static SourceText read(String name, InputStream in, Charset charset) {
    return read(name, in, charset, LARGEST);
  }

  /// @param largest how many bytes there may be, packed and unpacked
  static SourceText read(String name, InputStream in, Charset charset, int largest) {
    byte[] bytes = bytes(name, in, largest);
    String checksum = Checksum.of(bytes);
    if (Gzip.isPacked(bytes)) {
      bytes = unpacked(name, bytes, largest);
    }
    String text = decode(name, bytes, charset);
    if (text.isBlank()) {
      throw new InputException(name + ": is empty; one example a line is expected");
    }
    return new SourceText(name, text, checksum);
  }

  private static byte[] bytes(String name, InputStream in, int largest) {
    try {
      return limited(name, in, largest);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static byte[] unpacked(String name, byte[] packed, int largest) {
    try (InputStream in = Gzip.unpacked(new ByteArrayInputStream(packed))) {
      return limited(name, in, largest);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static byte[] limited(String name, InputStream in, int largest) throws IOException {
    byte[] bytes = in.readNBytes(largest + 1);
    if (bytes.length > largest) {
      throw new InputException(
          "%s: its text is larger than %s MiB; split the file".formatted(name, largest >> 20));
    }
    return bytes;
  }

  private static InputException unreadable(String name, IOException e) {
    if (e instanceof EOFException || e instanceof ZipException) {
      return new InputException(
          name + ": is packed with gzip, and damaged or cut off; copy or fetch it again", e);
    }
    return new InputException(
        "%s: cannot be read (%s: %s); check the path and its permissions"
            .formatted(name, e.getClass().getSimpleName(), e.getMessage()),
        e);
  }

  private static String decode(String name, byte[] bytes, Charset charset) {
    CharsetDecoder decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer chars =
        CharBuffer.allocate((int) Math.ceil(bytes.length * (double) decoder.maxCharsPerByte()));
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CoderResult result = decoder.decode(in, chars, true);
    chars.flip();
    if (result.isError()) {
      Optional<String> kind = otherKind(bytes);
      if (kind.isPresent()) {
        throw new InputException(name + ": is " + kind.get());
      }
      long line = 1 + chars.chars().filter(c -> c == '\n').count();
      String bad = HexFormat.of().withUpperCase().toHexDigits(bytes[in.position()]);
      boolean wide = bytes.length > 1 && (bytes[0] & bytes[1] & 0xFE) == 0xFE; // FF FE or FE FF
      throw new InputException(
          "%s:%s: byte %s, 0x%s, is not %s text; correct it, or name the encoding of the file,"
                  .formatted(name, line, in.position() + 1, bad, charset)
              + " for example `encoding` "
              + (wide ? "UTF-16" : "ISO-8859-1"));
    }
    int half = Surrogates.unpaired(chars); // the decoders of UTF-32 and CESU-8 let them pass
    if (half >= 0) {
      throw new InputException(
          "%s:%s: has one half of a surrogate pair without the other, which is no character; remove it"
              .formatted(name, 1 + chars.chars().limit(half).filter(c -> c == '\n').count()));
    }
    boolean marked = !chars.isEmpty() && chars.charAt(0) == '\uFEFF';
    String text = chars.subSequence(marked ? 1 : 0, chars.length()).toString();
    // Old Macs ended lines so, and so do some spreadsheets: it would all be one line.
    if (text.indexOf('\n') < 0 && text.strip().indexOf('\r') >= 0) {
      throw new InputException(
          name
              + ": its lines end with CR alone; save it with LF or CR LF, for example with"
              + " tr '\\r' '\\n'");
    }
    return text;
  }

  /// What a file that is no text is, known by its first bytes, and what to do.
  private static Optional<String> otherKind(byte[] bytes) {
    String start = new String(bytes, 0, Math.min(bytes.length, 6), StandardCharsets.ISO_8859_1);
    String text = ", not text; save it as CSV or JSON Lines";
    String packed = ", which is not unpacked here; unpack it, or pack it with gzip";
    if (start.startsWith("PK\u0003\u0004")) {
      return Optional.of("a zip archive or a spreadsheet (.xlsx)" + text);
    } else if (start.startsWith("PAR1")) {
      return Optional.of("Parquet" + text);
    } else if (start.startsWith("%PDF")) {
      return Optional.of("PDF" + text);
    } else if (start.startsWith("BZh")) {
      return Optional.of("packed with bzip2" + packed);
    } else if (start.startsWith("\u00FD7zXZ")) {
      return Optional.of("packed with xz" + packed);
    } else if (start.startsWith("(\u00B5/\u00FD")) {
      return Optional.of("packed with zstd" + packed);
    }
    return Optional.empty();
  }

  /// The lines that are not blank, without their ends (LF or CR LF).
  List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    int number = 1;
    for (int start = 0; start < text.length(); number++) {
      int end = text.indexOf('\n', start);
      end = end < 0 ? text.length() : end;
      if (end - start > LONGEST_LINE) {
        throw new InputException(tooLong(number));
      }
      boolean carriageReturn = end > start && text.charAt(end - 1) == '\r';
      String line = text.substring(start, carriageReturn ? end - 1 : end);
      if (!line.isBlank()) {
        lines.add(new Line(number, line));
      }
      start = end + 1;
    }
    return lines;
  }

  String tooLong(int line) {
    return String.format(
        Locale.ROOT,
        "%s:%d: longer than %,d characters; one example a line is expected",
        name,
        line,
        LONGEST_LINE);
  }
}
