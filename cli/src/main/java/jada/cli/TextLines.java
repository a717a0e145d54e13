package jada.cli;

import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reads plain lines as they come: a batch is what is there, so that a line typed or piped in is
/// answered at once and a long file in full batches.
final class TextLines {
  /// A longer line is no text.
  private static final int LONGEST = 1 << 20;

  private static final int BUFFER = 1 << 16;

  private final InputStream in;
  private final Charset charset;
  private int line;
  private boolean ended;

  /// @throws InputException if lines cannot be told apart in this encoding without decoding it
  TextLines(InputStream in, Charset charset) {
    if (!Arrays.equals("\n".getBytes(charset), new byte[] {'\n'})) {
      throw new InputException(
          "--encoding %s: standard input is not read line by line in it; use --data FILE"
              .formatted(charset));
    }
    this.in = new BufferedInputStream(in, BUFFER);
    this.charset = charset;
  }

  /// The next lines that are not blank: at least one, waiting for it if need be, and no more than
  /// `most`; none at the end.
  ///
  /// @throws InputException if a line is not in the encoding or too long; the message names it
  List<Input> next(int most) {
    List<Input> batch = new ArrayList<>();
    try {
      while (!ended && batch.size() < most && (batch.isEmpty() || in.available() > 0)) {
        String text = read();
        if (!text.isBlank()) {
          batch.add(Input.of(text));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return batch;
  }

  private String read() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    line++;
    int next = in.read();
    while (next >= 0 && next != '\n') {
      if (bytes.size() == LONGEST) {
        throw new InputException(
            "standard input:%d: longer than %,d bytes; one text a line is expected"
                .formatted(line, LONGEST));
      }
      bytes.write(next);
      next = in.read();
    }
    ended = next < 0;
    try {
      String text = charset.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
      boolean marked = line == 1 && text.startsWith("\uFEFF");
      return text.substring(marked ? 1 : 0, text.length() - (text.endsWith("\r") ? 1 : 0));
    } catch (CharacterCodingException e) {
      throw new InputException(
          "standard input:%d: is not %s text; name its encoding, for example --encoding ISO-8859-1"
              .formatted(line, charset),
          e);
    }
  }
}
