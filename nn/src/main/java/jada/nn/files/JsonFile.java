package jada.nn.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// A JSON object from a file that is not trusted: every access says what it expects, and names file
/// and key if it finds something else.
public final class JsonFile {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final JsonMapper INDENTING =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path file;
  private final JsonNode root;

  private JsonFile(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /// Reads a file.
  ///
  /// @throws InputException if it cannot be read or is no JSON object
  public static JsonFile read(Path file) {
    JsonNode root;
    try {
      root = MAPPER.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": no such file; is this the folder of an adapter?", e);
    } catch (IOException e) {
      throw new InputException(
          file + ": cannot be read (" + oneLine(e.getMessage()) + "); check the file", e);
    } catch (JacksonException e) {
      throw new InputException(
          file + ": is not JSON (" + oneLine(e.getOriginalMessage()) + "); save the adapter again",
          e);
    }
    if (!root.isObject()) {
      throw new InputException(file + ": is not a JSON object; save the adapter again");
    }
    return new JsonFile(file, root);
  }

  /// The text of a file that holds this object: indented, with a line break at the end.
  public static String text(JsonNode object) {
    return INDENTING.writeValueAsString(object) + "\n";
  }

  /// Whether the key is there and not null.
  public boolean has(String key) {
    return root.hasNonNull(key);
  }

  /// The value of a key; a missing node where there is none.
  public JsonNode node(String key) {
    return root.path(key);
  }

  /// All keys with their values, in the order of the file.
  public Set<Map.Entry<String, JsonNode>> entries() {
    return root.properties();
  }

  public int integer(String key) {
    JsonNode value = node(key);
    require(value.isIntegralNumber() && value.canConvertToInt(), key, "a whole number");
    return value.intValue();
  }

  public double number(String key) {
    JsonNode value = node(key);
    // A whole number may have more digits than a double can hold.
    double number = value.asDouble(Double.NaN);
    require(value.isNumber() && Double.isFinite(number), key, "a number");
    return number;
  }

  public double number(String key, double absent) {
    return has(key) ? number(key) : absent;
  }

  public String text(String key) {
    JsonNode value = node(key);
    require(value.isString(), key, "a text");
    return value.stringValue();
  }

  /// The texts of an array.
  public List<String> texts(String key) {
    JsonNode value = node(key);
    require(value.isArray() && value.valueStream().allMatch(JsonNode::isString), key, "texts");
    return value.valueStream().map(JsonNode::stringValue).toList();
  }

  /// @throws InputException naming file, key, rule and what was found, unless `holds`
  public void require(boolean holds, String key, String rule) {
    if (!holds) {
      String found = oneLine(node(key).isMissingNode() ? "nothing" : node(key).toString());
      throw new InputException(
          file + ": \"" + oneLine(key) + "\" must be " + rule + ", found " + found);
    }
  }

  private static String oneLine(String text) {
    String line = String.valueOf(text).replaceAll("\\p{Cntrl}", "?");
    return line.length() > 80 ? line.substring(0, 80) + "…" : line;
  }
}
