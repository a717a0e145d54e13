package jada.cli;

import jada.nn.files.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;

/// Reads one of the values of an enum, in lower case.
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
        .orElseThrow(() -> new InputException("must be %s, got %s".formatted(names(), text)));
  }

  private String names() {
    String all =
        Arrays.stream(type.getEnumConstants()).map(Choices::name).collect(Collectors.joining(", "));
    int last = all.lastIndexOf(", ");
    return all.substring(0, last) + " or " + all.substring(last + 2);
  }

  /// How a value is written on the command line and in files.
  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
