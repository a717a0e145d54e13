package jada.tensor.kernel;

import static jada.tensor.kernel.ChildJvm.MODULE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The choice is made once in a JVM, so each case starts one of its own.
class BackendTest {
  private static final AtomicReference<String> HERE = new AtomicReference<>();

  /// What such a JVM runs: prints what computes, and a checksum of the bits of each kernel.
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      Kernels kernels = Kernels.fastest();
      StringBuilder bits = new StringBuilder();
      KernelCases.elementwise()
          .forEach(kernel -> bits.append(" %s %08x".formatted(kernel.name(), of(kernels, kernel))));
      KernelCases.rowwise()
          .forEach(kernel -> bits.append(" %s %08x".formatted(kernel.name(), of(kernels, kernel))));
      bits.append(" products %08x".formatted(ofProducts()));
      System.out.println(Kernels.diagnosis() + ";" + bits);
    }

    private static int of(Kernels kernels, KernelCases.Elementwise kernel) {
      int count = 1_003;
      float[] x = KernelCases.numbers(count, 1);
      float[] g = KernelCases.numbers(count, 2);
      int specials = KernelCases.SPECIAL.length;
      for (int i = 0; i < specials * specials; i++) {
        x[2 * i + 1] = KernelCases.SPECIAL[i % specials];
        g[2 * i + 1] = KernelCases.SPECIAL[i / specials];
      }
      float[] a = KernelCases.numbers(count, 3);
      float[] b = KernelCases.numbers(count, 4);
      kernel.body().run(kernels, x, g, a, b, 3, count - 1);
      return 31 * hash(a) + hash(b);
    }

    private static int of(Kernels kernels, KernelCases.Rowwise kernel) {
      int bits = 0;
      for (int n : new int[] {5, 16, 39, 384, 391}) {
        float[] x = KernelCases.numbers(5 * n, 1);
        float[] g = KernelCases.numbers(5 * n, 2);
        x[3 * n + n / 2] = Float.MIN_VALUE;
        g[3 * n + n / 3] = Float.POSITIVE_INFINITY;
        float[] out = KernelCases.numbers(5 * n, 3);
        float[] mean = {0, 0.5f, -1, 2, 0};
        float[] rstd = {1, 2, 0.5f, 1, 3};
        float[] row = KernelCases.numbers(n, 4);
        kernel.body().run(kernels, x, g, row, n, 0, 5, out, mean, rstd);
        bits = 31 * (31 * (31 * bits + hash(out)) + hash(mean)) + hash(rstd);
      }
      return bits;
    }

    /// One product for each way that they take: packed, with few rows, with few columns, with a
    /// low-rank part.
    private static int ofProducts() {
      Tensor a = random(30, 150);
      int bits = hash(a.matmulTransposed(a).array());
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
      Gemm.call(30, 80, 150, left, right).plus(second).into(Dispatcher.SEQUENTIAL, c);
      bits = 31 * bits + hash(c);
      SmallGemm.Left x = new SmallGemm.Left();
      x.sideBySide(a.array(), 0, 150, 1, 30, 150);
      SmallGemm.Right y = new SmallGemm.Right();
      y.sideBySide(random(150, 80).array(), 0, 80, 1, 150, 80);
      int stride = SmallGemm.padded(80);
      float[] z = new float[SmallGemm.padded(30) * stride];
      SmallGemm.multiply(x, 0, y, 0, z, 0, stride);
      for (int i = 0; i < 30; i++) {
        bits = 31 * bits + hash(Arrays.copyOfRange(z, i * stride, i * stride + 80));
      }
      return bits;
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

  /// The bits on this machine, with all that it has.
  @BeforeAll
  static void here() throws Exception {
    HERE.set(checksum(run(MODULE)));
  }

  /// What other machines have; where this one has no more, the JVM takes its own.
  @ParameterizedTest
  @ValueSource(ints = {32, 16})
  void computes_the_same_bits_with_vectors_of_so_many_bytes(int bytes) throws Exception {
    int lanes = Math.min(bytes / Float.BYTES, VectorMicroKernel.NR / 2);
    assertThat(run(MODULE, "-XX:MaxVectorSize=" + bytes))
        .isEqualTo("kernels: vector (%d lanes); %s", lanes, HERE.get());
  }

  /// Computed lane by lane where the machine has fewer.
  @Test
  void computes_the_same_bits_with_sixteen_lanes() throws Exception {
    assertThat(run(MODULE, "-Djada.lanes=16"))
        .isEqualTo("kernels: vector (16 lanes); %s", HERE.get());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:UseAVX=1", "-XX:UseAVX=2"})
  void computes_the_same_bits_with_the_instructions_of_older_processors(String option)
      throws Exception {
    assertThat(checksum(run(MODULE, option))).isEqualTo(HERE.get());
  }

  @Test
  void computes_the_same_bits_without_fused_multiply_add_and_says_what_to_do() throws Exception {
    assertThat(run(MODULE, "-XX:UseAVX=0"))
        .startsWith(
            "kernels: scalar, many times slower: this processor has no fused multiply-add, or the"
                + " JVM's options forbid it; take ")
        .endsWith("; " + HERE.get());
    assertThat(logged(MODULE, "-XX:-UseFMA", "-Djada.kernels=scalar"))
        .singleElement(STRING)
        .contains("WARNING", "fused multiply-add");
  }

  @Test
  void computes_the_same_bits_without_the_optimizing_compiler() throws Exception {
    assertThat(checksum(run(MODULE, "-XX:TieredStopAtLevel=1"))).isEqualTo(HERE.get());
    assertThat(checksum(run(MODULE, "-Xint"))).isEqualTo(HERE.get());
  }

  @Test
  void takes_the_vector_unit_where_its_module_is_present() throws Exception {
    assertThat(run(MODULE))
        .isEqualTo("kernels: vector (%d lanes); %s", VectorMicroKernel.NR / 2, HERE.get());
  }

  @Test
  void computes_the_same_bits_without_the_module_and_says_how_to_add_it() throws Exception {
    assertThat(run())
        .isEqualTo(
            "kernels: scalar, many times slower: start java with --add-modules"
                + " jdk.incubator.vector; %s",
            HERE.get());
  }

  @Test
  void logs_the_fallback_to_scalar_kernels_once_with_its_remedy() throws Exception {
    assertThat(logged())
        .singleElement(STRING)
        .contains("WARNING", "start java with --add-modules jdk.incubator.vector");
    assertThat(logged(MODULE, "-XX:TieredStopAtLevel=1"))
        .singleElement(STRING)
        .contains("WARNING", "optimizing compiler", "start it with C2");
  }

  @Test
  void logs_nothing_where_the_vector_unit_computes_or_scalar_kernels_were_asked_for()
      throws Exception {
    assertThat(logged(MODULE)).isEmpty();
    assertThat(logged("-Djada.kernels=scalar")).isEmpty();
  }

  @Test
  void obeys_the_system_property() throws Exception {
    assertThat(run(MODULE, "-Djada.kernels=scalar"))
        .isEqualTo("kernels: scalar, by the system property jada.kernels; %s", HERE.get());
  }

  @Test
  void leaves_the_vector_unit_alone_where_nothing_compiles_for_it() throws Exception {
    assertThat(run(MODULE, "-XX:TieredStopAtLevel=1"))
        .startsWith(
            "kernels: scalar, many times slower: this JVM runs without its optimizing compiler");
  }

  private static String checksum(String line) {
    return line.substring(line.lastIndexOf("; ") + 2);
  }

  /// The last line that the JVM printed; before it, it may warn of the incubator module.
  private static String run(String... options) throws Exception {
    return ChildJvm.lines(Main.class, options).getLast();
  }

  private static List<String> logged(String... options) throws Exception {
    return ChildJvm.logged(Main.class, options);
  }
}
