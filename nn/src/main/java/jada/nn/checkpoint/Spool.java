package jada.nn.checkpoint;

import jada.nn.files.Checksum;
import jada.nn.files.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Enumeration;

/// Keeps the bytes of a stream until their meaning is known. Reading frees their memory piece by
/// piece, so that bytes and result never take memory at the same time.
///
/// @param checksum SHA-256 of all bytes, in hexadecimal
record Spool(Deque<byte[]> pieces, String checksum) {
  private static final int PIECE = 16 << 20;

  /// Reads a stream to its end.
  ///
  /// @param at named in errors
  /// @param most bytes
  /// @throws InputException if the stream is longer
  static Spool of(InputStream in, String at, long most) throws IOException {
    MessageDigest digest = Checksum.sha256();
    Deque<byte[]> pieces = new ArrayDeque<>();
    long size = 0;
    for (byte[] piece = in.readNBytes(PIECE); piece.length > 0; piece = in.readNBytes(PIECE)) {
      size += piece.length;
      if (size > most) {
        throw new InputException(at + ": has more than " + most + " bytes; fetch the model again");
      }
      digest.update(piece);
      pieces.add(piece);
    }
    return new Spool(pieces, Checksum.hex(digest));
  }

  /// The bytes in their order. Each byte can be read once.
  InputStream consume() {
    return new SequenceInputStream(
        new Enumeration<>() {
          @Override
          public boolean hasMoreElements() {
            return !pieces.isEmpty();
          }

          @Override
          public InputStream nextElement() {
            return new ByteArrayInputStream(pieces.poll());
          }
        });
  }
}
