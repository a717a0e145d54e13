package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The library has no command line: its messages name an option as `max-length` in backticks, and
/// [ErrorLine] makes `--max-length` of it.
class LibraryMessagesTest {
  private static final Pattern FLAG = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");

  /// A flag of java itself, in the message about a JVM that was started without it.
  private static final String OF_JAVA = "--add-modules";

  @ParameterizedTest
  @ValueSource(strings = {"tensor", "autograd", "nn", "adalora"})
  void name_no_flags_of_the_command_line(String module) throws IOException {
    TreeSet<String> found = new TreeSet<>();
    int strings = 0;
    Path classes = Path.of("..", module, "target", "classes");
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        for (String text : strings(file)) {
          strings++;
          FLAG.matcher(text)
              .results()
              .filter(flag -> !flag.group().equals(OF_JAVA))
              .forEach(flag -> found.add(file.getFileName() + ": " + text));
        }
      }
    }
    assertThat(strings).isGreaterThan(50);
    assertThat(found).isEmpty();
  }

  /// String constants, those between the parts of a concatenation included.
  private static List<String> strings(Path file) throws IOException {
    List<String> texts = new ArrayList<>();
    for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
      if (entry instanceof StringEntry constant) {
        texts.add(constant.stringValue());
      }
    }
    return texts;
  }
}
