package jada.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.RandomSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The multiply-add in double arithmetic against that of [Math].
class FmaTest {
  /// What a JVM without the instruction runs: the time of a million multiply-adds.
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      long start = System.nanoTime();
      float sum = 0;
      for (int i = 0; i < 1_000_000; i++) {
        sum = Fma.fma(0.3f, 0.7f, sum);
      }
      System.out.println(Fma.FUSED + " " + (System.nanoTime() - start) / 1_000_000 + " ms " + sum);
    }
  }

  private static void assertSame(float a, float b, float c) {
    float expected = Math.fma(a, b, c);
    float actual = Fma.inDouble(a, b, c);
    if (Float.floatToIntBits(actual) != Float.floatToIntBits(expected)) {
      throw new AssertionError(
          "%a * %a + %a: %a instead of %a".formatted(a, b, c, actual, expected));
    }
  }

  @Test
  void equals_that_of_math_on_any_bits() {
    RandomSource random = RandomSource.of(1);
    for (int i = 0; i < 1_000_000; i++) {
      assertSame(
          Float.intBitsToFloat((int) random.nextLong()),
          Float.intBitsToFloat((int) random.nextLong()),
          Float.intBitsToFloat((int) random.nextLong()));
    }
  }

  @Test
  void equals_that_of_math_on_special_values() {
    for (float a : KernelCases.SPECIAL) {
      for (float b : KernelCases.SPECIAL) {
        for (float c : KernelCases.SPECIAL) {
          assertSame(a, b, c);
        }
      }
    }
  }

  /// c ± half of its last place ∓ far less than a double can tell apart: rounding twice gives the
  /// wrong neighbour. Then products and sums among subnormal numbers.
  @Test
  void rounds_once_next_to_the_middle_between_two_floats() {
    RandomSource random = RandomSource.of(2);
    int twice = 0;
    for (int i = 0; i < 200_000; i++) {
      float c = Float.intBitsToFloat((int) (random.nextLong() >>> 33)); // positive
      if (!Float.isFinite(c) || c < 1e-20f) {
        continue;
      }
      float half = Math.ulp(c) * 0.5f;
      float a = half * (1 + 0x1p-23f);
      float b = 1 - 0x1p-23f; // a·b = half · (1 − 2⁻⁴⁶)
      assertSame(a, b, c);
      assertSame(-a, b, c);
      assertSame(a, b, -c);
      twice += (float) ((double) a * b + c) == Math.fma(a, b, c) ? 0 : 1;
    }
    for (int i = 0; i < 200_000; i++) {
      float a = Float.intBitsToFloat(random.nextInt(1 << 24) + (70 << 23));
      float b = Float.intBitsToFloat(random.nextInt(1 << 24) + (34 << 23));
      float c = Float.intBitsToFloat(random.nextInt(1 << 24));
      assertSame(a, b, c);
      assertSame(a, -b, c);
      assertSame(-a, b, -a * b);
      assertSame(a * 0x1p40f, -b, a * 0x1p40f * b);
    }
    assertThat(twice).as("cases that rounding twice gets wrong").isGreaterThan(100);
  }

  @Test
  void is_known_to_be_slow_where_the_jvm_may_not_use_the_instruction() throws Exception {
    assertThat(Fma.FUSED).isTrue();
    for (String option : List.of("-XX:-UseFMA", "-XX:UseAVX=0")) {
      String line = ChildJvm.lines(Main.class, option).getLast();
      assertThat(line).startsWith("false");
      assertThat(Integer.parseInt(line.split(" ")[1])).as(line).isLessThan(1_000);
    }
    assertThat(ChildJvm.lines(Main.class, "-Xint").getLast()).startsWith("true");
  }
}
