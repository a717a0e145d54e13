package jada.nn.text;

import java.util.ArrayList;
import java.util.List;

/// Which tokens stand around the texts: the order of texts and special tokens, and their types.
///
/// @param single for one text
/// @param pair for two texts
record Template(List<Part> single, List<Part> pair) {
  /// A text, or special tokens.
  ///
  /// @param text 0 for the first text, 1 for the second, [#SPECIAL] for special tokens
  /// @param ids the special tokens
  /// @param type the type of these tokens: 0 or 1
  record Part(int text, List<Integer> ids, int type) {
    static final int SPECIAL = -1;

    /// Copies the list.
    Part {
      ids = List.copyOf(ids);
    }

    static Part text(int text, int type) {
      return new Part(text, List.of(), type);
    }

    static Part special(int id, int type) {
      return new Part(SPECIAL, List.of(id), type);
    }
  }

  /// The texts alone; the second has type 1.
  static final Template NONE =
      new Template(List.of(Part.text(0, 0)), List.of(Part.text(0, 0), Part.text(1, 1)));

  /// Copies the lists.
  Template {
    single = List.copyOf(single);
    pair = List.copyOf(pair);
  }

  /// BERT's: `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, what follows the first separator with
  /// type 1.
  static Template bert(int opening, int separator) {
    return framed(opening, separator, List.of(Part.text(1, 1), Part.special(separator, 1)));
  }

  /// RoBERTa's: `<s> A </s>` and `<s> A </s></s> B </s>`, all of type 0.
  static Template roberta(int opening, int separator) {
    return framed(
        opening,
        separator,
        List.of(Part.special(separator, 0), Part.text(1, 0), Part.special(separator, 0)));
  }

  private static Template framed(int opening, int separator, List<Part> second) {
    List<Part> single =
        List.of(Part.special(opening, 0), Part.text(0, 0), Part.special(separator, 0));
    List<Part> pair = new ArrayList<>(single);
    pair.addAll(second);
    return new Template(single, pair);
  }

  /// The same with type 0 for all tokens, for models without types.
  Template withoutTypes() {
    return new Template(withoutTypes(single), withoutTypes(pair));
  }

  private static List<Part> withoutTypes(List<Part> parts) {
    return parts.stream().map(part -> new Part(part.text(), part.ids(), 0)).toList();
  }

  /// The number of special tokens.
  static int specialTokens(List<Part> parts) {
    return parts.stream().mapToInt(part -> part.ids().size()).sum();
  }
}
