package jada.nn.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/// The unigram language model (Kudo 2018): of all ways to cut a piece into tokens the one with the
/// highest sum of scores, found from left to right (Viterbi).
///
/// A character at which no token of just this character begins may be the unknown token, for the
/// lowest of all scores less 10. Unknown characters that adjoin are one token; if bytes are asked
/// for and all are in the vocabulary (`<0xE2>`), they become their bytes in UTF-8.
///
/// A piece of n characters takes n times the length of the longest token.
final class Unigram implements Model {
  private static final double UNKNOWN_PENALTY = 10;
  private static final int NO_TOKEN = -1;

  private final TokenTrie trie;
  private final double[] scores; // by id
  private final double unknownScore;
  private final int unknown;
  private final boolean byteFallback;
  private final int[] bytes = new int[256];

  /// @param scores of each token, by its id
  /// @param unknown the id of the unknown token, below the number of scores
  Unigram(Map<String, Integer> vocabulary, double[] scores, int unknown, boolean byteFallback) {
    this.trie = new TokenTrie(vocabulary);
    this.scores = scores;
    this.unknown = unknown;
    this.byteFallback = byteFallback;
    this.unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
    for (int b = 0; b < 256; b++) {
      bytes[b] = vocabulary.getOrDefault(ByteCharacters.token(b), NO_TOKEN);
    }
  }

  @Override
  public void appendTokens(String text, int from, int to, IdBuffer ids) {
    int n = to - from;
    // Of the best way to each place: its score, its last token, and where that begins.
    double[] best = new double[n + 1];
    int[] tokens = new int[n + 1];
    int[] begins = new int[n + 1];
    Arrays.fill(begins, -1);
    int size;
    for (int i = 0; i < n; i += size) {
      size = Character.charCount(text.codePointAt(from + i));
      boolean alone = false;
      int node = TokenTrie.ROOT;
      for (int j = i; j < n; j++) {
        node = trie.child(node, text.charAt(from + j));
        if (node == TokenTrie.NONE) {
          break;
        }
        int id = trie.id(node);
        if (id != TokenTrie.NONE) {
          double score = scores[id] + best[i];
          if (begins[j + 1] < 0 || score > best[j + 1]) {
            best[j + 1] = score;
            tokens[j + 1] = id;
            begins[j + 1] = i;
          }
          alone |= j + 1 - i == size;
        }
      }
      if (!alone) {
        double score = unknownScore + best[i];
        if (begins[i + size] < 0 || score > best[i + size]) {
          best[i + size] = score;
          tokens[i + size] = unknown;
          begins[i + size] = i;
        }
      }
    }
    int begin = from;
    for (int end : ends(tokens, begins, n)) {
      append(text, begin, from + end, ids);
      begin = from + end;
    }
  }

  /// Where the tokens of the best way end, from left to right, unknown ones fused.
  private int[] ends(int[] tokens, int[] begins, int n) {
    int[] ends = new int[n];
    int first = n;
    boolean afterUnknown = false;
    for (int end = n; end > 0; end = begins[end]) {
      boolean isUnknown = tokens[end] == unknown;
      if (!isUnknown || !afterUnknown) {
        ends[--first] = end;
      }
      afterUnknown = isUnknown;
    }
    return Arrays.copyOfRange(ends, first, n);
  }

  private void append(String text, int from, int to, IdBuffer ids) {
    int node = TokenTrie.ROOT;
    for (int i = from; i < to && node != TokenTrie.NONE; i++) {
      node = trie.child(node, text.charAt(i));
    }
    if (node != TokenTrie.NONE && trie.id(node) != TokenTrie.NONE) {
      ids.add(trie.id(node), from, to);
      return;
    }
    if (byteFallback && appendBytes(text, from, to, ids)) {
      return;
    }
    ids.add(unknown, from, to);
  }

  private boolean appendBytes(String text, int from, int to, IdBuffer ids) {
    byte[] utf8 = text.substring(from, to).getBytes(StandardCharsets.UTF_8);
    for (byte b : utf8) {
      if (bytes[b & 0xFF] == NO_TOKEN) {
        return false;
      }
    }
    for (byte b : utf8) {
      ids.add(bytes[b & 0xFF], from, to);
    }
    return true;
  }
}
