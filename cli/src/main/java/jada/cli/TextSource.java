package jada.cli;

import jada.adalora.data.DatasetReader;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.nio.file.Path;
import java.util.List;

/// Reads the texts of a file, or of standard input where that is `-`.
final class TextSource {
  private static final Path STANDARD_INPUT = Path.of("-");

  private TextSource() {}

  /// The texts, none of them blank.
  ///
  /// @param option that named the file, for messages
  /// @throws InputException if there are none, a text is blank, or one is a pair
  static List<String> read(String option, Path file, DatasetReader reader, Console console) {
    List<Input> inputs =
        file.equals(STANDARD_INPUT)
            ? reader.readInputs("standard input", console.in())
            : reader.readInputs(file);
    List<String> texts = inputs.stream().map(Input::text).toList();
    for (int i = 0; i < texts.size(); i++) {
      if (inputs.get(i).pair().isPresent()) {
        throw new InputException(
            "%s %s: holds pairs of texts, and one text a row is needed; name its column with --text-column"
                .formatted(option, file));
      }
      if (texts.get(i).isBlank()) {
        throw new InputException(
            "%s %s: text %s is empty, and has no vector; remove it".formatted(option, file, i + 1));
      }
    }
    if (texts.isEmpty()) {
      throw new InputException("%s %s: holds no texts".formatted(option, file));
    }
    return texts;
  }
}
