package jada.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;

/// Why there may be only one width: [VectorPanels].
class SpeciesTest {
  @Test
  void all_kernels_use_float_vectors_of_one_width() throws Exception {
    List<Object> species = new ArrayList<>();
    for (Class<?> kernel : kernels()) {
      for (Field field : kernel.getDeclaredFields()) {
        if (field.getType() == VectorSpecies.class && Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          VectorSpecies<?> found = (VectorSpecies<?>) field.get(null);
          if (found.elementType() == float.class) {
            species.add(found);
          }
        }
      }
    }
    assertThat(species).hasSizeGreaterThan(3).containsOnly(Lanes.SPECIES);
  }

  private static List<Class<?>> kernels()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path folder =
        Path.of(Kernels.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .resolve("jada/tensor/kernel");
    List<Class<?>> classes = new ArrayList<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".class") && !name.equals("package-info.class")) {
          classes.add(Class.forName("jada.tensor.kernel." + name.replace(".class", "")));
        }
      }
    }
    return classes;
  }
}
