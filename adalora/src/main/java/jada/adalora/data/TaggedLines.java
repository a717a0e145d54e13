package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the lines of TREC's questions (Li and Roth 2002), `COARSE:fine text`:
///
///     NUM:date When was the telephone invented ?
///
/// The label is the coarse class; the fine one is left out.
final class TaggedLines {
  private static final Pattern TAGGED = Pattern.compile("([A-Z]{2,8}):([a-z]+) +(\\S.*)");

  private TaggedLines() {}

  /// Whether a line has this form; one with a tab is a row of a table.
  static boolean isTagged(SourceText.Line line) {
    return line.text().indexOf('\t') < 0 && TAGGED.matcher(line.text()).matches();
  }

  static List<Entry> entries(SourceText source, boolean labelled) {
    return source.lines().stream().map(line -> entry(source.name(), line, labelled)).toList();
  }

  private static Entry entry(String name, SourceText.Line line, boolean labelled) {
    Matcher tagged = TAGGED.matcher(line.text());
    if (!tagged.matches()) {
      throw new InputException(
          "%s:%s: is not COARSE:fine text, as the lines of this file should be; correct it, or use a"
                  .formatted(name, line.number())
              + " .tsv file");
    }
    return new Entry(
        line.number(),
        Input.of(tagged.group(3).strip()),
        labelled ? Optional.of(tagged.group(1)) : Optional.empty());
  }
}
