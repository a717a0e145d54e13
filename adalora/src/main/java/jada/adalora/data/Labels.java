package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The classes of a classification task in a fixed order: name ↔ index.
public final class Labels {
  /// The most classes. A file with more has probably its text column taken for the label.
  private static final int MOST = 1_000;

  /// Below this many rows a label for each row is no sign of a wrong column.
  private static final int ROWS_TO_SUSPECT = 20;

  private final List<String> names;
  private final Map<String, Integer> indices = new HashMap<>();

  private Labels(List<String> names) {
    this.names = List.copyOf(names);
    for (String name : this.names) {
      if (Surrogates.unpaired(name) >= 0) {
        throw new InputException(
            "labels: %s has one half of a surrogate pair without the other and cannot be saved; write"
                    .formatted(Quoted.of(name))
                + " both, or remove it");
      }
      if (indices.put(name, indices.size()) != null) {
        throw new InputException("labels: %s occurs twice".formatted(Quoted.of(name)));
      }
    }
  }

  /// The labels of a saved task, in its order.
  ///
  /// @throws InputException if there are fewer than two, one occurs twice, or UTF-8 cannot encode
  ///   one
  public static Labels of(List<String> names) {
    if (names.size() < 2) {
      throw new InputException("labels: at least two classes are needed, got " + names.size());
    }
    return new Labels(names);
  }

  /// The labels that occur in the training data, sorted: by value if all are whole numbers, by
  /// character code otherwise, so that the order does not depend on the order of the rows.
  ///
  /// @throws InputException if there is only one class, or more than 1,000, or nearly one for each
  ///   example, or a label is odd ([OddLabels])
  public static Labels of(Dataset train) {
    return of(train, OddLabels.REFUSE);
  }

  /// The labels that occur in the training data, as [#of(Dataset)].
  ///
  /// @param odd what is done with labels that look like a mistake
  /// @throws InputException as [#of(Dataset)]
  public static Labels of(Dataset train, OddLabels odd) {
    List<String> names =
        train.examples().stream().flatMap(e -> e.labels().stream()).distinct().toList();
    if (names.size() == 1) {
      throw new InputException(
          "%s: every label is %s; at least two classes are needed to tell apart"
              .formatted(train.name(), Quoted.of(names.getFirst())));
    }
    if (names.size() > MOST) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: %,d different labels in %,d rows, at most %,d can be told apart; check"
                  + " `label-column`, or use `task` regression",
              train.name(),
              names.size(),
              train.size(),
              MOST));
    }
    if (train.size() >= ROWS_TO_SUSPECT && names.size() > train.size() / 2) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: %,d different labels in %,d rows, hardly two of a kind, so these look like texts"
                  + " or numbers; check `label-column`, or use `task` regression",
              train.name(),
              names.size(),
              train.size()));
    }
    if (odd == OddLabels.REFUSE) {
      refuseOdd(train);
    }
    return new Labels(sorted(names));
  }

  private static void refuseOdd(Dataset train) {
    record First(String label, String place) {}
    Map<String, First> firsts = new HashMap<>(); // of each likeness
    for (int i = 0; i < train.size(); i++) {
      String place = train.place(i);
      for (String label : train.examples().get(i).labels()) {
        if (OddLabels.isMissing(label)) {
          throw new InputException(
              "%s: the label %s looks like a missing value; correct it, or say that it is a class:"
                      .formatted(place, Quoted.of(label))
                  + " `odd-labels` keep");
        }
        First before =
            firsts.computeIfAbsent(OddLabels.likeness(label), _ -> new First(label, place));
        if (!before.label().equals(label)) {
          throw new InputException(
              "%s: the label %s would be another class than %s of %s; write them alike, or say that"
                      .formatted(place, Quoted.of(label), Quoted.of(before.label()), before.place())
                  + " they are two: `odd-labels` keep");
        }
      }
    }
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
      result[i] = index(data, i, data.label(i));
    }
    return result;
  }

  /// Which classes each of a dataset's examples has, in their order.
  ///
  /// @throws InputException if a label is not among these; the message names it and its place
  public List<BitSet> sets(Dataset data) {
    List<BitSet> sets = new ArrayList<>(data.size());
    for (int i = 0; i < data.size(); i++) {
      BitSet set = new BitSet(size());
      for (String label : data.examples().get(i).labels()) {
        set.set(index(data, i, label));
      }
      sets.add(set);
    }
    return sets;
  }

  private int index(Dataset data, int example, String label) {
    Integer index = indices.get(label);
    if (index == null) {
      throw new InputException(
          "%s: the label %s does not occur in the training data (%s); correct it, or train on it"
              .formatted(data.place(example), Quoted.of(label), like(label).orElse(shown())));
    }
    return index;
  }

  /// The name that looks like this one.
  private Optional<String> like(String label) {
    String likeness = OddLabels.likeness(label);
    return names.stream()
        .filter(name -> OddLabels.likeness(name).equals(likeness))
        .findFirst()
        .map(name -> Quoted.of(name) + " does");
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
