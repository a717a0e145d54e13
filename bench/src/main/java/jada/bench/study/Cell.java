package jada.bench.study;

import jada.adalora.AdaLoraConfig;
import jada.adalora.training.TrainingOptions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// One run of a study.
///
/// @param arm how it is trained
/// @param task on what
/// @param budget average rank at the end
/// @param seed of head, adapters, order of the examples and dropout: the same for every arm
/// @param common settings of plan and task
/// @param model name or folder of the base model
record Cell(
    Arm arm, StudyTask task, int budget, int seed, Map<String, JsonNode> common, String model) {
  static final String DROPOUT = "dropout";

  /// The method's configuration.
  AdaLoraConfig config() {
    return arm.config(common, budget);
  }

  /// How it is trained, on one thread.
  TrainingOptions options() {
    return arm.options(common, budget).withSeed(seed).withThreads(1);
  }

  /// The dropout of the encoder; empty: what the model's configuration says.
  Optional<Float> dropout() {
    return arm.dropout(common, budget);
  }

  /// What tells it from the other cells of its plan.
  String key() {
    return "%s | %s | %d | %d".formatted(arm.name(), task.name(), budget, seed);
  }

  /// Everything that its numbers depend on, beside the seed and the content of the files: every
  /// setting of the method and of training, what the examples are, the model. Chosen or not, what
  /// counts is what it comes to.
  SortedMap<String, String> settings() {
    SortedMap<String, String> all = new TreeMap<>(task.facts());
    all.putAll(NamedSettings.shown(config()));
    all.putAll(NamedSettings.shown(options()));
    all.put("lora-alpha", Double.toString(config().alpha()));
    all.put("learning-rate", Double.toString(options().learningRate(config())));
    all.put("model", model);
    dropout().ifPresent(p -> all.put(DROPOUT, p.toString()));
    arm.ranksOf()
        .ifPresent(source -> all.put("ranks", arm.shuffle() ? source + ", shuffled" : source));
    return all;
  }

  /// SHA-256 of the settings, its first 12 hexadecimal digits.
  static String hash(SortedMap<String, String> settings) {
    StringBuilder text = new StringBuilder();
    settings.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
