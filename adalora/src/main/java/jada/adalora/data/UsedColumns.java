package jada.adalora.data;

import jada.nn.files.Quoted;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// The columns, or keys of JSON objects, that a file was read from, and those that were left. A
/// table without a header has numbers from 1 for names.
///
/// @param text the column of the text
/// @param pair the column of the second text
/// @param label the column of the label
/// @param unread the others, in their order; of keys no more than the first hundred
public record UsedColumns(String text, Optional<String> pair, String label, List<String> unread) {
  /// Names shown in a line.
  private static final int SHOWN = 12;

  /// Copies the list.
  public UsedColumns {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(pair, "pair");
    Objects.requireNonNull(label, "label");
    unread = List.copyOf(unread);
  }

  /// In one line, such as `text = sentence, label; not read: question, index`.
  public String description() {
    String used = role("text", text) + pair.map(p -> ", " + role("pair", p)).orElse("") + ", ";
    return used
        + role("label", label)
        + (unread.isEmpty()
            ? ""
            : "; not read: "
                + unread.stream()
                    .limit(SHOWN)
                    .map(UsedColumns::shown)
                    .collect(Collectors.joining(", "))
                + (unread.size() > SHOWN ? ", …" : ""));
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
