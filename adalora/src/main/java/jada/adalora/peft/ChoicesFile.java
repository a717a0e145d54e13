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
import java.util.Optional;
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

  /// Refuses a base model other than the one that the adapter was made for, by the checksums of
  /// their weights: the two would answer, and wrongly. Most of all one that was made from it: what
  /// the adapter changes, or another change, is in its weights already.
  ///
  /// @param adapter its folder
  /// @throws InputException naming both
  static void requireBase(PretrainedModel base, Path adapter) {
    Path file = adapter.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      return;
    }
    JsonFile choices = JsonFile.read(file);
    if (!choices.has(TRAINED_ON) || choices.text(TRAINED_ON).equals(base.checksum())) {
      return;
    }
    String source = base.source();
    if (madeFrom(base).equals(Optional.of(choices.text(TRAINED_ON)))) {
      throw new InputException(
          "%s: was trained on the model that %s was made from; an adapter is in its weights already,"
                  .formatted(adapter, source)
              + " and this one would come on top: put it on the base model, or use the other"
              + " without it");
    }
    throw new InputException(
        "%s: was trained on other weights than those of %s; give it its own base model, or, if only"
                .formatted(adapter, source)
            + " their file format differs, remove "
            + TRAINED_ON
            + " from "
            + file);
  }

  /// The checksum of the model that training changed, if the base model was saved by Jada as a
  /// whole.
  private static Optional<String> madeFrom(PretrainedModel base) {
    Path file = Path.of(base.source()).resolve(NAME);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    JsonFile whole = JsonFile.read(file);
    return whole.has(MADE_FROM) ? Optional.of(whole.text(MADE_FROM)) : Optional.empty();
  }

  /// Whether the folder was written by Jada, which says in it what its model was made from.
  static boolean isThere(Path folder) {
    return Files.isRegularFile(folder.resolve(NAME));
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
    AdaLoraConfig chosen =
        scaled
            .withImportance(choice(json, IMPORTANCE, config.importance()))
            .withInit(choice(json, INIT, config.init()))
            .withOrthPenalty(choice(json, ORTH_PENALTY, config.orthPenalty()))
            .withCompact(choice(json, COMPACT, config.compact()))
            .withBudgetUnit(choice(json, BUDGET_UNIT, config.budgetUnit()))
            .withLambdaRate(
                json.has(LAMBDA_RATE)
                    ? LambdaRate.parse(json.text(LAMBDA_RATE))
                    : config.lambdaRate())
            .withGauge(choice(json, GAUGE, config.gauge()));
    double forPeft = chosen.scale() * (chosen.initRank() + 1e-5);
    json.require(
        scaling == Scaling.INIT_RANK || Math.abs(forPeft / config.alpha() - 1) < 1e-9,
        LORA_ALPHA,
        "of the scale that lora_alpha %s in %s has; change both or none"
            .formatted(config.alpha(), PeftConfig.FILE));
    return chosen;
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
