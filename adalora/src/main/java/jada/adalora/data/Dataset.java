package jada.adalora.data;

import jada.nn.files.Checksum;
import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import jada.nn.text.Input;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Labelled examples in the order of their source, with the name of the source, the line of each
/// example and a checksum, so that a run can say exactly what it learned from.
public final class Dataset {
  private final String name;
  private final List<Example> examples;
  private final List<Integer> lines;
  private final String checksum;
  private final Reading reading;

  /// How the examples were read.
  ///
  /// @param skipped rows that were left out
  /// @param columns where the parts of the examples were found
  /// @param lists whether a label was given as a list
  /// @param corpus documents to search among besides those of the examples
  record Reading(int skipped, Optional<UsedColumns> columns, boolean lists, List<String> corpus) {
    Reading {
      corpus = List.copyOf(corpus);
    }

    Reading(int skipped, Optional<UsedColumns> columns, boolean lists) {
      this(skipped, columns, lists, List.of());
    }
  }

  Dataset(
      String name, List<Example> examples, List<Integer> lines, String checksum, Reading reading) {
    if (examples.isEmpty()) {
      throw new IllegalArgumentException("dataset " + name + ": no examples");
    }
    if (examples.size() != lines.size()) {
      throw new IllegalArgumentException(
          "dataset %s: %s examples but %s lines".formatted(name, examples.size(), lines.size()));
    }
    this.name = Objects.requireNonNull(name, "name");
    this.examples = List.copyOf(examples);
    this.lines = List.copyOf(lines);
    this.checksum = Objects.requireNonNull(checksum, "checksum");
    this.reading = Objects.requireNonNull(reading, "reading");
  }

  /// A dataset made in memory; its checksum is that of its examples' texts and labels.
  ///
  /// @throws IllegalArgumentException if there are no examples
  public static Dataset of(String name, List<Example> examples) {
    return of(name, examples, List.of());
  }

  /// A dataset made in memory, with documents that are searched besides those of the examples.
  ///
  /// @throws IllegalArgumentException if there are no examples
  public static Dataset of(String name, List<Example> examples, List<String> corpus) {
    List<Integer> lines = IntStream.rangeClosed(1, examples.size()).boxed().toList();
    boolean lists = examples.stream().anyMatch(example -> example.labels().size() != 1);
    return new Dataset(
        name,
        examples,
        lines,
        checksum(examples, corpus),
        new Reading(0, Optional.empty(), lists, corpus));
  }

  /// The examples at these positions, with the same name and places; the checksum is that of their
  /// texts and labels.
  ///
  /// @throws IllegalArgumentException if there are none
  Dataset at(BitSet positions) {
    List<Example> chosen = positions.stream().mapToObj(examples::get).toList();
    return new Dataset(
        name,
        chosen,
        positions.stream().mapToObj(lines::get).toList(),
        checksum(chosen, corpus()),
        reading);
  }

  private static String checksum(List<Example> examples, List<String> corpus) {
    MessageDigest sha = Checksum.sha256();
    for (Example example : examples) {
      // A length before each part keeps ("ab", "c") apart from ("a", "bc").
      update(sha, example.text());
      update(sha, example.pair().orElse(""));
      example.labels().forEach(label -> update(sha, label));
      updateAll(sha, example.negatives());
    }
    updateAll(sha, corpus);
    return Checksum.hex(sha);
  }

  /// Lists that classifiers do not have: an empty one leaves the checksum as it is.
  private static void updateAll(MessageDigest sha, List<String> parts) {
    if (!parts.isEmpty()) {
      update(sha, parts.size() + " texts");
      parts.forEach(part -> update(sha, part));
    }
  }

  private static void update(MessageDigest sha, String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    sha.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
    sha.update(bytes);
  }

  /// Where the examples come from: the path of the file as it was given, or a name.
  public String name() {
    return name;
  }

  /// The examples, in the order of their source. Unmodifiable.
  public List<Example> examples() {
    return examples;
  }

  /// Documents that are searched besides those of the examples, for sentence embeddings; else
  /// empty. Unmodifiable.
  public List<String> corpus() {
    return reading.corpus();
  }

  /// How many examples there are, at least one.
  public int size() {
    return examples.size();
  }

  /// How many rows of the file have an empty text and were left out ([EmptyTexts#SKIP]).
  public int skipped() {
    return reading.skipped();
  }

  /// Where in the file the parts of the examples were found, and what was left; empty for a format
  /// without columns, and for a dataset made in memory.
  public Optional<UsedColumns> columns() {
    return reading.columns();
  }

  /// Whether an example was given its labels as a list, as multi-label tasks have them. Tables have
  /// no lists: there `a,b` is one label.
  public boolean hasLists() {
    return reading.lists();
  }

  /// How many of these examples have a text, or a pair of texts, that is also in another dataset.
  public int sharedWith(Dataset other) {
    Set<Input> texts = other.examples.stream().map(Example::input).collect(Collectors.toSet());
    return (int) examples.stream().filter(example -> texts.contains(example.input())).count();
  }

  /// SHA-256 of the file's bytes, or of the examples of a dataset made in memory: 64 hexadecimal
  /// digits.
  public String checksum() {
    return checksum;
  }

  /// The place of an example as messages name it, `train.tsv:12`: the source, and the line (counted
  /// from 1) on which the example starts. For a dataset made in memory the line is the example's
  /// position.
  public String place(int index) {
    return name + ":" + lines.get(index);
  }

  /// The labels as numbers, for a regression task, in the order of the examples.
  ///
  /// @throws InputException if a label is not a finite number; the message names its place
  public float[] targets() {
    float[] targets = new float[size()];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = target(i);
    }
    return targets;
  }

  /// The label of an example that must have one.
  ///
  /// @throws InputException if it has none or several; the message names its place
  String label(int index) {
    List<String> labels = examples.get(index).labels();
    if (labels.size() != 1) {
      throw new InputException(
          "%s: %s where one is expected; correct it, or make it a multi-label task"
              .formatted(place(index), labels.isEmpty() ? "no label" : labels.size() + " labels"));
    }
    return labels.getFirst();
  }

  private float target(int index) {
    String label = label(index);
    if (FiniteNumber.is(label)) {
      return Float.parseFloat(label);
    }
    throw new InputException(
        "%s: the label %s is not a finite number; correct it, or use `task` classification"
            .formatted(place(index), Quoted.of(label)));
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s (%,d examples)", name, size());
  }
}
