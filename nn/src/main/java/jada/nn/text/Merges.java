package jada.nn.text;

import java.util.Map;
import java.util.Optional;

/// Collects the merges of a BPE model in the order of their ranks.
final class Merges {
  private final Map<String, Integer> ids;
  private final String prefix;
  private final PairTable ranks;
  private final int[] merged;
  private int size;

  /// @param ids of the tokens
  /// @param prefix of tokens within a word, which a merge leaves out
  /// @param most how many there will be at most
  Merges(Map<String, Integer> ids, String prefix, int most) {
    this.ids = ids;
    this.prefix = prefix;
    this.ranks = new PairTable(most);
    this.merged = new int[most];
  }

  /// Adds a merge written as `a b`.
  ///
  /// @return what is wrong with it, if something is
  Optional<String> add(String pair) {
    int blank = pair.indexOf(' ');
    if (blank < 0 || pair.indexOf(' ', blank + 1) >= 0) {
      return Optional.of(
          "is %s, which is not of the form \"a b\"".formatted(InputText.quote(pair)));
    }
    return add(pair.substring(0, blank), pair.substring(blank + 1));
  }

  /// Adds a merge of two tokens.
  ///
  /// @return what is wrong with it, if something is
  Optional<String> add(String left, String right) {
    String made = left + right.substring(Math.min(prefix.length(), right.length()));
    for (String token : new String[] {left, right, made}) {
      if (!ids.containsKey(token)) {
        return Optional.of(
            "needs the token " + InputText.quote(token) + ", which the vocabulary lacks");
      }
    }
    ranks.put(ids.get(left), ids.get(right), size);
    merged[size++] = ids.get(made);
    return Optional.empty();
  }

  /// The model with these merges.
  Bpe model(Bpe.Options options) {
    return new Bpe(ids, ranks, merged, options);
  }
}
