package jada.nn.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Writes protobuf messages, honest or not.
final class ProtobufWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  ProtobufWriter varint(int field, long value) {
    return raw(field << 3).raw(value);
  }

  ProtobufWriter text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  ProtobufWriter message(int field, ProtobufWriter value) {
    return bytes(field, value.toBytes());
  }

  ProtobufWriter bytes(int field, byte[] value) {
    return bytes(field, value.length, value);
  }

  /// A field that claims another length than it has.
  ProtobufWriter bytes(int field, long claimed, byte[] value) {
    raw(field << 3 | 2).raw(claimed);
    out.writeBytes(value);
    return this;
  }

  /// A variable-length integer without a tag.
  ProtobufWriter raw(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return this;
  }

  /// Bytes as they are, without tag and length.
  ProtobufWriter plain(byte[] value) {
    out.writeBytes(value);
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }
}
