package jada.nn.checkpoint;

import jada.nn.files.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/// Reads the fields of protobuf messages one after the other from a stream.
///
/// A message is a sequence of fields: a tag (field number · 8 + wire type), then an integer of
/// variable length (wire type 0), 8 bytes (1), a length and so many bytes (2), or 4 bytes (5). A
/// nested message is a field of wire type 2; it ends at a position that no field inside may pass.
/// The caller enters nested messages with [#message]; all others are skipped unread, so depth in
/// the file costs nothing. Memory is allocated as bytes arrive, not as lengths announce them.
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private static final int LONGEST_TEXT = 1 << 16;
  private static final long UNKNOWN = Long.MAX_VALUE;

  private final InputStream in;
  private final String source;
  private final String kind;
  private final byte[] scratch = new byte[8192];
  private long position;
  private long end = UNKNOWN; // of the innermost message; the outermost ends with the stream
  private int field;
  private int wireType;

  /// Starts before the first field of the outermost message.
  ///
  /// @param in buffered; not closed here
  /// @param source named in errors
  /// @param kind what the content should be, for errors, for example `an ONNX model`
  ProtobufReader(InputStream in, String source, String kind) {
    this.in = in;
    this.source = source;
    this.kind = kind;
  }

  /// Reads one nested message, field by field, until [#next] returns false.
  interface Body {
    void read() throws IOException;
  }

  /// Moves to the next field of the current message; false at the message's end. The field before
  /// it must have been read or skipped.
  boolean next() throws IOException {
    if (position == end) {
      return false;
    }
    int first = in.read();
    if (first < 0) {
      if (end == UNKNOWN) {
        return false;
      }
      throw truncated();
    }
    position++;
    long tag = varintFrom(first);
    if (tag < 8 || tag > 0xffff_ffffL) {
      throw damaged("a field number lies outside 1 to 2^29-1");
    }
    field = (int) (tag >>> 3);
    wireType = (int) (tag & 7);
    return true;
  }

  /// The number of the current field.
  int field() {
    return field;
  }

  /// The current field's integer.
  long varint() throws IOException {
    require(VARINT);
    return varintFrom(readByte());
  }

  /// The current field's 4 bytes, the lowest first.
  int fixed32() throws IOException {
    require(FIXED32);
    int value = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      value |= readByte() << shift;
    }
    return value;
  }

  /// The integers of a repeated field, which come packed or one by one.
  void varints(LongConsumer to) throws IOException {
    if (wireType == VARINT) {
      to.accept(varint());
      return;
    }
    long length = length();
    long stop = position + length;
    while (position < stop) {
      to.accept(varintFrom(readByte()));
    }
    if (position > stop) {
      throw damaged("a packed list ends inside a number");
    }
  }

  /// The current field's text.
  String text() throws IOException {
    long length = length();
    if (length > LONGEST_TEXT) {
      throw damaged("a name of " + length + " bytes is too long");
    }
    return new String(take(length), StandardCharsets.UTF_8);
  }

  /// The current field's bytes.
  byte[] bytes() throws IOException {
    long length = length();
    if (length > Integer.MAX_VALUE - 8) {
      throw damaged("a field of " + length + " bytes is longer than an array can be");
    }
    return take(length);
  }

  /// Enters the message that the current field holds and leaves it at its end.
  void message(Body body) throws IOException {
    long length = length();
    long outer = end;
    end = position + length;
    body.read();
    if (position != end) {
      throw new IllegalStateException("the body left a message before its end");
    }
    end = outer;
  }

  /// Skips the current field's content.
  void skip() throws IOException {
    switch (wireType) {
      case VARINT -> varintFrom(readByte());
      case FIXED64 -> skip(8);
      case BYTES -> skip(length());
      case FIXED32 -> skip(4);
      default -> throw damaged("wire type " + wireType + " is not in use");
    }
  }

  /// An error about the content, which names the place.
  InputException damaged(String what) {
    return new InputException(
        source
            + ": "
            + what
            + " (before byte "
            + position
            + "); it is damaged or not "
            + kind
            + ", fetch or export it again");
  }

  private InputException truncated() {
    return damaged("ends in the middle of a field");
  }

  // Reads the length of the current field's content and checks that the message can hold it.
  private long length() throws IOException {
    require(BYTES);
    long length = varintFrom(readByte());
    if (length < 0 || length > end - position) {
      throw damaged(
          "a field claims "
              + Long.toUnsignedString(length)
              + " bytes"
              + (end == UNKNOWN ? "" : ", its message has " + (end - position)));
    }
    return length;
  }

  private void require(int type) {
    if (wireType != type) {
      throw damaged("field " + field + " has wire type " + wireType + " instead of " + type);
    }
  }

  private long varintFrom(int first) throws IOException {
    long value = first & 0x7f;
    int b = first;
    for (int shift = 7; (b & 0x80) != 0; shift += 7) {
      b = readByte();
      if (shift == 63 && b > 1) {
        throw damaged("an integer is longer than 64 bits");
      }
      value |= (long) (b & 0x7f) << shift;
    }
    return value;
  }

  private int readByte() throws IOException {
    int b = position == end ? -1 : in.read();
    if (b < 0) {
      throw truncated();
    }
    position++;
    return b;
  }

  private byte[] take(long length) throws IOException {
    byte[] bytes = in.readNBytes((int) length);
    position += bytes.length;
    if (bytes.length < length) {
      throw truncated();
    }
    return bytes;
  }

  private void skip(long length) throws IOException {
    if (length > end - position) {
      throw truncated();
    }
    // Read, not InputStream.skip: streams that compute a checksum must see every byte.
    for (long left = length; left > 0; ) {
      int step = in.read(scratch, 0, (int) Math.min(left, scratch.length));
      if (step < 0) {
        throw truncated();
      }
      left -= step;
    }
    position += length;
  }
}
