package jada.adalora;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.examples.DrawSvdLinear;
import jada.adalora.examples.Printed;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExamplesTest {
  @TempDir private Path temp;

  @Test
  void drawings_of_an_adapted_matrix_show_its_parameters() {
    String text = Printed.by(DrawSvdLinear::main, temp);

    assertThat(text)
        .startsWith("svdLinear (5, 8)\n")
        .contains("parameter query.lora_A (3, 6)")
        .contains("they differ by ");
    assertThat(Float.parseFloat(text.substring(text.lastIndexOf(' ')))).isLessThan(1e-5f);
    assertThat(temp.resolve("fused.svg")).content().contains("query.lora_E");
    assertThat(temp.resolve("composed.svg")).content().contains("matmulTransposed");
    assertThat(temp.resolve("composed.dot")).content().startsWith("digraph autograd {");
  }
}
