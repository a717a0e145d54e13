package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Within a module, a package uses only the packages below it. Modules among each other are the
/// compiler's business.
class LayersTest {
  private static final Pattern TYPE = Pattern.compile("L(jada/[\\w/$]+)");

  /// The packages of each module from the bottom to the top.
  @ParameterizedTest
  @CsvSource({
    "tensor, jada.tensor.kernel < jada.tensor",
    "autograd, jada.autograd < jada.autograd.draw",
    "nn, jada.nn.files < jada.nn.text < jada.nn < jada.nn.optim < jada.nn.checkpoint",
    "adalora, jada.adalora.data < jada.adalora < jada.adalora.model < jada.adalora.peft"
        + " < jada.adalora.training",
    "cli, jada.cli.artifact < jada.cli.builtin < jada.cli.tour < jada.cli.report < jada.cli",
  })
  void packages_use_only_what_is_below_them(String module, String layers) throws IOException {
    List<String> order = List.of(layers.split(" < "));
    TreeSet<String> upward = new TreeSet<>();
    Path classes = Path.of("..", module, "target", "classes");
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String path = classes.relativize(file).toString().replace('\\', '/');
        if (path.equals("module-info.class")) {
          continue;
        }
        String from = packageOf(path);
        assertThat(order).as("layers of %s", module).contains(from);
        for (String used : used(file)) {
          String to = packageOf(used);
          if (order.indexOf(to) > order.indexOf(from)) {
            upward.add(path.replaceFirst("(\\$.*)?\\.class$", "") + " uses " + used);
          }
        }
      }
    }
    assertThat(upward).isEmpty();
  }

  private static String packageOf(String path) {
    return path.substring(0, path.lastIndexOf('/')).replace('/', '.');
  }

  /// Jada's types in the constant pool of a class, with those of its descriptors and signatures.
  private static TreeSet<String> used(Path file) throws IOException {
    TreeSet<String> used = new TreeSet<>();
    for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
      switch (entry) {
        case ClassEntry type when type.asInternalName().startsWith("jada/") ->
            used.add(type.asInternalName());
        case Utf8Entry text ->
            TYPE.matcher(text.stringValue()).results().forEach(m -> used.add(m.group(1)));
        default -> {}
      }
    }
    return used;
  }
}
