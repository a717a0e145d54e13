package jada.nn.files;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The element types that a file of tensors may hold and their sizes in bits; [#F32], [#F16] and
/// [#BF16] can be read as floats.
enum Dtype {
  BOOL(8),
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  F8_E8M0(8),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  I16(16),
  U16(16),
  F16(16),
  BF16(16),
  I32(32),
  U32(32),
  F32(32),
  C64(64),
  F64(64),
  I64(64),
  U64(64);

  private static final Map<String, Dtype> BY_NAME =
      Stream.of(values()).collect(Collectors.toMap(Dtype::name, Function.identity()));

  private final int bits;

  Dtype(int bits) {
    this.bits = bits;
  }

  static Optional<Dtype> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  int bits() {
    return bits;
  }

  boolean isReadable() {
    return this == F32 || this == F16 || this == BF16;
  }

  /// Reads all elements that are left in a buffer as floats.
  ///
  /// @param from where the first of them goes
  /// @return the index after the last element written
  int decode(ByteBuffer buffer, float[] elements, int from) {
    if (this == F32) {
      FloatBuffer floats = buffer.asFloatBuffer();
      int count = floats.remaining();
      floats.get(elements, from, count);
      return from + count;
    }
    ShortBuffer halves = buffer.asShortBuffer();
    int count = halves.remaining();
    for (int i = 0; i < count; i++) {
      short bits = halves.get(i);
      elements[from + i] =
          this == F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
    }
    return from + count;
  }
}
