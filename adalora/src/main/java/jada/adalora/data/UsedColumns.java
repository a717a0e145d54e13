package jada.adalora.data;

import jada.nn.files.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// The columns, or keys of JSON objects, that a file was read from, and those that were left. A
/// table without a header has numbers from 1 for names.
///
/// @param text the column of the text
/// @param pair the column of the second text
/// @param label the column of the label, or of the score of a pair; empty if there is none
/// @param negatives the columns of hard negatives, for sentence embeddings alone; else empty
/// @param unread the others, in their order; of keys no more than the first hundred
public record UsedColumns(
    String text,
    Optional<String> pair,
    Optional<String> label,
    List<String> negatives,
    List<String> unread) {
  /// Names shown in a line.
  private static final int SHOWN = 12;

  /// Copies the lists.
  public UsedColumns {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(pair, "pair");
    Objects.requireNonNull(label, "label");
    negatives = List.copyOf(negatives);
    unread = List.copyOf(unread);
  }

  /// The columns of labelled texts.
  public UsedColumns(String text, Optional<String> pair, String label, List<String> unread) {
    this(text, pair, Optional.of(label), List.of(), unread);
  }

  /// In one line, such as `text = sentence, label; not read: question, index`.
  public String description() {
    List<String> roles = new ArrayList<>();
    roles.add(role("text", text));
    pair.ifPresent(name -> roles.add(role("pair", name)));
    if (!negatives.isEmpty()) {
      roles.add("negatives = " + listed(negatives));
    }
    label.ifPresent(name -> roles.add(role("label", name)));
    return String.join(", ", roles) + (unread.isEmpty() ? "" : "; not read: " + listed(unread));
  }

  private static String listed(List<String> columns) {
    return columns.stream().limit(SHOWN).map(UsedColumns::shown).collect(Collectors.joining(", "))
        + (columns.size() > SHOWN ? ", …" : "");
  }

  /// The columns of all texts: the text, its pair and the negatives.
  List<String> texts() {
    List<String> texts = new ArrayList<>(List.of(text));
    pair.ifPresent(texts::add);
    texts.addAll(negatives);
    return texts;
  }

  private static String role(String role, String column) {
    return column.equals(role) ? role : role + " = " + shown(column);
  }

  /// A name out of a file, fit for a line.
  private static String shown(String column) {
    String quoted = Quoted.of(column);
    return quoted.substring(1, quoted.length() - 1);
  }
}
