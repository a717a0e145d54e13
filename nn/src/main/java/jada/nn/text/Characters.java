package jada.nn.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/// The classes of characters that expressions, normalizers and pre-tokenizers distinguish.
///
/// They come from a table in the resources, not from [Character#getType(int)]: a text must not get
/// other ids on a newer Java runtime.
final class Characters {
  /// The general categories of Unicode, in the order of their bits in a set of categories.
  static final List<String> CATEGORIES =
      List.of(
          "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps",
          "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs");

  private static final String FLAGS = "swvnadxc";
  private static final int SPACE = 1;
  private static final int WORD = 1 << 1;
  private static final int WHITESPACE_WORD = 1 << 2;
  private static final int NUMERIC = 1 << 3;
  private static final int ACCENT = 1 << 4;
  private static final int DECOMPOSES = 1 << 5;
  private static final int JOINS = 1 << 6;
  private static final int WORD_IN_SET = 1 << 7;

  private static final Characters TABLE = read();

  // Ranges in ascending order; flags of the basic plane also by index, one byte a character.
  private final int[] firsts;
  private final int[] lasts;
  private final byte[] categories;
  private final byte[] flags;
  private final byte[] basic = new byte[Character.MIN_SUPPLEMENTARY_CODE_POINT];

  private Characters(int[] firsts, int[] lasts, byte[] categories, byte[] flags) {
    this.firsts = firsts;
    this.lasts = lasts;
    this.categories = categories;
    this.flags = flags;
    for (int i = 0; i < firsts.length && firsts[i] < basic.length; i++) {
      Arrays.fill(basic, firsts[i], Math.min(lasts[i], basic.length - 1) + 1, flags[i]);
    }
  }

  /// Unicode's White_Space.
  static boolean isSpace(int codePoint) {
    return (TABLE.flagsOf(codePoint) & SPACE) != 0;
  }

  /// `\w` of the pre-tokenizer Whitespace.
  static boolean isWord(int codePoint) {
    return (TABLE.flagsOf(codePoint) & WHITESPACE_WORD) != 0;
  }

  /// A digit or number, for the pre-tokenizer Digits.
  static boolean isNumeric(int codePoint) {
    return (TABLE.flagsOf(codePoint) & NUMERIC) != 0;
  }

  /// A combining mark, which StripAccents removes.
  static boolean isAccent(int codePoint) {
    return (TABLE.flagsOf(codePoint) & ACCENT) != 0;
  }

  /// Whether its compatibility decomposition is another text.
  static boolean decomposes(int codePoint) {
    return (TABLE.flagsOf(codePoint) & DECOMPOSES) != 0;
  }

  /// Whether normalization may reorder it or compose it with what stands before it.
  static boolean joins(int codePoint) {
    return (TABLE.flagsOf(codePoint) & JOINS) != 0;
  }

  /// Adds all characters of some categories to a set.
  ///
  /// @param chosen one bit a category, in the order of [#CATEGORIES]
  static void addCategories(int chosen, BitSet set) {
    int next = 0;
    for (int i = 0; i < TABLE.firsts.length; i++) {
      if ((chosen & 1) != 0) {
        set.set(next, TABLE.firsts[i]);
      }
      next = TABLE.lasts[i] + 1;
      if ((chosen >>> TABLE.categories[i] & 1) != 0) {
        set.set(TABLE.firsts[i], next);
      }
    }
    if ((chosen & 1) != 0) {
      set.set(next, Character.MAX_CODE_POINT + 1);
    }
    int surrogates = CATEGORIES.indexOf("Cs");
    set.set(Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1, (chosen >>> surrogates & 1) != 0);
  }

  /// Adds White_Space to a set.
  static void addSpaces(BitSet set) {
    TABLE.addFlagged(SPACE, set);
  }

  /// Adds `\w` of expressions to a set. The reference takes ², ½ and their like for word characters
  /// where `\w` stands alone, and not where it stands in a set.
  static void addWords(boolean inSet, BitSet set) {
    TABLE.addFlagged(inSet ? WORD_IN_SET : WORD, set);
  }

  private void addFlagged(int flag, BitSet set) {
    for (int i = 0; i < firsts.length; i++) {
      if ((flags[i] & flag) != 0) {
        set.set(firsts[i], lasts[i] + 1);
      }
    }
  }

  private int flagsOf(int codePoint) {
    if (codePoint < basic.length) {
      return basic[codePoint];
    }
    int found = Arrays.binarySearch(firsts, codePoint);
    int range = found >= 0 ? found : -found - 2; // the last range that starts at or before it
    return codePoint <= lasts[range] ? flags[range] : 0;
  }

  private static Characters read() {
    try (InputStream in = Characters.class.getResourceAsStream("characters.txt");
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.US_ASCII))) {
      List<String> lines = reader.lines().filter(line -> !line.startsWith("#")).toList();
      int n = lines.size();
      int[] firsts = new int[n];
      int[] lasts = new int[n];
      byte[] categories = new byte[n];
      byte[] flags = new byte[n];
      for (int i = 0; i < n; i++) {
        String[] fields = lines.get(i).split(" ");
        firsts[i] = Integer.parseInt(fields[0], 16);
        lasts[i] = Integer.parseInt(fields[1], 16);
        categories[i] = (byte) CATEGORIES.indexOf(fields[2]);
        for (int f = 0; fields.length > 3 && f < fields[3].length(); f++) {
          flags[i] |= (byte) (1 << FLAGS.indexOf(fields[3].charAt(f)));
        }
      }
      return new Characters(firsts, lasts, categories, flags);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
