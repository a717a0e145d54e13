package jada.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Standard output of the process. When the program at the other end of a pipe has read enough and
/// gone, as `head` does, writing throws [Closed], which ends the command silently.
final class StandardOutput extends OutputStream {
  /// The status of a program that the signal of a closed pipe has ended: 128 + SIGPIPE.
  static final int STATUS_OF_CLOSED = 141;

  private final OutputStream out;

  StandardOutput() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  /// The reader has gone. It is not an IOException, because print streams swallow those.
  static final class Closed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Closed(IOException cause) {
      super(cause);
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    try {
      out.write(bytes, from, length);
    } catch (IOException e) {
      throw closedOr(e);
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      throw closedOr(e);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private static IOException closedOr(IOException e) {
    // The text of the exception depends on the locale, but writing to a pipe fails for no other
    // reason.
    if (String.valueOf(e.getMessage()).contains("roken pipe") || isPipe()) {
      throw new Closed(e);
    }
    return e;
  }

  private static boolean isPipe() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
      return target.startsWith("pipe:") || target.startsWith("socket:");
    } catch (IOException | UnsupportedOperationException _) {
      return false; // not Linux
    }
  }
}
