package jada.adalora;

import jada.nn.Families;
import jada.nn.Family;
import jada.nn.files.InputException;
import java.util.Collection;
import java.util.List;

/// Which linear layers get an adapter, chosen by module name as PEFT's `target_modules` does.
///
/// The attention; or all linear layers; or a list, where `query` chooses every module whose name is
/// `query` or ends with `.query`; or one regular expression that must match the whole name. Names
/// are those of the Hugging Face model, for example `bert.encoder.layer.0.attention.self.query`.
public sealed interface TargetModules {

  /// The four attention matrices of every layer, in any family.
  TargetModules ATTENTION = new Attention();

  /// Every linear layer but those that are trained themselves, such as the classifier.
  TargetModules ALL_LINEAR = new AllLinear();

  /// Whether the module of this name is chosen.
  boolean matches(String module);

  /// The parts of this choice that match none of the given modules: misspelt names, or the
  /// expression.
  List<String> unmatched(Collection<String> modules);

  /// The same choice in the names of one family, for a choice that depends on it.
  default TargetModules in(Family family) {
    return this;
  }

  /// Modules by the last parts of their names.
  static TargetModules named(String... names) {
    return new Named(List.of(names));
  }

  /// Modules whose whole name matches a regular expression.
  static TargetModules matching(String regex) {
    return new Matching(regex);
  }

  /// Reads what a user writes: `attention`, or PEFT's `all-linear`, or names separated by commas,
  /// or, if that contains a character that no module name has, a regular expression.
  static TargetModules parse(String text) {
    if (text.strip().equals(ATTENTION.toString())) {
      return ATTENTION;
    }
    if (text.strip().equals(ALL_LINEAR.toString())) {
      return ALL_LINEAR;
    }
    return text.matches("[\\w.,\\s]*")
        ? new Named(List.of(text.strip().split("\\s*,\\s*")))
        : new Matching(text);
  }

  /// Query, key, value and output of every attention, in any family.
  record Attention() implements TargetModules {
    @Override
    public boolean matches(String module) {
      return Families.all().stream().anyMatch(family -> in(family).matches(module));
    }

    @Override
    public List<String> unmatched(Collection<String> modules) {
      return modules.stream().anyMatch(this::matches) ? List.of() : List.of(toString());
    }

    @Override
    public TargetModules in(Family family) {
      return new Named(family.attentionTargets());
    }

    @Override
    public String toString() {
      return "attention";
    }
  }

  /// Every linear layer.
  record AllLinear() implements TargetModules {
    @Override
    public boolean matches(String module) {
      return true;
    }

    @Override
    public List<String> unmatched(Collection<String> modules) {
      return List.of();
    }

    @Override
    public String toString() {
      return "all-linear";
    }
  }

  /// Modules by the last parts of their names.
  record Named(List<String> names) implements TargetModules {
    /// @throws InputException if there is no name, or an empty one
    public Named {
      names = List.copyOf(names);
      if (names.isEmpty() || names.stream().anyMatch(String::isBlank)) {
        throw new InputException(
            "target modules: a list of %s contains no or an empty name; name at least one layer, for example query"
                .formatted(names.size()));
      }
    }

    @Override
    public boolean matches(String module) {
      return names.stream().anyMatch(name -> isEnd(name, module));
    }

    @Override
    public List<String> unmatched(Collection<String> modules) {
      return names.stream()
          .filter(name -> modules.stream().noneMatch(module -> isEnd(name, module)))
          .toList();
    }

    private static boolean isEnd(String name, String module) {
      return module.equals(name) || module.endsWith("." + name);
    }

    @Override
    public String toString() {
      return String.join(", ", names);
    }
  }

  /// Modules whose whole name matches a regular expression.
  record Matching(String regex) implements TargetModules {
    /// @throws InputException if it is no regular expression, or longer than 1,000 characters
    public Matching {
      new ModulePattern(regex);
    }

    /// @throws InputException if the expression takes too long
    @Override
    public boolean matches(String module) {
      return new ModulePattern(regex).matches(module);
    }

    @Override
    public List<String> unmatched(Collection<String> modules) {
      return modules.stream().anyMatch(this::matches) ? List.of() : List.of(regex);
    }

    @Override
    public String toString() {
      return regex;
    }
  }
}
