package jada.nn.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds added tokens in a text from left to right; of several that begin at the same place, the
/// longest.
///
/// Which occurrences count, and whether white space beside them is removed, follows the rules of
/// Hugging Face's `tokenizers`: an occurrence that is refused because it is not a single word is
/// consumed all the same.
final class AddedTokens {
  private final List<AddedToken> tokens;
  private final TokenTrie trie;

  /// Receives the text between added tokens.
  interface Text {
    /// The characters between `from` (inclusive) and `to` (exclusive), at least one.
    void between(int from, int to);
  }

  /// A matcher of tokens under these contents; the first of equal contents wins.
  AddedTokens(List<AddedToken> tokens, List<? extends CharSequence> contents) {
    this.tokens = List.copyOf(tokens);
    Map<String, Integer> indexOfContent = new HashMap<>();
    for (int i = 0; i < tokens.size(); i++) {
      indexOfContent.putIfAbsent(contents.get(i).toString(), i);
    }
    this.trie = new TokenTrie(indexOfContent);
  }

  /// Splits a text from its start: added tokens go to `ids`, the text between them to `rest`, in
  /// order, until `ids` is full.
  void split(CharSequence text, IdBuffer ids, Text rest) {
    int done = 0;
    int at = tokens.isEmpty() ? text.length() : 0;
    while (at < text.length() && !ids.isFull()) {
      int index = TokenTrie.NONE;
      int end = at;
      int node = TokenTrie.ROOT;
      for (int i = at; i < text.length(); i++) {
        node = trie.child(node, text.charAt(i));
        if (node == TokenTrie.NONE) {
          break;
        }
        if (trie.id(node) != TokenTrie.NONE) {
          index = trie.id(node);
          end = i + 1;
        }
      }
      if (index == TokenTrie.NONE) {
        at++;
        continue;
      }
      AddedToken token = tokens.get(index);
      if (!token.singleWord() || standsAlone(text, at, end)) {
        int from = token.stripLeft() ? beforeBlanks(text, done, at) : at;
        if (done < from) {
          rest.between(done, from);
        }
        done = token.stripRight() ? afterBlanks(text, end) : end;
        if (!ids.isFull()) {
          ids.addFound(token.id(), from, done);
        }
      }
      at = end;
    }
    if (done < text.length() && !ids.isFull()) {
      rest.between(done, text.length());
    }
  }

  private static boolean standsAlone(CharSequence text, int from, int to) {
    return (from == 0 || !isWordCharacter(Character.codePointBefore(text, from)))
        && (to == text.length() || !isWordCharacter(Character.codePointAt(text, to)));
  }

  private static int beforeBlanks(CharSequence text, int least, int position) {
    int at = position;
    while (at > least && BertCharacters.isWhitespace(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private static int afterBlanks(CharSequence text, int position) {
    int at = position;
    while (at < text.length() && BertCharacters.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  /// `\w` of Unicode's regular expressions (UTS 18, annex C).
  private static boolean isWordCharacter(int codePoint) {
    return Character.isAlphabetic(codePoint)
        || switch (Character.getType(codePoint)) {
          case Character.NON_SPACING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.ENCLOSING_MARK,
              Character.DECIMAL_DIGIT_NUMBER,
              Character.CONNECTOR_PUNCTUATION ->
              true;
          default -> codePoint == 0x200C || codePoint == 0x200D; // the zero-width joiners
        };
  }
}
