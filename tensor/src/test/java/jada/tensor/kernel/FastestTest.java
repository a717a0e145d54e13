package jada.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The choice is made once in a JVM, so each case starts one of its own.
class FastestTest {
  private static final String MODULE = "--add-modules=jdk.incubator.vector";

  /// What such a JVM runs: prints what computes, and a checksum of the bits of matrix products, one
  /// for each way that they take: packed, with few rows, with few columns, with a low-rank part.
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      Tensor a = random(30, 150);
      int bits = hash(a.matmulTransposed(a).gelu().array());
      bits = 31 * bits + hash(random(9, 70).matmul(random(70, 100)).array());
      bits = 31 * bits + hash(random(90, 70).matmul(random(70, 5)).array());
      float[] c = new float[30 * 80];
      LowRank second =
          new LowRank(
              5,
              Operand.of(random(150, 5).array(), 0, 5),
              random(1, 5).array(),
              Operand.of(random(5, 80).array(), 0, 80),
              new float[30 * 5]);
      Operand left = Operand.of(a.array(), 0, 150);
      Operand right = Operand.of(random(150, 80).array(), 0, 80);
      Gemm.multiply(Dispatcher.SEQUENTIAL, 30, 80, 150, left, right, second, c);
      bits = 31 * bits + hash(c);
      System.out.println(Kernels.diagnosis() + "; " + bits);
    }
  }

  private static Tensor random(int rows, int columns) {
    return Tensor.normal(Shape.of(rows, columns), 1, RandomSource.of(rows));
  }

  private static int hash(float[] values) {
    int bits = 0;
    for (float x : values) {
      bits = 31 * bits + Float.floatToIntBits(x);
    }
    return bits;
  }

  /// What other machines have; where this one has no more, the JVM takes its own.
  @ParameterizedTest
  @ValueSource(ints = {32, 16})
  void computes_the_same_bits_with_vectors_of_so_many_bytes(int bytes) throws Exception {
    String line = run(MODULE, "-XX:MaxVectorSize=" + bytes);
    int lanes = Math.min(bytes / Float.BYTES, VectorTile.COLUMNS / 2);
    assertThat(line).isEqualTo("kernels: vector (%d lanes); %s", lanes, checksum(run(MODULE)));
  }

  @Test
  void takes_the_vector_unit_where_its_module_is_present() throws Exception {
    String checksum = checksum(run(MODULE));
    assertThat(run(MODULE))
        .isEqualTo("kernels: vector (%d lanes); %s", VectorTile.COLUMNS / 2, checksum);
  }

  @Test
  void computes_the_same_bits_without_the_module_and_says_how_to_add_it() throws Exception {
    assertThat(run())
        .isEqualTo(
            "kernels: scalar, many times slower: start java with --add-modules"
                + " jdk.incubator.vector; %s",
            checksum(run(MODULE)));
  }

  @Test
  void obeys_the_system_property() throws Exception {
    assertThat(run(MODULE, "-Djada.kernels=scalar"))
        .startsWith("kernels: scalar, by the system property jada.kernels;");
  }

  @Test
  void leaves_the_vector_unit_alone_where_nothing_compiles_for_it() throws Exception {
    assertThat(run(MODULE, "-XX:TieredStopAtLevel=1"))
        .startsWith(
            "kernels: scalar, many times slower: this JVM runs without its optimizing compiler");
  }

  private static String checksum(String line) {
    return line.substring(line.indexOf("; ") + 2);
  }

  /// The last line that the JVM printed; before it, it may warn of the incubator module.
  private static String run(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().reduce("", (_, line) -> line);
  }
}
