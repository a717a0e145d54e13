package jada.bench.study;

import jada.adalora.AdaLoraConfig;
import jada.adalora.LambdaRate;
import jada.adalora.Method;
import jada.adalora.Methods;
import jada.adalora.Steps;
import jada.adalora.TargetModules;
import jada.adalora.training.TrainingOptions;
import jada.nn.files.InputException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// The settings of [AdaLoraConfig] and [TrainingOptions] by the names that they have on the command
/// line. Their components are looked up, so that one that is added later can be set, and is
/// recorded, without a change here.
///
/// A number may depend on the budget: `"1.5 budget"` is 1.5 times the average rank of the cell,
/// rounded up where a whole number is needed, and `"budget"` the rank itself.
final class NamedSettings {
  /// Names that an arm cannot set: those of the plan, and those without effect on the results.
  private static final Set<String> RESERVED = Set.of("seed", "threads");

  private static final Pattern OF_BUDGET = Pattern.compile("(?:([0-9]+(?:\\.[0-9]+)?) )?budget");

  private NamedSettings() {}

  /// Every name that can be set.
  static Set<String> names() {
    Set<String> names = new TreeSet<>();
    for (Class<?> type : List.of(AdaLoraConfig.class, TrainingOptions.class)) {
      for (RecordComponent component : type.getRecordComponents()) {
        names.add(name(component));
      }
    }
    names.removeAll(RESERVED);
    return names;
  }

  private static String name(RecordComponent component) {
    return switch (component.getName()) {
      case "initRank" -> "init-r";
      case "targetRank" -> "target-r";
      default -> component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    };
  }

  /// All components by name, as text.
  static SequencedMap<String, String> shown(Record record) {
    SequencedMap<String, String> shown = new LinkedHashMap<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      if (!RESERVED.contains(name(component))) {
        shown.put(name(component), text(value(record, component)));
      }
    }
    return shown;
  }

  private static String text(Object value) {
    return value instanceof Enum<?> constant ? name(constant) : String.valueOf(value);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The record with those settings changed that it has; others are left alone.
  ///
  /// @throws InputException if a value is none that the setting can have
  static <R extends Record> R changed(R record, Map<String, JsonNode> settings, int budget) {
    List<Class<?>> types = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      types.add(component.getType());
      JsonNode given = settings.get(name(component));
      values.add(
          given == null
              ? value(record, component)
              : read(name(component), component.getType(), given, budget));
    }
    try {
      @SuppressWarnings("unchecked") // the class of a record of type R
      Class<R> type = (Class<R>) record.getClass();
      return type.getDeclaredConstructor(types.toArray(Class[]::new)).newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InputException
          || e.getCause() instanceof IllegalArgumentException) {
        throw new InputException(e.getCause().getMessage(), e.getCause());
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("public records can be made", e);
    }
  }

  private static Object value(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("accessors of public records can be called", e);
    }
  }

  private static Object read(String name, Class<?> type, JsonNode given, int budget) {
    if (type == boolean.class) {
      require(given.isBoolean(), name, "true or false", given);
      return given.booleanValue();
    }
    if (type == int.class) {
      return whole(name, given, budget);
    }
    if (type == double.class) {
      return number(name, given, budget);
    }
    if (type == OptionalDouble.class) {
      return OptionalDouble.of(number(name, given, budget));
    }
    if (type == OptionalInt.class) {
      return OptionalInt.of(whole(name, given, budget));
    }
    String text = given.isString() ? given.stringValue() : given.toString();
    if (type == Steps.class) {
      return Steps.parse(text);
    }
    if (type == TargetModules.class) {
      return TargetModules.parse(text);
    }
    if (type == Method.class) {
      return Methods.named(text)
          .orElseThrow(
              () ->
                  wrong(
                      name,
                      String.join(", ", Methods.all().stream().map(Method::name).toList()),
                      given));
    }
    if (type == LambdaRate.class) {
      return LambdaRate.parse(text);
    }
    if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return Arrays.stream(constants)
          .filter(constant -> name((Enum<?>) constant).equals(text))
          .findFirst()
          .orElseThrow(
              () ->
                  wrong(
                      name,
                      String.join(
                          ", ", Arrays.stream(constants).map(c -> name((Enum<?>) c)).toList()),
                      given));
    }
    throw new InputException("\"" + name + "\" cannot be set by a plan; leave it out");
  }

  private static int whole(String name, JsonNode given, int budget) {
    Optional<Double> ofBudget = ofBudget(given, budget);
    if (ofBudget.isPresent()) {
      return (int) Math.ceil(ofBudget.get());
    }
    require(given.isInt(), name, "a whole number, or a text like 1.5 budget", given);
    return given.intValue();
  }

  private static double number(String name, JsonNode given, int budget) {
    Optional<Double> ofBudget = ofBudget(given, budget);
    if (ofBudget.isPresent()) {
      return ofBudget.get();
    }
    require(given.isNumber(), name, "a number, or a text like 1.5 budget", given);
    return given.asDouble(Double.NaN);
  }

  private static Optional<Double> ofBudget(JsonNode given, int budget) {
    Matcher matcher = OF_BUDGET.matcher(given.isString() ? given.stringValue() : "");
    if (!matcher.matches()) {
      return Optional.empty();
    }
    double factor = matcher.group(1) == null ? 1 : Double.parseDouble(matcher.group(1));
    return Optional.of(factor * budget);
  }

  private static void require(boolean holds, String name, String rule, JsonNode given) {
    if (!holds) {
      throw wrong(name, rule, given);
    }
  }

  private static InputException wrong(String name, String rule, JsonNode given) {
    return new InputException("\"%s\" must be %s, found %s".formatted(name, rule, given));
  }
}
