package jada.nn.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One of the small JSON files of a model folder: an object whose values are read with checks, each
/// error naming file and key.
public final class ConfigJson {
  // A config with a hundred thousand labels has 6 MB.
  private static final long MOST_BYTES = 16 << 20;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path file;
  private final JsonNode node;

  private ConfigJson(Path file, JsonNode node) {
    this.file = file;
    this.node = node;
  }

  /// Reads a file.
  ///
  /// @throws InputException if it cannot be read, is too large, or holds no JSON object
  public static ConfigJson read(Path file) {
    JsonNode node = parse(file);
    if (!node.isObject()) {
      throw new InputException(file + ": is not a JSON object; use the file as it was published");
    }
    return new ConfigJson(file, node);
  }

  /// Reads a file that holds a list.
  ///
  /// @throws InputException if it cannot be read, is too large, or holds no JSON array
  public static JsonNode readArray(Path file) {
    JsonNode node = parse(file);
    if (!node.isArray()) {
      throw new InputException(file + ": is not a JSON array; use the file as it was published");
    }
    return node;
  }

  private static JsonNode parse(Path file) {
    InputFile.require(file);
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new InputException(
            file + ": has more than " + MOST_BYTES + " bytes; use the file as it was published");
      }
      // As text first: strict UTF-8, and no guessing of encodings by the JSON reader.
      return MAPPER.readTree(Files.readString(file));
    } catch (IOException e) {
      throw InputFile.unreadable(file, e);
    } catch (JacksonException e) {
      throw new InputException(
          file
              + ": is not sound JSON: "
              + Quoted.of(e.getOriginalMessage())
              + "; use the file as it was published",
          e);
    }
  }

  /// Checks every key of the file.
  ///
  /// @throws InputException naming the first key that the ledger refuses
  public void check(KeyLedger ledger) {
    ledger.check(file.toString(), node);
  }

  /// All keys, in the order of the file.
  public Iterable<String> keys() {
    return node.propertyNames();
  }

  /// The value of a key; a missing node where there is none.
  public JsonNode node(String key) {
    return node.path(key);
  }

  /// The text of a key, if it is there.
  ///
  /// @throws InputException if its value is not text
  public Optional<String> text(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!node.get(key).isString()) {
      throw refusal(key, "is not text");
    }
    return Optional.of(node.get(key).stringValue());
  }

  /// Whether a key says true.
  ///
  /// @throws InputException if its value is neither true nor false
  public boolean truth(String key, boolean absent) {
    if (!has(key)) {
      return absent;
    }
    if (!node.get(key).isBoolean()) {
      throw refusal(key, "is neither true nor false");
    }
    return node.get(key).booleanValue();
  }

  /// The file, for errors.
  public Path file() {
    return file;
  }

  /// Whether a key is there with a value other than null.
  public boolean has(String key) {
    return node.hasNonNull(key);
  }

  /// An error about one key.
  public InputException refusal(String key, String what) {
    return new InputException(
        file + ": " + key + " " + what + "; use the file as it was published");
  }

  /// The object of a key, if it is there.
  ///
  /// @throws InputException if its value is no object
  public Optional<JsonNode> object(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!node.get(key).isObject()) {
      throw refusal(key, "is not an object");
    }
    return Optional.of(node.get(key));
  }

  /// A whole number, which must be there.
  ///
  /// @throws InputException if it is missing or not a whole number of 32 bits
  public int count(String key) {
    if (!has(key)) {
      throw refusal(key, "is missing");
    }
    JsonNode value = node.get(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw refusal(key, "is not a whole number up to " + Integer.MAX_VALUE);
    }
    return value.intValue();
  }

  /// A number, or another if the key is missing.
  ///
  /// @throws InputException if it is not a number that a float can hold
  public float number(String key, float absent) {
    if (!has(key)) {
      return absent;
    }
    // A whole number may have more digits than a double can hold.
    float number = (float) node.get(key).asDouble(Double.NaN);
    if (!node.get(key).isNumber() || !Float.isFinite(number)) {
      throw refusal(key, "is not a number that 32 bits can hold");
    }
    return number;
  }

  /// A float as a number to write: with its own shortest decimals, 0.1 and not 0.10000000149011612.
  public static double decimal(float value) {
    return Double.parseDouble(Float.toString(value));
  }
}
