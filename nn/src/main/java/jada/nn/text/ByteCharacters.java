package jada.nn.text;

import java.util.HexFormat;

/// The 256 printable characters that stand for bytes in byte-level vocabularies (Radford et al.
/// 2019, GPT-2): printable Latin-1 characters for themselves, U+0100 and what follows for the other
/// 68 bytes, in ascending order. A blank is Ġ.
final class ByteCharacters {
  private static final char[] OF_BYTE = new char[256];

  static {
    char next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean itself = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      OF_BYTE[b] = itself ? (char) b : next++;
    }
  }

  private ByteCharacters() {}

  /// The character of a byte from 0 to 255.
  static char of(int b) {
    return OF_BYTE[b];
  }

  /// The token that stands for a byte from 0 to 255 in a vocabulary that is not byte-level:
  /// `<0xE2>`.
  static String token(int b) {
    return "<0x" + HexFormat.of().withUpperCase().toHexDigits((byte) b) + ">";
  }

  /// Appends the bytes of a part of a text in UTF-8, each as its character.
  static void append(String text, int from, int to, AlignedText.Builder builder) {
    int size;
    for (int i = from; i < to; i += size) {
      char unit = text.charAt(i);
      if (unit < 0x80) {
        builder.add(OF_BYTE[unit], i);
        size = 1;
        continue;
      }
      int c = text.codePointAt(i);
      size = Character.charCount(c);
      if (c < 0x800) {
        builder.add(OF_BYTE[0xC0 | c >> 6], i);
      } else {
        if (c < 0x10000) {
          builder.add(OF_BYTE[0xE0 | c >> 12], i);
        } else {
          builder.add(OF_BYTE[0xF0 | c >> 18], i);
          builder.add(OF_BYTE[0x80 | c >> 12 & 0x3F], i);
        }
        builder.add(OF_BYTE[0x80 | c >> 6 & 0x3F], i);
      }
      builder.add(OF_BYTE[0x80 | c & 0x3F], i);
    }
  }
}
