package jada.cli;

import jada.nn.Families;
import jada.nn.Family;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The ranks of all adapted matrices as a table: a row for each layer, a column for each kind of
/// matrix.
final class RankTable {
  /// The first number in a module's path is its layer.
  private static final Pattern LAYER = Pattern.compile(".*?\\.([0-9]{1,6})\\.(.*)");

  private static final int NONE = Integer.MAX_VALUE;

  private static final List<String> COLUMNS = List.of("q", "k", "v", "o", "ffn-in", "ffn-out");

  /// The matrices of a layer in the order of their use, with the number of their column.
  private static final Map<String, Integer> KINDS = kinds();

  /// Modules in the order in which a model uses them: by layer, then by kind, others last.
  static final Comparator<String> ORDER =
      Comparator.comparingInt(RankTable::layer)
          .thenComparingInt(module -> KINDS.getOrDefault(kind(module), -1))
          .thenComparing(Comparator.naturalOrder());

  private RankTable() {}

  private static Map<String, Integer> kinds() {
    Map<String, Integer> kinds = new HashMap<>();
    for (Family family : Families.all()) {
      List<String> matrices = family.layerMatrices();
      for (int i = 0; i < matrices.size(); i++) {
        kinds.put(matrices.get(i), i);
      }
    }
    return kinds;
  }

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
          StringBuilder line = new StringBuilder("  %5s".formatted(layer));
          columns.forEach(
              column ->
                  line.append(
                      cell(column, row.containsKey(column) ? row.get(column).toString() : "-")));
          lines.add(line.toString());
        });
    others.forEach((module, rank) -> lines.add("  %s: %s".formatted(module, rank)));
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
    Integer known = KINDS.get(kind(module));
    return known == null ? kind(module) : COLUMNS.get(known);
  }

  /// Right-aligned under its column's name.
  private static String cell(String column, String text) {
    return " ".repeat(Math.max(4, column.length() + 2) - text.length()) + text;
  }
}
