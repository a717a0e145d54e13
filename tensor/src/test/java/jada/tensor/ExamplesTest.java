package jada.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.examples.FirstTensors;
import jada.tensor.examples.ScalarTwins;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ExamplesTest {
  private static final String[] NONE = {};

  private static String printed(Runnable example) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream console = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      example.run();
    } finally {
      System.setOut(console);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void first_tensors_are_made_multiplied_and_shown() {
    assertThat(printed(() -> FirstTensors.main(NONE)))
        .startsWith("Tensor(2, 3)\n  [    10.00      20.00      30.00]\n")
        .contains("(3, 2) (6)")
        .contains("left columns must equal right rows (3 != 2)")
        .contains("Tensor(512, 512)\n")
        .containsPattern("\n(1\\.00|0\\.99)\\d*\n");
  }

  @Test
  void twins_agree() {
    String line = printed(() -> ScalarTwins.main(NONE));

    assertThat(line).contains("gelu differ by at most ");
    assertThat(Float.parseFloat(line.substring(line.lastIndexOf(' ')))).isLessThan(1e-5f);
  }
}
