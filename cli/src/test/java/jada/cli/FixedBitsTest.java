package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The library uses no function whose last bit may vary with the processor or with what the JVM has
/// compiled: their place is taken by `StrictMath` and by the kernels' own polynomials and sums.
class FixedBitsTest {
  /// Allowed to be off by an ulp or two, and intrinsics of the JVM.
  private static final Set<String> LOOSE =
      Set.of(
          "exp", "expm1", "log", "log10", "log1p", "pow", "cbrt", "hypot", "sin", "cos", "tan",
          "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh");

  /// Of vectors: functions of the platform's own libraries, and additions in no fixed order.
  private static final Set<String> LOOSE_OF_VECTORS =
      Set.of(
          "EXP",
          "EXPM1",
          "LOG",
          "LOG10",
          "LOG1P",
          "POW",
          "CBRT",
          "HYPOT",
          "SIN",
          "COS",
          "TAN",
          "ASIN",
          "ACOS",
          "ATAN",
          "ATAN2",
          "SINH",
          "COSH",
          "TANH",
          "reduceLanes",
          "reduceLanesToLong");

  @ParameterizedTest
  @ValueSource(strings = {"tensor", "autograd", "nn", "adalora"})
  void no_function_with_loose_bits_is_used(String module) throws IOException {
    TreeSet<String> found = new TreeSet<>();
    Path classes = Path.of("..", module, "target", "classes");
    int looked = 0;
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
          if (entry instanceof MemberRefEntry member && isLoose(member)) {
            found.add(classes.relativize(file) + " uses " + member.name().stringValue());
          }
        }
        looked++;
      }
    }
    assertThat(looked).isGreaterThan(10);
    assertThat(found).isEmpty();
  }

  private static boolean isLoose(MemberRefEntry member) {
    String owner = member.owner().asInternalName();
    String name = member.name().stringValue();
    return owner.equals("java/lang/Math") && LOOSE.contains(name)
        || owner.startsWith("jdk/incubator/vector/") && LOOSE_OF_VECTORS.contains(name);
  }
}
