package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// On the module path [java.util.ServiceLoader] refuses to load a service that the module does not
/// declare with `uses`. The tests run on the class path, where nobody asks.
class ServicesTest {
  private static final Pattern LOADED =
      Pattern.compile("ServiceLoader\\s*\\.load\\(\\s*(\\w+)\\.class");
  private static final Pattern USED = Pattern.compile("(?m)^\\s*uses [\\w.]*?(\\w+);");

  @ParameterizedTest
  @ValueSource(strings = {"nn", "adalora"})
  void are_declared_by_the_module_that_loads_them(String module) throws IOException {
    Path sources = Path.of("..", module, "src", "main", "java");
    TreeSet<String> loaded = new TreeSet<>();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        LOADED.matcher(Files.readString(file)).results().forEach(m -> loaded.add(m.group(1)));
      }
    }
    TreeSet<String> used = new TreeSet<>();
    USED.matcher(Files.readString(sources.resolve("module-info.java")))
        .results()
        .forEach(m -> used.add(m.group(1)));
    assertThat(used).isNotEmpty().isEqualTo(loaded);
  }
}
