package jada.nn.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/// The normalizer Precompiled: SentencePiece's map of characters, a double-array trie (Aoe 1989, in
/// the form of Darts-clone) from UTF-8 strings to their replacements.
///
/// The file holds the size of the trie in bytes, the trie, and the replacements, each ended by a
/// zero byte. A unit of the trie has 32 bits: the label in the lowest eight, bit 8 if the value of
/// the string that ends here is at hand, the offset to the children from bit 10 on, shifted by
/// another 8 if bit 9 is set; of a value the lowest 31 bits say where its replacement begins.
///
/// As the reference has it, a grapheme of fewer than six bytes is replaced whole if any beginning
/// of it is in the map, by what the shortest stands for; otherwise each of its characters is.
final class CharacterMap implements Normalizing {
  private static final int MOST_BYTES = 16 << 20;
  private static final int SMALL_GRAPHEME = 6; // bytes, exclusive
  private static final int FIRST_JOINING = 0x300; // below, graphemes are characters, but CR LF

  private final int[] units;
  private final byte[] replacements;

  private CharacterMap(int[] units, byte[] replacements) {
    this.units = units;
    this.replacements = replacements;
  }

  /// The map that a file holds in Base64; nothing if it is damaged.
  static Optional<CharacterMap> decode(String base64) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return decode(bytes);
  }

  /// The map in these bytes; nothing if they are damaged.
  static Optional<CharacterMap> decode(byte[] bytes) {
    if (bytes.length < 8 || bytes.length > MOST_BYTES) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int size = buffer.getInt();
    if (size <= 0 || size % 4 != 0 || size > bytes.length - 4) {
      return Optional.empty();
    }
    int[] units = new int[size / 4];
    buffer.asIntBuffer().get(units);
    byte[] replacements = new byte[bytes.length - 4 - size];
    buffer.position(4 + size).get(replacements);
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(replacements));
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
    return Optional.of(new CharacterMap(units, replacements));
  }

  @Override
  public AlignedText apply(AlignedText text) {
    String characters = text.text();
    AlignedText.Builder builder = text.builder();
    Optional<BreakIterator> graphemes = Optional.empty();
    int done = 0;
    int next;
    for (int i = 0; i < characters.length(); i = next) {
      next = i + Character.charCount(characters.codePointAt(i));
      if (next < characters.length()) {
        char following = characters.charAt(next);
        if (following >= FIRST_JOINING || characters.charAt(i) >= FIRST_JOINING) {
          if (graphemes.isEmpty()) {
            BreakIterator iterator = BreakIterator.getCharacterInstance(Locale.ROOT);
            iterator.setText(characters);
            graphemes = Optional.of(iterator);
          }
          next = graphemes.get().following(i);
        } else if (following == '\n' && characters.charAt(i) == '\r') {
          next++;
        }
      }
      done = append(text, i, next, done, builder);
    }
    if (done == 0) {
      return text;
    }
    builder.keep(done, characters.length());
    return builder.build();
  }

  /// Appends what a grapheme becomes, if that is something else, after what stands before it.
  ///
  /// @param done what is before it has been appended
  /// @return the same afterwards
  private int append(AlignedText text, int from, int to, int done, AlignedText.Builder builder) {
    String characters = text.text();
    int size = Character.charCount(characters.codePointAt(from));
    boolean single = to - from == size;
    if (single || bytes(characters, from, to) < SMALL_GRAPHEME) {
      int value = find(characters, from, to);
      if (value >= 0) {
        builder.keep(done, from);
        replace(text, from, to, replacement(value), builder);
        return to;
      }
      if (single) {
        return done;
      }
    }
    int appended = done;
    for (int i = from; i < to; i += size) {
      size = Character.charCount(characters.codePointAt(i));
      int value = find(characters, i, i + size);
      if (value >= 0) {
        builder.keep(appended, i);
        replace(text, i, i + size, replacement(value), builder);
        appended = i + size;
      }
    }
    return appended;
  }

  /// Character by character; those too many stand for the last.
  private static void replace(
      AlignedText text, int from, int to, String replacement, AlignedText.Builder builder) {
    int origin = from;
    int size;
    for (int i = 0; i < replacement.length(); i += size) {
      int codePoint = replacement.codePointAt(i);
      size = Character.charCount(codePoint);
      builder.add(codePoint, origin);
      int following = origin + Character.charCount(text.text().codePointAt(origin));
      origin = following < to ? following : origin;
    }
  }

  private static int bytes(String text, int from, int to) {
    int bytes = 0;
    for (int i = from; i < to && bytes < SMALL_GRAPHEME; i++) {
      char unit = text.charAt(i);
      // Each half of a pair counts for two of its four bytes.
      bytes += unit < 0x80 ? 1 : unit < 0x800 || Character.isSurrogate(unit) ? 2 : 3;
    }
    return bytes;
  }

  /// The value of the shortest string in the trie with which a part of a text begins; −1 if there
  /// is none.
  private int find(String text, int from, int to) {
    int node = offset(units[0]);
    byte[] bytes = text.substring(from, to).getBytes(StandardCharsets.UTF_8);
    for (byte b : bytes) {
      int label = b & 0xFF;
      node ^= label;
      if (label == 0 || node < 0 || node >= units.length) {
        return -1;
      }
      int unit = units[node];
      if ((unit & 0x800000FF) != label) {
        return -1;
      }
      node ^= offset(unit);
      if ((unit >>> 8 & 1) != 0) {
        return node >= 0 && node < units.length ? units[node] & 0x7FFFFFFF : -1;
      }
    }
    return -1;
  }

  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & 1 << 9) >>> 6);
  }

  /// The text that begins at a place of the replacements.
  private String replacement(int begin) {
    int end = begin;
    while (end < replacements.length && replacements[end] != 0) {
      end++;
    }
    return begin >= replacements.length
        ? ""
        : new String(replacements, begin, end - begin, StandardCharsets.UTF_8);
  }
}
