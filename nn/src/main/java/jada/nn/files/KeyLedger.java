package jada.nn.files;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What Jada does with each key that a kind of JSON file may have. Readers check a file against its
/// ledger, so that no key that would change the result is ignored.
///
/// Keys of nested objects are joined by dots, elements of arrays are `[]`:
/// `added_tokens[].content`. Below a key the ledger is asked only if it has keys below it. A key
/// whose value is null counts as absent. Immutable.
public final class KeyLedger {
  /// What is done with a key.
  public enum Treatment {
    /// Jada computes what it asks for, or refuses its value by name.
    HONOURED,
    /// Nothing that Jada computes depends on it.
    WITHOUT_EFFECT,
    /// Its neutral values have no effect; every other value is refused.
    REFUSED_UNLESS_NEUTRAL
  }

  /// What is done with keys that the ledger lacks.
  public enum Unknown {
    /// They are refused: whatever the format has is in the ledger.
    REFUSED,
    /// They are accepted, except tokens (`…_token` with a text): the classes that read the file
    /// keep what they do not know and never look at it, but add such a token to the vocabulary.
    ACCEPTED_UNLESS_TOKEN,
    /// They are accepted if the file is of a release of transformers whose keys the ledger has
    /// (`transformers_version` up to [#CHECKED_RELEASE], or none), because nothing there reads a
    /// key that the configuration classes lack. In a file of a later release it could be a new one:
    /// it is refused unless its value is false, 0 or empty.
    ACCEPTED_UP_TO_CHECKED_RELEASE
  }

  /// The release of transformers whose configuration classes were compared with the ledgers.
  public static final String CHECKED_RELEASE = "5.17";

  /// One line of the ledger.
  ///
  /// @param neutral the values without effect; empty unless others are refused. If there are none,
  ///   the key must be absent
  /// @param reason what the key controls, why it has no effect, or why other values are refused
  public record Entry(String key, Treatment treatment, List<JsonNode> neutral, String reason) {
    /// Copies the values.
    public Entry {
      neutral = List.copyOf(neutral);
    }
  }

  private final Unknown unknown;
  private final SequencedMap<String, Entry> entries;

  private KeyLedger(Unknown unknown, SequencedMap<String, Entry> entries) {
    this.unknown = unknown;
    this.entries = Collections.unmodifiableSequencedMap(entries);
  }

  /// A ledger without entries.
  public static KeyLedger of(Unknown unknown) {
    return new KeyLedger(unknown, new LinkedHashMap<>());
  }

  /// With keys that are honoured.
  public KeyLedger honoured(String reason, String... keys) {
    return with(Treatment.HONOURED, List.of(), reason, keys);
  }

  /// With keys that have no effect.
  public KeyLedger withoutEffect(String reason, String... keys) {
    return with(Treatment.WITHOUT_EFFECT, List.of(), reason, keys);
  }

  /// With a key that is refused unless it has one of some values.
  ///
  /// @param reason why others are refused, as the end of a sentence
  public KeyLedger refusedUnless(String reason, String key, Object... neutral) {
    List<JsonNode> values =
        Arrays.stream(neutral).map(v -> JsonMapper.shared().<JsonNode>valueToTree(v)).toList();
    return with(Treatment.REFUSED_UNLESS_NEUTRAL, values, reason, key);
  }

  /// With all entries of another ledger; those of this one stay where both have a key.
  public KeyLedger and(KeyLedger other) {
    SequencedMap<String, Entry> all = new LinkedHashMap<>(entries);
    other.entries.forEach(all::putIfAbsent);
    return new KeyLedger(unknown, all);
  }

  private KeyLedger with(
      Treatment treatment, List<JsonNode> neutral, String reason, String... keys) {
    SequencedMap<String, Entry> more = new LinkedHashMap<>(entries);
    for (String key : keys) {
      more.put(key, new Entry(key, treatment, neutral, reason));
    }
    return new KeyLedger(unknown, more);
  }

  /// The lines in their order, by key.
  public SequencedMap<String, Entry> entries() {
    return entries;
  }

  /// What is done with keys that are not among them.
  public Unknown unknown() {
    return unknown;
  }

  /// Checks every key of a file.
  ///
  /// @param file its name, for errors
  /// @throws InputException naming the first key that is refused
  public void check(String file, JsonNode root) {
    boolean later = isLater(root.path("transformers_version").asString(""));
    check(file, "", root, later);
  }

  private void check(String file, String path, JsonNode node, boolean later) {
    if (node.isArray()) {
      for (JsonNode element : node) {
        check(file, path + "[]", element, later);
      }
      return;
    }
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      String key = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
      JsonNode value = property.getValue();
      if (value.isNull()) {
        continue;
      }
      Entry entry = entries.get(key);
      if (entry == null) {
        checkUnknown(file, key, value, later);
      } else if (entry.treatment() == Treatment.REFUSED_UNLESS_NEUTRAL
          && entry.neutral().stream().noneMatch(neutral -> same(neutral, value))) {
        throw refusal(file, entry, value);
      } else if (isOpened(key)) {
        check(file, key, value, later);
      }
    }
  }

  private boolean isOpened(String key) {
    return entries.keySet().stream()
        .anyMatch(known -> known.startsWith(key + ".") || known.startsWith(key + "[]."));
  }

  private void checkUnknown(String file, String key, JsonNode value, boolean later) {
    boolean refused =
        switch (unknown) {
          case REFUSED -> true;
          case ACCEPTED_UNLESS_TOKEN ->
              key.endsWith("_token") && (value.isString() || value.isObject());
          case ACCEPTED_UP_TO_CHECKED_RELEASE -> later && !isEmpty(value);
        };
    if (refused) {
      throw new InputException(
          file
              + ": "
              + Quoted.of(key)
              + " is "
              + Quoted.of(value.toString())
              + ", but what it asks for is not known; remove it if the model computes the same"
              + " without it");
    }
  }

  private static InputException refusal(String file, Entry entry, JsonNode value) {
    List<String> neutral = new ArrayList<>();
    entry.neutral().forEach(v -> neutral.add(show(v)));
    return new InputException(
        file
            + ": "
            + entry.key()
            + " "
            + show(value)
            + " is not supported: "
            + entry.reason()
            + (neutral.isEmpty()
                ? "; use a model without it"
                : "; use a model with " + neutral.stream().collect(Collectors.joining(" or "))));
  }

  private static String show(JsonNode value) {
    return Quoted.of(value.isString() ? value.stringValue() : value.toString());
  }

  // 0 and 0.0 are one number; a token may be an object whose content is the text.
  private static boolean same(JsonNode neutral, JsonNode value) {
    if (neutral.isNumber() && value.isNumber()) {
      return neutral.asDouble() == value.asDouble(Double.NaN);
    }
    if (neutral.isString() && value.isObject()) {
      return neutral.equals(value.path("content"));
    }
    return neutral.equals(value);
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isBoolean() && !value.booleanValue()
        || value.isNumber() && value.asDouble(Double.NaN) == 0
        || value.isString() && value.stringValue().isEmpty()
        || value.isContainer() && value.isEmpty();
  }

  private static boolean isLater(String release) {
    List<Integer> given = numbers(release);
    List<Integer> checked = numbers(CHECKED_RELEASE);
    for (int i = 0; i < checked.size() && i < given.size(); i++) {
      if (!given.get(i).equals(checked.get(i))) {
        return given.get(i) > checked.get(i);
      }
    }
    return false;
  }

  /// The leading whole numbers of a release: 5.17.0.dev0 is 5, 17, 0.
  private static List<Integer> numbers(String release) {
    return Arrays.stream(release.split("\\."))
        .takeWhile(part -> part.matches("[0-9]{1,6}"))
        .map(Integer::valueOf)
        .toList();
  }
}
