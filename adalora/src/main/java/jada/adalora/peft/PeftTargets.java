package jada.adalora.peft;

import jada.adalora.ModulePattern;
import jada.adalora.TargetModules;
import jada.nn.files.JsonFile;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/// Which modules an adapter_config.json gives an adapter to, as PEFT decides it: those that
/// `target_modules` names, without those of `exclude_modules`, without what lies in a module of
/// `modules_to_save`, and of the layers of `layers_to_transform` alone.
///
/// PEFT leaves out tensors of all others, with a warning; so a file that holds some contradicts
/// itself.
final class PeftTargets {
  /// The modules that PEFT's task SEQ_CLS saves. `pre_classifier` ends like one.
  private static final List<String> CLASSIFIERS = List.of("classifier", "score");

  private final JsonFile json;
  private final TargetModules targets;
  private final UnaryOperator<String> inFile;

  /// @param inFile the name that a module has in the file
  PeftTargets(JsonFile json, TargetModules targets, UnaryOperator<String> inFile) {
    this.json = json;
    this.targets = targets;
    this.inFile = inFile;
  }

  /// Refuses an adapter of a module that is no target.
  ///
  /// @throws jada.nn.files.InputException naming the key that rules the module out
  void require(String moduleOfModel) {
    String module = inFile.apply(moduleOfModel);
    boolean byName = json.node("target_modules").isArray();
    json.require(
        byName || isMissing("layers_to_transform"),
        "layers_to_transform",
        "null where target_modules is an expression: PEFT refuses the two together");
    json.require(
        isEmpty(json.node("layers_pattern")) || !isMissing("layers_to_transform"),
        "layers_pattern",
        "null without layers_to_transform: PEFT refuses it alone");
    json.require(
        targets.matches(module),
        "target_modules",
        "names or an expression that " + module + " matches, of which there are tensors");
    json.require(
        !isExcluded(module),
        "exclude_modules",
        "names or an expression that " + module + " does not match, of which there are tensors");
    json.require(
        !isSavedWhole(module),
        "modules_to_save",
        "modules without tensors of an adapter, which " + module + " has");
    json.require(
        isInLayers(module),
        "layers_to_transform",
        "the numbers of all layers that have tensors, such as "
            + module
            + ", where layers_pattern finds the number");
  }

  private boolean isExcluded(String module) {
    JsonNode excluded = json.node("exclude_modules");
    if (excluded.isString()) {
      return new ModulePattern(excluded.stringValue()).matches(module);
    }
    return texts("exclude_modules").stream()
        .anyMatch(name -> module.equals(name) || module.endsWith("." + name));
  }

  /// Whether a layer is saved as a whole: the end of its name, or of the name of a module that it
  /// lies in, is one of `modules_to_save`. Of a classifier PEFT saves its head without being told.
  boolean isTrainedWhole(String moduleOfModel) {
    String module = inFile.apply(moduleOfModel);
    List<String> names = new ArrayList<>(texts("modules_to_save"));
    if (json.node("task_type").asString("").equals("SEQ_CLS")) {
      names.addAll(CLASSIFIERS);
    }
    for (int end = module.length(); end > 0; end = module.lastIndexOf('.', end - 1)) {
      if (names.stream().anyMatch(module.substring(0, end)::endsWith)) {
        return true;
      }
    }
    return false;
  }

  private boolean isSavedWhole(String module) {
    return texts("modules_to_save").stream()
        .anyMatch(name -> ("." + module + ".").contains("." + name + "."));
  }

  /// `layers_to_transform` counts only where `target_modules` is a list that matched the end of the
  /// module's name.
  private boolean isInLayers(String module) {
    JsonNode layers = json.node("layers_to_transform");
    if (isEmpty(layers)
        || !(targets instanceof TargetModules.Named named)
        || named.names().contains(module)) {
      return true;
    }
    Optional<BigInteger> number = layer(module);
    return number.isPresent()
        && (layers.isArray() ? layers.valueStream() : List.of(layers).stream())
            .anyMatch(
                layer ->
                    layer.isIntegralNumber()
                        && layer.bigIntegerValue().equals(number.orElseThrow()));
  }

  /// The first part of the name that is a number behind a part that `layers_pattern` matches, or
  /// behind two parts of any name if there is no pattern.
  private Optional<BigInteger> layer(String module) {
    JsonNode pattern = json.node("layers_pattern");
    List<String> before =
        isEmpty(pattern)
            ? List.of(".*\\.[^.]*")
            : (pattern.isString() ? List.of(pattern.stringValue()) : texts("layers_pattern"))
                .stream().map(name -> "(.*\\.)?(" + name + ")").toList();
    String[] parts = module.split("\\.");
    // As PEFT: the first pattern that finds a number counts, wherever in the name it stands.
    for (String regex : before) {
      ModulePattern expression = new ModulePattern(regex);
      StringBuilder prefix = new StringBuilder();
      for (int i = 0; i + 1 < parts.length; i++) {
        if (parts[i].matches("[0-9]+") && expression.matches(prefix.toString())) {
          return Optional.of(new BigInteger(parts[i]));
        }
        prefix.append(i == 0 ? "" : ".").append(parts[i]);
      }
    }
    return Optional.empty();
  }

  private boolean isMissing(String key) {
    return json.node(key).isMissingNode() || json.node(key).isNull();
  }

  private static boolean isEmpty(JsonNode node) {
    return node.isMissingNode()
        || node.isNull()
        || node.isArray() && node.isEmpty()
        || node.isString() && node.stringValue().isEmpty();
  }

  private List<String> texts(String key) {
    return isEmpty(json.node(key)) ? List.of() : json.texts(key);
  }
}
