package jada.cli;

import jada.adalora.AdaLoraConfig;
import jada.adalora.training.TrainingOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The effective options of a command, for the record of a run.
final class Settings {
  /// Options that refer to another run, from which the others come.
  private static final Set<String> REFERENCES = Set.of("--resume", "--repeat");

  private Settings() {}

  /// Values by option name without dashes, in the order of the help.
  ///
  /// @param out the output folder, whose default name depends on the time
  /// @param config the effective one, whose initial rank and alpha may depend on the target rank
  /// @param options the effective ones, which may depend on other options
  static Map<String, Object> of(
      CommandSpec command, Path out, AdaLoraConfig config, TrainingOptions options) {
    Map<String, Object> settings = new LinkedHashMap<>();
    for (OptionSpec option : command.options()) {
      if (isOwn(option)) {
        plain(option.getValue())
            .ifPresent(value -> settings.put(option.longestName().substring(2), value));
      }
    }
    // A preset may have set them.
    Defaults.of(config)
        .forEach((name, value) -> plain(value).ifPresent(p -> settings.put(name.substring(2), p)));
    settings.put("init-r", config.initRank());
    settings.put("lora-alpha", config.alpha());
    settings.put("learning-rate", options.learningRate(config));
    settings.put("max-length", options.maxLength());
    settings.put("out", out.toString());
    return settings;
  }

  /// Values of the options that were given on the command line, by name without dashes.
  static Map<String, Object> given(CommandSpec command) {
    Map<String, Object> settings = new LinkedHashMap<>();
    for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
      if (isOwn(option)) {
        plain(option.getValue())
            .ifPresent(value -> settings.put(option.longestName().substring(2), value));
      }
    }
    return settings;
  }

  private static boolean isOwn(OptionSpec option) {
    return !option.inherited() && !option.usageHelp() && !REFERENCES.contains(option.longestName());
  }

  /// As JSON has it: numbers and booleans as such, everything else as on the command line.
  private static Optional<Object> plain(Object value) {
    return switch (value) {
      case null -> Optional.empty();
      case Optional<?> optional -> optional.flatMap(Settings::plain);
      case Number number -> Optional.of(number);
      case Boolean truth -> Optional.of(truth);
      case Enum<?> constant -> Optional.of(Choices.name(constant));
      default -> Optional.of(value.toString());
    };
  }
}
