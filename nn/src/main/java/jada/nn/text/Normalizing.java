package jada.nn.text;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// A step that rewrites a text before it is cut into words: a normalizer of `tokenizer.json`.
/// Implementations are immutable.
interface Normalizing {
  /// The text after this step.
  AlignedText apply(AlignedText text);

  /// The text as it is.
  Normalizing NONE = text -> text;

  /// Several steps, one after the other.
  static Normalizing sequence(List<Normalizing> steps) {
    List<Normalizing> all = List.copyOf(steps);
    return text -> {
      AlignedText result = text;
      for (Normalizing step : all) {
        result = step.apply(result);
      }
      return result;
    };
  }

  /// Puts characters before a text that is not empty.
  static Normalizing prepend(String characters) {
    return text -> {
      if (text.length() == 0) {
        return text;
      }
      AlignedText.Builder builder = text.builder();
      builder.add(characters, 0);
      builder.keep(0, text.length());
      return builder.build();
    };
  }

  /// Removes white space at the ends.
  static Normalizing strip(boolean left, boolean right) {
    return text -> {
      int from = 0;
      int to = text.length();
      // White space is in the basic plane.
      while (left && from < to && Characters.isSpace(text.text().charAt(from))) {
        from++;
      }
      while (right && from < to && Characters.isSpace(text.text().charAt(to - 1))) {
        to--;
      }
      if (to - from == text.length()) {
        return text;
      }
      AlignedText.Builder builder = text.builder();
      builder.keep(from, to);
      return builder.build();
    };
  }

  /// Puts a text in the place of each match; it stands for the last character of the match.
  static Normalizing replace(Pattern pattern, String replacement) {
    return text -> {
      List<Integer> ends = new ArrayList<>();
      pattern.matches(
          text.text(),
          0,
          text.length(),
          (from, to) -> {
            ends.add(from);
            ends.add(to);
          });
      if (ends.isEmpty()) {
        return text;
      }
      AlignedText.Builder builder = text.builder();
      int done = 0;
      for (int i = 0; i < ends.size(); i += 2) {
        builder.keep(done, ends.get(i));
        done = ends.get(i + 1);
        builder.add(replacement, done - 1);
      }
      builder.keep(done, text.length());
      return builder.build();
    };
  }

  /// Removes all characters of a class.
  static Normalizing without(IntPredicate characters) {
    return replace(Pattern.each(characters), "");
  }

  /// Lower case, code point by code point, without context: a final Σ becomes σ, not ς.
  static Normalizing lowercase() {
    return text -> {
      AlignedText.Builder builder = text.builder();
      String characters = text.text();
      int size;
      for (int i = 0; i < characters.length(); i += size) {
        int codePoint = characters.codePointAt(i);
        size = Character.charCount(codePoint);
        if (codePoint == 'İ') {
          builder.add("i\u0307", i); // the one code point whose lower case is two
        } else {
          builder.add(lowercase(codePoint), i);
        }
      }
      return builder.build();
    };
  }

  /// The lower case of a code point that has one code point as its lower case.
  static int lowercase(int codePoint) {
    // Letters of Unicode 17, which the reference knows and a Java runtime may not.
    if (codePoint >= 0x16EA0 && codePoint <= 0x16EB8) {
      return codePoint + 0x1B;
    }
    return switch (codePoint) {
      case 0xA7CE, 0xA7D2, 0xA7D4 -> codePoint + 1;
      default -> Character.toLowerCase(codePoint);
    };
  }

  /// What SentencePiece's older models expect: control characters removed, every white space a
  /// blank. The list is the reference's.
  static Normalizing nmt() {
    return text -> {
      AlignedText.Builder builder = text.builder();
      String characters = text.text();
      int size;
      for (int i = 0; i < characters.length(); i += size) {
        int c = characters.codePointAt(i);
        size = Character.charCount(c);
        boolean removed =
            c >= 0x1 && c <= 0x8
                || c == 0xB
                || c >= 0xE && c <= 0x1F
                || c == 0x7F
                || c == 0x8F
                || c == 0x9F;
        if (!removed) {
          builder.add(isNmtBlank(c) ? ' ' : c, i);
        }
      }
      return builder.build();
    };
  }

  private static boolean isNmtBlank(int c) {
    return switch (c) {
      case 0x9, 0xA, 0xC, 0xD, 0x1680, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD -> true;
      default -> c >= 0x200B && c <= 0x200F;
    };
  }

  /// Each byte of the text in UTF-8 as a character of its own.
  static Normalizing bytes() {
    return text -> {
      AlignedText.Builder builder = text.builder();
      ByteCharacters.append(text.text(), 0, text.length(), builder);
      return builder.build();
    };
  }
}
