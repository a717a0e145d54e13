package jada.cli;

import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.NullNode;

/// JSON text of maps, lists, strings, numbers and booleans. JSON has no infinities and no NaN: they
/// become null.
final class Json {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  /// In one line.
  static String line(Object value) {
    return MAPPER.writeValueAsString(finite(value));
  }

  /// Indented, one entry per line, readable for people.
  static String pretty(Object value) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(finite(value)) + "\n";
  }

  /// The content of a file.
  ///
  /// @throws InputException if it cannot be read or is not JSON
  static JsonNode read(Path file) {
    try {
      return MAPPER.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(file, ErrorLine.reason(e)), e);
    } catch (JacksonException e) {
      throw new InputException(
          "%s: is not JSON (%s); restore the file".formatted(file, e.getOriginalMessage()), e);
    }
  }

  private static Object finite(Object value) {
    return switch (value) {
      case Double number when !Double.isFinite(number) -> NullNode.getInstance();
      case Float number when !Float.isFinite(number) -> NullNode.getInstance();
      case Map<?, ?> map -> {
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, entry) -> copy.put(key, finite(entry)));
        yield copy;
      }
      case List<?> list -> list.stream().map(Json::finite).toList();
      default -> value;
    };
  }
}
