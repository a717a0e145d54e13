package jada.adalora.peft;

import jada.adalora.AdaLoraConfig;
import jada.adalora.LambdaRate;
import jada.adalora.Method;
import jada.adalora.Scaling;
import jada.adalora.model.AdaptedModel;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.files.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The file jada.json: what PEFT's configuration has no name for. That is the length at which
/// training cut texts, and with AdaLoRA the choices of the method, such as the unit of the budget.
/// In adapter_config.json PEFT would warn of them at every load.
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
  private static final String SCALING = "scaling";
  private static final String LORA_ALPHA = "lora_alpha";
  private static final String LAMBDA_RATE = "lambda_rate";
  private static final String GAUGE = "gauge";

  /// In the folder of an adapter: the checksum of the base model that it was made for.
  private static final String TRAINED_ON = "trained_on";

  /// In the folder of a whole model: the checksum of the base model that training changed.
  private static final String MADE_FROM = "made_from";

  /// The special tokens of a pair.
  private static final int LEAST_LENGTH = 3;

  private static final String MAX_LENGTH = "max_length";

  private ChoicesFile() {}

  /// The text of the file.
  ///
  /// @param whole whether it goes with a whole model instead of an adapter
  static String write(AdaptedModel model, boolean whole) {
    AdaLoraConfig config = model.config();
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    if (config.method() == Method.ADALORA && !whole) {
      root.put(IMPORTANCE, name(config.importance()));
      root.put(INIT, name(config.init()));
      root.put(ORTH_PENALTY, name(config.orthPenalty()));
      root.put(COMPACT, name(config.compact()));
      root.put(BUDGET_UNIT, name(config.budgetUnit()));
      root.put(SCALING, name(config.scaling()));
      if (config.scaling() != Scaling.INIT_RANK) {
        root.put(LORA_ALPHA, config.alpha()); // PEFT's own file has the one for PEFT's division
      }
      root.put(LAMBDA_RATE, config.lambdaRate().toString());
      root.put(GAUGE, name(config.gauge()));
    }
    root.put(whole ? MADE_FROM : TRAINED_ON, model.base().checksum());
    model.textLength().ifPresent(tokens -> root.put(MAX_LENGTH, tokens));
    return JsonFile.text(root);
  }

  /// Refuses a base model that was made from the one that the adapter was made for: what the
  /// adapter changes, or another change, is in its weights already.
  ///
  /// @param adapter its folder
  /// @throws InputException naming both folders
  static void requireUntouched(PretrainedModel base, Path adapter) {
    Path model = Path.of(base.source());
    if (!Files.isRegularFile(model.resolve(NAME)) || !Files.isRegularFile(adapter.resolve(NAME))) {
      return;
    }
    JsonFile made = JsonFile.read(model.resolve(NAME));
    JsonFile trained = JsonFile.read(adapter.resolve(NAME));
    if (made.has(MADE_FROM)
        && trained.has(TRAINED_ON)
        && made.text(MADE_FROM).equals(trained.text(TRAINED_ON))
        && !made.text(MADE_FROM).equals(base.checksum())) {
      throw new InputException(
          "%s: was trained on the model that %s was made from; an adapter is in its weights already,"
                  .formatted(adapter, model)
              + " and this one would come on top: put it on the base model, or use the other"
              + " without it");
    }
  }

  /// The length at which training cut texts, if the folder has the file and the file tells it.
  ///
  /// @throws InputException if it cannot be read, or is no length
  static OptionalInt maxLength(Path folder) {
    Path file = folder.resolve(NAME);
    if (!Files.exists(file)) {
      return OptionalInt.empty();
    }
    JsonFile json = JsonFile.read(file);
    if (!json.has(MAX_LENGTH)) {
      return OptionalInt.empty();
    }
    int tokens = json.integer(MAX_LENGTH);
    json.require(tokens >= LEAST_LENGTH, MAX_LENGTH, "at least " + LEAST_LENGTH + " tokens");
    return OptionalInt.of(tokens);
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
    Scaling scaling = choice(json, SCALING, Scaling.INIT_RANK);
    AdaLoraConfig scaled =
        scaling == Scaling.INIT_RANK
            ? config
            : config.withScaling(scaling).withLoraAlpha(json.number(LORA_ALPHA));
    return scaled
        .withImportance(choice(json, IMPORTANCE, config.importance()))
        .withInit(choice(json, INIT, config.init()))
        .withOrthPenalty(choice(json, ORTH_PENALTY, config.orthPenalty()))
        .withCompact(choice(json, COMPACT, config.compact()))
        .withBudgetUnit(choice(json, BUDGET_UNIT, config.budgetUnit()))
        .withLambdaRate(
            json.has(LAMBDA_RATE) ? LambdaRate.parse(json.text(LAMBDA_RATE)) : config.lambdaRate())
        .withGauge(choice(json, GAUGE, config.gauge()));
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
