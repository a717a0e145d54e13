package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The classes of a classification task in a fixed order: name ↔ index.
public final class Labels {
  /// More classes than any text classifier at home here; a text column taken for the label has
  /// more.
  private static final int MOST = 1_000;

  private final List<String> names;
  private final Map<String, Integer> indices = new HashMap<>();

  private Labels(List<String> names) {
    this.names = List.copyOf(names);
    for (String name : this.names) {
      if (indices.put(name, indices.size()) != null) {
        throw new InputException("labels: %s occurs twice".formatted(Quoted.of(name)));
      }
    }
  }

  /// The labels of a saved task, in its order.
  ///
  /// @throws InputException if there are fewer than two or one occurs twice
  public static Labels of(List<String> names) {
    if (names.size() < 2) {
      throw new InputException("labels: at least two classes are needed, got " + names.size());
    }
    return new Labels(names);
  }

  /// The labels that occur in the training data, sorted: by value if all are whole numbers, by
  /// character code otherwise, so that the order does not depend on the order of the rows.
  ///
  /// @throws InputException if there is only one class, or more than 1,000
  public static Labels of(Dataset train) {
    List<String> names = train.examples().stream().map(Example::label).distinct().toList();
    if (names.size() == 1) {
      throw new InputException(
          "%s: every label is %s; at least two classes are needed to tell apart"
              .formatted(train.name(), Quoted.of(names.getFirst())));
    }
    if (names.size() > MOST) {
      throw new InputException(
          "%s: %,d different labels in %,d rows, at most %,d can be told apart; check --label-column, or use --task regression"
              .formatted(train.name(), names.size(), train.size(), MOST));
    }
    return new Labels(sorted(names));
  }

  private static List<String> sorted(Collection<String> names) {
    boolean numbers = names.stream().allMatch(name -> name.matches("[+-]?[0-9]{1,18}"));
    return names.stream()
        .sorted(
            numbers
                ? Comparator.comparing((String name) -> new BigInteger(name))
                    .thenComparing(Comparator.naturalOrder())
                : Comparator.naturalOrder())
        .toList();
  }

  /// The names by index. Unmodifiable.
  public List<String> names() {
    return names;
  }

  /// How many classes there are, at least two.
  public int size() {
    return names.size();
  }

  /// The name of a class.
  ///
  /// @throws IndexOutOfBoundsException if the index is not in [0, size)
  public String name(int index) {
    return names.get(index);
  }

  /// The index of a class, empty if there is none of this name.
  public Optional<Integer> index(String name) {
    return Optional.ofNullable(indices.get(name));
  }

  /// The class indices of a dataset's examples, in their order.
  ///
  /// @throws InputException if a label is not among these; the message names it and its place
  public int[] indices(Dataset data) {
    int[] result = new int[data.size()];
    for (int i = 0; i < result.length; i++) {
      String label = data.examples().get(i).label();
      Integer index = indices.get(label);
      if (index == null) {
        throw new InputException(
            "%s: the label %s does not occur in the training data (%s); correct it, or train on it"
                .formatted(data.place(i), Quoted.of(label), shown()));
      }
      result[i] = index;
    }
    return result;
  }

  private String shown() {
    int limit = 12;
    String first = String.join(", ", names.subList(0, Math.min(limit, names.size())));
    return names.size() > limit ? first + ", …" : first;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels labels && names.equals(labels.names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  @Override
  public String toString() {
    return names.toString();
  }
}
