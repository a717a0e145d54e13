package jada.nn.checkpoint;

import jada.nn.files.InputException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// The unpacked bytes of a jar, up to a bound: a few kilobytes of a jar can unpack to gigabytes.
final class UnpackedStream extends FilterInputStream {
  /// Weights shrink by a tenth, text to about a third.
  private static final long TIMES = 20;

  /// Small files may shrink to nearly nothing.
  private static final long ALWAYS = 16L << 20;

  private final String source;
  private final long bound;
  private long left;

  /// @param source its name for errors
  /// @param packed bytes in the whole jar
  UnpackedStream(InputStream in, String source, long packed) {
    super(in);
    this.source = source;
    this.bound = ALWAYS + TIMES * packed;
    this.left = bound;
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    count(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    int read = in.read(bytes, from, length);
    count(read);
    return read;
  }

  @Override
  public long skip(long bytes) throws IOException {
    long skipped = in.skip(bytes);
    count(skipped);
    return skipped;
  }

  private void count(long bytes) {
    left -= Math.max(0, bytes);
    if (left < 0) {
      throw new InputException(
          "%s: unpacks to more than %s bytes, which no model does; use the jar as it was published"
              .formatted(source, bound));
    }
  }
}
