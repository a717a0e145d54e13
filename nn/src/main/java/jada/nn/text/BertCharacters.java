package jada.nn.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/// The character classes that BERT's normalizer and pre-tokenizer distinguish.
///
/// They come from a table in the resources, not from [Character#getType(int)]: vocabularies were
/// built with the classes of Unicode 8, and a text must not get other ids on a newer Java runtime.
final class BertCharacters {
  private static final int CONTROL = 1;
  private static final int WHITESPACE = 2;
  private static final int PUNCTUATION = 4;
  private static final int MARK = 8;
  private static final int IDEOGRAPH = 16;

  private static final BertCharacters TABLE = read();

  // The basic plane by index, one byte a character; the other planes by binary search in ranges.
  private final byte[] basic;
  private final int[] firsts;
  private final int[] lasts;
  private final byte[] classes;

  private BertCharacters(byte[] basic, int[] firsts, int[] lasts, byte[] classes) {
    this.basic = basic;
    this.firsts = firsts;
    this.lasts = lasts;
    this.classes = classes;
  }

  /// Control, format and private-use characters, U+0000 and U+FFFD: what `clean_text` removes.
  static boolean isControl(int codePoint) {
    return (TABLE.classesOf(codePoint) & CONTROL) != 0;
  }

  /// Unicode's White_Space, which ends a word.
  static boolean isWhitespace(int codePoint) {
    return (TABLE.classesOf(codePoint) & WHITESPACE) != 0;
  }

  /// ASCII punctuation and symbols and Unicode's categories P*: each a word of its own.
  static boolean isPunctuation(int codePoint) {
    return (TABLE.classesOf(codePoint) & PUNCTUATION) != 0;
  }

  /// Nonspacing marks (Mn): what remains of an accent after canonical decomposition.
  static boolean isMark(int codePoint) {
    return (TABLE.classesOf(codePoint) & MARK) != 0;
  }

  /// Ideographs of the CJK blocks that `handle_chinese_chars` sets apart.
  static boolean isIdeograph(int codePoint) {
    return (TABLE.classesOf(codePoint) & IDEOGRAPH) != 0;
  }

  private int classesOf(int codePoint) {
    if (codePoint < basic.length) {
      return basic[codePoint];
    }
    int found = Arrays.binarySearch(firsts, codePoint);
    int range = found >= 0 ? found : -found - 2; // the last range that starts at or before it
    return range >= 0 && codePoint <= lasts[range] ? classes[range] : 0;
  }

  private static BertCharacters read() {
    byte[] basic = new byte[Character.MIN_SUPPLEMENTARY_CODE_POINT];
    int[] firsts = new int[0];
    int[] lasts = new int[0];
    byte[] classes = new byte[0];
    try (InputStream in = BertCharacters.class.getResourceAsStream("bert-characters.txt");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("#")) {
          continue;
        }
        String[] fields = line.split(" ");
        int first = Integer.parseInt(fields[0], 16);
        int last = Integer.parseInt(fields[1], 16);
        byte flags = 0;
        for (char letter : fields[2].toCharArray()) {
          flags |= (byte) (1 << "CWPMI".indexOf(letter));
        }
        if (last < basic.length) {
          Arrays.fill(basic, first, last + 1, flags);
        } else {
          int n = firsts.length;
          firsts = Arrays.copyOf(firsts, n + 1);
          lasts = Arrays.copyOf(lasts, n + 1);
          classes = Arrays.copyOf(classes, n + 1);
          firsts[n] = first;
          lasts[n] = last;
          classes[n] = flags;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new BertCharacters(basic, firsts, lasts, classes);
  }
}
