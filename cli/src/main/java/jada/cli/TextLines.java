package jada.cli;

import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// Reads plain lines one by one: a batch is all lines that are available, so that a typed or piped
/// line is answered at once and a long file in full batches. No more than a batch is held in
/// memory. What gzip has packed is unpacked on the way.
final class TextLines {
  /// A longer line is refused.
  private static final int LONGEST = 1 << 20;

  private static final int BUFFER = 1 << 16;

  private final String name;
  private InputStream in;
  private final Charset charset;
  private int line;
  private boolean begun;
  private boolean ended;

  /// A line, or one text from another source.
  ///
  /// @param input what is on it; empty where it cannot be read
  /// @param problem why it cannot be read
  record Line(Input input, Optional<String> problem) {
    static Line of(Input input) {
      return new Line(input, Optional.empty());
    }

    private static Line unreadable(String why) {
      return new Line(Input.of(""), Optional.of(why));
    }

    /// Whether it is blank.
    boolean isBlank() {
      return problem.isEmpty() && input.pair().isEmpty() && input.text().isBlank();
    }
  }

  /// @param name of the stream for messages
  /// @throws InputException if lines cannot be told apart in this encoding without decoding it
  TextLines(String name, InputStream in, Charset charset) {
    if (!canSplit(charset)) {
      throw new InputException(
          "--encoding %s: %s is not read line by line in it; use --data FILE"
              .formatted(charset, name));
    }
    this.name = name;
    this.in = new BufferedInputStream(in, BUFFER);
    this.charset = charset;
  }

  /// Whether lines can be told apart in this encoding without decoding it.
  static boolean canSplit(Charset charset) {
    return Arrays.equals("\n".getBytes(charset), new byte[] {'\n'});
  }

  /// The next lines: at least one, waiting for it if need be, and no more than `most`; none at the
  /// end.
  List<Line> next(int most) {
    List<Line> batch = new ArrayList<>();
    try {
      if (!begun) {
        begun = true;
        unpack();
      }
      while (!ended && batch.size() < most && (batch.isEmpty() || in.available() > 0)) {
        read().ifPresent(batch::add);
      }
    } catch (EOFException | ZipException e) {
      throw new InputException(
          "%s: is packed with gzip, and damaged or cut off at line %s; copy or fetch it again"
              .formatted(name, Math.max(1, line)),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return batch;
  }

  /// Unpacks what gzip has packed. The second byte is waited for only after the first of the two by
  /// which gzip is known, which no text begins with.
  private void unpack() throws IOException {
    in.mark(2);
    boolean packed = in.read() == 0x1F && in.read() == 0x8B;
    in.reset();
    if (packed) {
      in = new BufferedInputStream(new GZIPInputStream(in, BUFFER), BUFFER);
    }
  }

  /// The next line; nothing where the stream ends with a line end.
  private Optional<Line> read() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    line++;
    boolean tooLong = false;
    int next = in.read();
    boolean nothing = next < 0;
    while (next >= 0 && next != '\n') {
      if (bytes.size() == LONGEST) {
        tooLong = true; // and is read to its end, without being kept
      } else {
        bytes.write(next);
      }
      next = in.read();
    }
    ended = next < 0;
    if (nothing) {
      return Optional.empty();
    }
    return Optional.of(
        tooLong
            ? unreadable("longer than %s bytes; one text a line is expected".formatted(LONGEST))
            : decoded(bytes.toByteArray()));
  }

  private Line decoded(byte[] bytes) {
    try {
      String text = charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
        return unreadable("has half a character (a surrogate without its pair); remove it");
      }
      boolean marked = line == 1 && text.startsWith("\uFEFF");
      return Line.of(
          Input.of(text.substring(marked ? 1 : 0, text.length() - (text.endsWith("\r") ? 1 : 0))));
    } catch (CharacterCodingException _) {
      return unreadable(
          "is not %s text; name its encoding, for example --encoding ISO-8859-1"
              .formatted(charset));
    }
  }

  private Line unreadable(String why) {
    return Line.unreadable("%s:%s: %s".formatted(name, line, why));
  }
}
