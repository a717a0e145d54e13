package jada.nn.text;

import java.util.Map;

/// Splits normalized text into words, and words into the longest pieces in the vocabulary.
///
/// Words end at white space; a punctuation mark is a word of its own. A word's first piece is the
/// longest token that the word begins with, every further piece the longest token that continues
/// it, found under its name with the prefix (`##`). A word that cannot be covered to its end, or
/// that has more than `longestWord` code points, is the unknown token.
///
/// A piece is found by one walk down a trie, so a word costs at most its length times the length of
/// the longest token.
final class WordPiece implements Model {
  private final TokenTrie trie;
  private final int continuation;
  private final int unknownId;
  private final int longestWord;

  WordPiece(Map<String, Integer> vocabulary, String prefix, String unknownToken, int longestWord) {
    this.trie = new TokenTrie(vocabulary);
    this.continuation = trie.find(prefix);
    this.unknownId = vocabulary.get(unknownToken);
    this.longestWord = longestWord;
  }

  /// Appends the ids of all words between `from` (inclusive) and `to` (exclusive), or of the first
  /// words up to the one that fills the buffer.
  void appendWords(CharSequence text, int from, int to, IdBuffer ids) {
    int start = from;
    int next;
    for (int i = from; i < to && !ids.isFull(); i = next) {
      int codePoint = Character.codePointAt(text, i);
      next = i + Character.charCount(codePoint);
      boolean punctuation = BertCharacters.isPunctuation(codePoint);
      if (punctuation || BertCharacters.isWhitespace(codePoint)) {
        appendWhole(text, start, i, ids);
        if (punctuation && !ids.isFull()) {
          appendWhole(text, i, next, ids);
        }
        start = next;
      }
    }
    if (!ids.isFull()) {
      appendWhole(text, start, to, ids);
    }
  }

  @Override
  public void appendTokens(String text, int from, int to, IdBuffer ids) {
    appendWord(text, from, to, ids);
  }

  private void appendWhole(CharSequence text, int from, int to, IdBuffer ids) {
    if (from < to) {
      appendWord(text, from, to, ids);
      ids.endPiece();
    }
  }

  private void appendWord(CharSequence text, int from, int to, IdBuffer ids) {
    if (to - from > longestWord && Character.codePointCount(text, from, to) > longestWord) {
      ids.add(unknownId, from, to);
      return;
    }
    int before = ids.size();
    int at = from;
    while (at < to) {
      int node = at == from ? TokenTrie.ROOT : continuation;
      int id = TokenTrie.NONE;
      int end = at;
      for (int i = at; i < to && node != TokenTrie.NONE; i++) {
        node = trie.child(node, text.charAt(i));
        if (node != TokenTrie.NONE && trie.id(node) != TokenTrie.NONE) {
          id = trie.id(node);
          end = i + 1;
        }
      }
      if (id == TokenTrie.NONE) {
        ids.truncate(before);
        ids.add(unknownId, from, to);
        return;
      }
      ids.add(id, at, end);
      at = end;
    }
  }
}
