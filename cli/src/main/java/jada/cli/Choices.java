package jada.cli;

import jada.adalora.Method;
import jada.adalora.Methods;
import jada.nn.files.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;

/// Converts text to an enum value, in lower case.
final class Choices<E extends Enum<E>> implements ITypeConverter<E> {
  private final Class<E> type;

  Choices(Class<E> type) {
    this.type = type;
  }

  @Override
  public E convert(String text) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> name(constant).equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () -> unknown(Arrays.stream(type.getEnumConstants()).map(Choices::name), text));
  }

  /// The method of this name, Jada's own or another module's.
  static Method method(String text) {
    return Methods.named(text.toLowerCase(Locale.ROOT))
        .orElseThrow(() -> unknown(Methods.all().stream().map(Method::name), text));
  }

  private static InputException unknown(Stream<String> names, String text) {
    String all = names.collect(Collectors.joining(", "));
    int last = all.lastIndexOf(", ");
    return new InputException(
        "must be %s or %s, got %s"
            .formatted(all.substring(0, last), all.substring(last + 2), text));
  }

  /// How a value is written on the command line and in files.
  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
