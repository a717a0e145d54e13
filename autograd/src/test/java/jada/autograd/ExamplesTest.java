package jada.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import jada.autograd.examples.DrawGraph;
import jada.autograd.examples.FirstDerivative;
import jada.autograd.examples.OwnOperation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExamplesTest {
  @TempDir private Path temp;

  private interface Example {
    void main(String[] args) throws IOException;
  }

  private static String printed(Example example, String... args) throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream console = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      example.main(args);
    } finally {
      System.setOut(console);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void first_derivative_finds_the_line() throws IOException {
    assertThat(printed(FirstDerivative::main))
        .startsWith("mean ()\n  multiply (3, 1)\n    subtract (3, 1) [1]\n      matmul (3, 1)\n")
        .endsWith("Tensor(2, 1)\n  [    2.000]\n  [    1.000]\n");
  }

  @Test
  void own_operation_passes_the_check_and_a_wrong_one_does_not() throws IOException {
    assertThat(printed(OwnOperation::main))
        .matches("(?s)cube, input 0 \\(3, 4\\): error \\d\\.\\de-0[4-9].*\nfalse\n");
  }

  @Test
  void drawing_ends_at_the_frozen_layer() throws IOException {
    Path file = temp.resolve("graph.svg");

    assertThat(printed(DrawGraph::main, file.toString()))
        .startsWith("crossEntropy ()\n  linear (5, 3)\n    frozen (5, 8)\n")
        .contains("digraph autograd {")
        .contains("classifier.weight\\n(3, 8)");
    assertThat(file).content().startsWith("<svg").contains("classifier.weight");
  }
}
