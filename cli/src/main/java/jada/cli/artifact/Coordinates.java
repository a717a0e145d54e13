package jada.cli.artifact;

import jada.nn.files.InputException;
import java.util.List;
import java.util.Optional;

/// The address of a file in a Maven repository, written
/// `group:artifact:version[:classifier[:extension]]`.
///
/// @param group the group id
/// @param artifact the artifact id
/// @param version one exact version, no range
/// @param classifier such as `sources`; empty for the main file
/// @param extension such as `jar`
public record Coordinates(
    String group, String artifact, String version, Optional<String> classifier, String extension) {
  /// @throws InputException if a part holds anything but letters, digits, dot, dash and underscore,
  ///   or consists of dots; a part becomes a folder of the local repository
  public Coordinates {
    for (String part : List.of(group, artifact, version, classifier.orElse("-"), extension)) {
      if (!part.matches("[A-Za-z0-9_.-]{1,200}") || part.contains("..") || part.equals(".")) {
        throw refused(String.join(":", group, artifact, version, classifier.orElse(""), extension));
      }
    }
  }

  /// Reads `group:artifact:version[:classifier[:extension]]`; the extension is `jar` if not given.
  ///
  /// @throws InputException if the text has another form
  public static Coordinates parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length < 3 || parts.length > 5) {
      throw refused(text);
    }
    return new Coordinates(
        parts[0],
        parts[1],
        parts[2],
        parts.length > 3 ? Optional.of(parts[3]) : Optional.empty(),
        parts.length > 4 ? parts[4] : "jar");
  }

  private static InputException refused(String text) {
    return new InputException(
        "%s: not a Maven artifact; write group:artifact:version[:classifier[:extension]]"
            .formatted(text.codePoints().anyMatch(Character::isISOControl) ? "artifact" : text));
  }

  /// The file's name, `artifact-version[-classifier].extension`.
  public String fileName() {
    return artifact + "-" + version + classifier.map(c -> "-" + c).orElse("") + "." + extension;
  }

  @Override
  public String toString() {
    String main = String.join(":", group, artifact, version);
    return extension.equals("jar")
        ? main + classifier.map(c -> ":" + c).orElse("")
        : main + ":" + classifier.orElse("") + ":" + extension;
  }
}
