package jada.adalora.data;

import jada.tensor.RandomSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Splits pairs of texts so that a first text, a query, is in one part only: all its examples are
/// held out, or none. Else a model would be judged on queries that it was trained on.
public final class Grouped {
  private Grouped() {}

  /// Splits examples in those to learn from and those held out. Queries are drawn at random until
  /// their examples are the share or more. The same examples and seed give the same draw, on every
  /// machine; both parts keep the order of the source.
  ///
  /// @param share part of the examples that is held out, in (0, 1)
  /// @throws IllegalArgumentException if the share is not in (0, 1), or leaves one part empty
  public static Split holdOut(Dataset data, double share, long seed) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "dev: the share held out must be between 0 and 1, both excluded, got " + share);
    }
    Map<String, BitSet> byQuery = new LinkedHashMap<>();
    for (int i = 0; i < data.size(); i++) {
      byQuery.computeIfAbsent(data.examples().get(i).text(), _ -> new BitSet()).set(i);
    }
    List<BitSet> groups = new ArrayList<>(byQuery.values());
    int[] order = new int[groups.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    RandomSource.of(seed).split("held out queries").shuffle(order);
    BitSet held = new BitSet();
    for (int group : order) {
      if (held.cardinality() < share * data.size()) {
        held.or(groups.get(group));
      }
    }
    BitSet kept = (BitSet) held.clone();
    kept.flip(0, data.size());
    if (kept.isEmpty()) {
      throw new IllegalArgumentException(
          "dev: a share of %s of the %s examples of %s, which have %s queries, leaves nothing to learn from; name a file instead"
              .formatted(share, data.size(), data.name(), groups.size()));
    }
    return new Split(data.at(kept), data.at(held));
  }
}
