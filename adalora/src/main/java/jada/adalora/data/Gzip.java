package jada.adalora.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/// Files that gzip has packed, known by their first two bytes.
final class Gzip {
  private static final int[] MAGIC = {0x1F, 0x8B};

  private Gzip() {}

  static boolean isPacked(byte[] bytes) {
    return bytes.length >= MAGIC.length
        && Byte.toUnsignedInt(bytes[0]) == MAGIC[0]
        && Byte.toUnsignedInt(bytes[1]) == MAGIC[1];
  }

  /// The content of a stream, unpacked if it is packed.
  ///
  /// @throws IOException if it cannot be read, or is packed and its header is damaged
  static InputStream unpacked(InputStream stream) throws IOException {
    InputStream in = new BufferedInputStream(stream);
    in.mark(MAGIC.length);
    boolean packed = in.read() == MAGIC[0] && in.read() == MAGIC[1];
    in.reset();
    return packed ? new BufferedInputStream(new GZIPInputStream(in)) : in;
  }
}
