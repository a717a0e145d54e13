package jada.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds the name closest to a mistyped one.
final class Nearest {
  private Nearest() {}

  /// The name at the least edit distance, if that is small for the length of what was typed; or one
  /// of which only the first words were typed.
  static Optional<String> to(String typed, Collection<String> names) {
    Optional<String> longer =
        names.stream().filter(name -> name.startsWith(typed + "-")).sorted().findFirst();
    if (longer.isPresent()) {
      return longer;
    }
    return names.stream()
        .min(
            Comparator.comparingInt((String name) -> distance(typed, name))
                .thenComparing(Comparator.naturalOrder()))
        .filter(name -> distance(typed, name) <= Math.max(2, typed.length() / 3));
  }

  /// Levenshtein's distance: the fewest insertions, deletions and replacements of a letter.
  private static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
