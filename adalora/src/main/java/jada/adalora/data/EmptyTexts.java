package jada.adalora.data;

import jada.nn.files.InputException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/// What is done with a labelled row whose text, second text or hard negative is empty.
public enum EmptyTexts {
  /// The file is refused.
  REFUSE,
  /// The row is left out.
  SKIP,
  /// The row is taken: the model reads nothing, between its special tokens.
  KEEP;

  /// The rows that are taken.
  ///
  /// @param name the source, for messages
  /// @param line the line of a row
  /// @param emptyPart which text of a row is empty, such as `text`; empty if none is
  /// @throws InputException if a row must not have an empty text, or if none is left
  <T> List<T> applied(
      String name, List<T> all, ToIntFunction<T> line, Function<T, Optional<String>> emptyPart) {
    List<T> found = all.stream().filter(row -> emptyPart.apply(row).isPresent()).toList();
    if (found.isEmpty() || this == KEEP) {
      return all;
    }
    if (this == SKIP && found.size() < all.size()) {
      return all.stream().filter(row -> emptyPart.apply(row).isEmpty()).toList();
    }
    T first = found.getFirst();
    throw new InputException(
        String.format(
            Locale.ROOT,
            "%s:%d: the %s is empty%s; correct the file, or say what is done with such rows:"
                + " `empty` keep, or skip",
            name,
            line.applyAsInt(first),
            emptyPart.apply(first).orElseThrow(),
            found.size() == 1
                ? ""
                : String.format(
                    Locale.ROOT, ", and so it is in %,d of %,d rows", found.size(), all.size())));
  }
}
