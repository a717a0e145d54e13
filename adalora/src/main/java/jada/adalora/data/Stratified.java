package jada.adalora.data;

import jada.tensor.RandomSource;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/// Draws examples at random so that the labels keep their shares.
///
/// The examples are put in the order of their labels, those of one label in random order, and of N
/// examples n are taken at equal distances: with u uniform in [0, 1) those at the places
///
///     ⌊(i + u)·N/n⌋,    i = 0 … n − 1
///
/// (systematic sampling). So exactly n are drawn, and a label that N_c examples have is drawn
/// ⌊n·N_c/N⌋ or ⌈n·N_c/N⌉ times. Labels that are numbers are ordered by value, which spreads a
/// regression's examples over the whole range. The same examples and seed give the same draw, on
/// every machine; what is drawn keeps the order of its source.
public final class Stratified {
  /// If the distinct labels are more than this share of the examples, they are values, not classes.
  private static final double VALUES = 0.5;

  private Stratified() {}

  /// Some of the examples.
  ///
  /// @param examples how many; as many as there are, or more: all of them
  /// @throws IllegalArgumentException if `examples` is less than 1
  public static Dataset sample(Dataset data, int examples, long seed) {
    if (examples < 1) {
      throw new IllegalArgumentException(
          "sample: must have at least 1 example, got " + examples + " of " + data.name());
    }
    if (examples >= data.size()) {
      return data;
    }
    return data.at(drawn(data, examples, RandomSource.of(seed).split("sample")));
  }

  /// Splits examples in those to learn from and those held out. A class whose examples were all
  /// drawn stays in the training part: a model cannot be judged on a class that it has never seen.
  ///
  /// @param share part of the examples that is held out, in (0, 1), rounded to the nearest number
  ///   of examples, at least one
  /// @throws IllegalArgumentException if the share is not in (0, 1), or leaves one of the two empty
  public static Split holdOut(Dataset data, double share, long seed) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "dev: the share held out must be between 0 and 1, both excluded, got " + share);
    }
    int examples = Math.max(1, (int) Math.round(share * data.size()));
    BitSet held = drawn(data, examples, RandomSource.of(seed).split("held out"));
    Set<List<String>> all = new HashSet<>();
    Set<List<String>> left = new HashSet<>();
    for (int i = 0; i < data.size(); i++) {
      all.add(labels(data, i));
      if (!held.get(i)) {
        left.add(labels(data, i));
      }
    }
    if (all.size() <= VALUES * data.size()) {
      held.stream()
          .filter(i -> !left.contains(labels(data, i)))
          .boxed()
          .toList()
          .forEach(held::clear);
    }
    BitSet kept = (BitSet) held.clone();
    kept.flip(0, data.size());
    if (held.isEmpty() || kept.isEmpty()) {
      throw new IllegalArgumentException(
          "dev: a share of %s of the %s examples of %s leaves nothing to %s; name a file instead"
              .formatted(
                  shown(share),
                  data.size(),
                  data.name(),
                  held.isEmpty() ? "judge by" : "learn from"));
    }
    return new Split(data.at(kept), data.at(held));
  }

  /// 0.999 where the arithmetic of 99.9 % has left 0.9990000000000001.
  private static String shown(double share) {
    return BigDecimal.valueOf(share).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }

  private static BitSet drawn(Dataset data, int examples, RandomSource random) {
    int[] shuffled = IntStream.range(0, data.size()).toArray();
    random.shuffle(shuffled);
    List<Integer> order = new ArrayList<>(IntStream.of(shuffled).boxed().toList());
    order.sort(byLabel(data)); // a stable sort: those of one label stay in random order
    double start = random.nextDouble();
    double distance = (double) data.size() / examples;
    BitSet drawn = new BitSet();
    for (int i = 0; i < examples; i++) {
      // Rounding must not lead beyond the last.
      drawn.set(order.get(Math.min(data.size() - 1, (int) ((i + start) * distance))));
    }
    return drawn;
  }

  private static Comparator<Integer> byLabel(Dataset data) {
    Map<Integer, Double> values = new HashMap<>();
    for (int i = 0; i < data.size(); i++) {
      List<String> labels = labels(data, i);
      if (labels.size() == 1 && labels.getFirst().matches("[+-]?[0-9]{1,15}(\\.[0-9]{1,15})?")) {
        values.put(i, Double.parseDouble(labels.getFirst()));
      }
    }
    return values.size() == data.size()
        ? Comparator.comparingDouble(values::get)
        : Comparator.comparing(i -> String.join("\n", labels(data, i)));
  }

  private static List<String> labels(Dataset data, int index) {
    return data.examples().get(index).labels();
  }
}
