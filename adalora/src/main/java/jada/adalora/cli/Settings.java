package jada.adalora.cli;

import jada.adalora.TrainingOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Every option of a command as it was in force, for the record of a run.
final class Settings {
  private Settings() {}

  /// Values by option name without dashes, in the order of the help.
  ///
  /// @param out where the results go, which may have been chosen by the clock
  /// @param options in force, which may depend on other options
  static Map<String, Object> of(CommandSpec command, Path out, TrainingOptions options) {
    Map<String, Object> settings = new LinkedHashMap<>();
    for (OptionSpec option : command.options()) {
      if (!option.inherited() && !option.usageHelp()) {
        plain(option.getValue())
            .ifPresent(value -> settings.put(option.longestName().substring(2), value));
      }
    }
    settings.put("learning-rate", options.learningRate());
    settings.put("max-length", options.maxLength());
    settings.put("out", out.toString());
    return settings;
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
