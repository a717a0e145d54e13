package jada.adalora.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The ranks of all adapted matrices as a table: a row a layer, a column a kind of matrix.
final class RankTable {
  /// The first number in a module's path is its layer.
  private static final Pattern LAYER = Pattern.compile(".*?\\.([0-9]{1,6})\\.(.*)");

  private static final int NONE = Integer.MAX_VALUE;

  /// The matrices of a BERT layer in the order of their use, and their columns.
  private static final List<String> KINDS =
      List.of(
          "attention.self.query",
          "attention.self.key",
          "attention.self.value",
          "attention.output.dense",
          "intermediate.dense",
          "output.dense");

  private static final List<String> COLUMNS = List.of("q", "k", "v", "o", "ffn-in", "ffn-out");

  /// Modules in the order in which a model uses them: by layer, then by kind, others last.
  static final Comparator<String> ORDER =
      Comparator.comparingInt(RankTable::layer)
          .thenComparingInt(module -> KINDS.indexOf(kind(module)))
          .thenComparing(Comparator.naturalOrder());

  private RankTable() {}

  /// The table's lines, the head line first; none for no ranks.
  ///
  /// @param ranks rank by module name
  static List<String> lines(Map<String, Integer> ranks) {
    Map<Integer, Map<String, Integer>> layers = new TreeMap<>();
    Set<String> columns = new LinkedHashSet<>();
    Map<String, Integer> others = new LinkedHashMap<>();
    for (String module : ranks.keySet().stream().sorted(ORDER).toList()) {
      if (layer(module) == NONE) {
        others.put(module, ranks.get(module));
      } else {
        String column = column(module);
        columns.add(column);
        layers
            .computeIfAbsent(layer(module), _ -> new LinkedHashMap<>())
            .put(column, ranks.get(module));
      }
    }
    List<String> lines = new ArrayList<>();
    if (!layers.isEmpty()) {
      StringBuilder head = new StringBuilder("  layer");
      columns.forEach(column -> head.append(cell(column, column)));
      lines.add(head.toString());
    }
    layers.forEach(
        (layer, row) -> {
          StringBuilder line = new StringBuilder("  %5d".formatted(layer));
          columns.forEach(
              column ->
                  line.append(
                      cell(column, row.containsKey(column) ? row.get(column).toString() : "-")));
          lines.add(line.toString());
        });
    others.forEach((module, rank) -> lines.add("  %s: %d".formatted(module, rank)));
    return lines;
  }

  private static int layer(String module) {
    Matcher place = LAYER.matcher(module);
    return place.matches() ? Integer.parseInt(place.group(1)) : NONE;
  }

  private static String kind(String module) {
    Matcher place = LAYER.matcher(module);
    return place.matches() ? place.group(2) : module;
  }

  private static String column(String module) {
    int known = KINDS.indexOf(kind(module));
    return known < 0 ? kind(module) : COLUMNS.get(known);
  }

  /// Right-aligned under its column's name.
  private static String cell(String column, String text) {
    return " ".repeat(Math.max(4, column.length() + 2) - text.length()) + text;
  }
}
