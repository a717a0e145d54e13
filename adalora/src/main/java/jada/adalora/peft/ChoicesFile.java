package jada.adalora.peft;

import jada.adalora.AdaLoraConfig;
import jada.nn.files.InputException;
import jada.nn.files.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The file jada.json: the choices of the method for which PEFT's configuration has no name, such
/// as the unit of the budget. In adapter_config.json PEFT would warn of them at every load.
///
/// An adapter without the file, which PEFT wrote, has the defaults; so has a choice that the file
/// does not name.
final class ChoicesFile {
  static final String NAME = "jada.json";

  private static final String IMPORTANCE = "importance";
  private static final String INIT = "init";
  private static final String ORTH_PENALTY = "orth_penalty";
  private static final String COMPACT = "compact";
  private static final String BUDGET_UNIT = "budget_unit";

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private ChoicesFile() {}

  /// The text of the file.
  static String write(AdaLoraConfig config) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put(IMPORTANCE, name(config.importance()));
    root.put(INIT, name(config.init()));
    root.put(ORTH_PENALTY, name(config.orthPenalty()));
    root.put(COMPACT, name(config.compact()));
    root.put(BUDGET_UNIT, name(config.budgetUnit()));
    return MAPPER.writeValueAsString(root) + "\n";
  }

  /// The configuration with the choices of the file in the folder, if there is one.
  ///
  /// @throws InputException if it cannot be read, or names a choice that there is not
  static AdaLoraConfig read(Path folder, AdaLoraConfig config) {
    Path file = folder.resolve(NAME);
    if (!Files.exists(file)) {
      return config;
    }
    JsonFile json = JsonFile.read(file);
    return config
        .withImportance(choice(json, IMPORTANCE, config.importance()))
        .withInit(choice(json, INIT, config.init()))
        .withOrthPenalty(choice(json, ORTH_PENALTY, config.orthPenalty()))
        .withCompact(choice(json, COMPACT, config.compact()))
        .withBudgetUnit(choice(json, BUDGET_UNIT, config.budgetUnit()));
  }

  private static <E extends Enum<E>> E choice(JsonFile json, String key, E absent) {
    if (!json.has(key)) {
      return absent;
    }
    List<E> all = List.of(absent.getDeclaringClass().getEnumConstants());
    List<E> named =
        all.stream()
            .filter(constant -> json.node(key).asString("").equals(name(constant)))
            .toList();
    json.require(
        !named.isEmpty(),
        key,
        all.stream().map(ChoicesFile::name).collect(Collectors.joining(" or ")));
    return named.getFirst();
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
