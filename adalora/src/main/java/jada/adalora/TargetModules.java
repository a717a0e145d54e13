package jada.adalora;

import jada.nn.InputException;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Which linear layers get an adapter, chosen by module name as PEFT's `target_modules` does.
///
/// Either a list, where `query` chooses every module whose name is `query` or ends with `.query`;
/// or one regular expression that must match the whole name. Names are those of the Hugging Face
/// model, for example `bert.encoder.layer.0.attention.self.query`.
public sealed interface TargetModules {

  /// The attention matrices of a BERT layer: query, key, value and the attention's output. Written
  /// with its parent, because `dense` alone also names the two matrices of the feed-forward part.
  TargetModules BERT_ATTENTION =
      TargetModules.named("query", "key", "value", "attention.output.dense");

  /// Whether the module of this name is chosen.
  boolean matches(String module);

  /// The parts of this choice that match none of the given modules: names that are misspelt, or the
  /// expression.
  List<String> unmatched(Collection<String> modules);

  /// Modules by the last parts of their names.
  static TargetModules named(String... names) {
    return new Named(List.of(names));
  }

  /// Modules whose whole name matches a regular expression.
  static TargetModules matching(String regex) {
    return new Matching(regex);
  }

  /// Reads what a user writes: names separated by commas, or, if that contains a character that no
  /// module name has, a regular expression.
  static TargetModules parse(String text) {
    return text.matches("[\\w.,\\s]*")
        ? new Named(List.of(text.strip().split("\\s*,\\s*")))
        : new Matching(text);
  }

  /// Modules by the last parts of their names.
  record Named(List<String> names) implements TargetModules {
    /// @throws InputException if there is no name, or an empty one
    public Named {
      names = List.copyOf(names);
      if (names.isEmpty() || names.stream().anyMatch(String::isBlank)) {
        throw new InputException(
            "target modules: "
                + names
                + " contains no or an empty name; name at least one layer, for example query");
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
    /// @throws InputException if it is no regular expression
    public Matching {
      try {
        Pattern.compile(regex);
      } catch (PatternSyntaxException e) {
        throw new InputException(
            "target modules: \""
                + regex
                + "\" is no regular expression ("
                + e.getDescription()
                + " near position "
                + e.getIndex()
                + ")",
            e);
      }
    }

    @Override
    public boolean matches(String module) {
      return module.matches(regex);
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
