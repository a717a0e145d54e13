package jada.adalora;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/// All methods: Jada's own, and the adapter types that other modules provide as service
/// [AdapterType].
public final class Methods {
  private static final List<Method> OWN =
      List.of(Method.ADALORA, Method.LORA, Method.HEAD, Method.FULL);

  /// Found once, when first asked for.
  private static final class Provided {
    private static final List<Method> ALL =
        Stream.concat(
                OWN.stream(),
                ServiceLoader.load(AdapterType.class, Methods.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get))
            .toList();
  }

  private Methods() {}

  /// All methods, Jada's own first.
  public static List<Method> all() {
    return Provided.ALL;
  }

  /// The method of this name; of several, the first.
  public static Optional<Method> named(String name) {
    return all().stream().filter(method -> method.name().equals(name)).findFirst();
  }

  /// All types of adapters, Jada's own first.
  public static List<AdapterType> adapterTypes() {
    return all().stream()
        .filter(AdapterType.class::isInstance)
        .map(AdapterType.class::cast)
        .toList();
  }
}
