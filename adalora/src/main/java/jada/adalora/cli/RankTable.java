package jada.adalora.cli;

import java.util.ArrayList;
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
  private static final Pattern LAYER = Pattern.compile(".*?\\.([0-9]+)\\.(.*)");

  private static final Map<String, String> SHORT =
      Map.of(
          "attention.self.query", "q",
          "attention.self.key", "k",
          "attention.self.value", "v",
          "attention.output.dense", "o",
          "intermediate.dense", "ffn-in",
          "output.dense", "ffn-out");

  private RankTable() {}

  /// The table's lines, the head line first; none for no ranks.
  ///
  /// @param ranks rank by module name
  static List<String> lines(Map<String, Integer> ranks) {
    Map<Integer, Map<String, Integer>> layers = new TreeMap<>();
    Set<String> columns = new LinkedHashSet<>();
    Map<String, Integer> others = new LinkedHashMap<>();
    ranks.forEach(
        (module, rank) -> {
          Matcher place = LAYER.matcher(module);
          if (place.matches()) {
            String column = SHORT.getOrDefault(place.group(2), place.group(2));
            columns.add(column);
            layers
                .computeIfAbsent(Integer.valueOf(place.group(1)), _ -> new LinkedHashMap<>())
                .put(column, rank);
          } else {
            others.put(module, rank);
          }
        });
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

  /// Right-aligned under its column's name.
  private static String cell(String column, String text) {
    return " ".repeat(Math.max(4, column.length() + 2) - text.length()) + text;
  }
}
