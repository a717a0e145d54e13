package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  private static final List<String> COMMANDS = List.of("evaluate", "finetune", "inspect", "models");

  @Test
  void forgives_a_few_letters() {
    assertThat(Nearest.to("fine-tune", COMMANDS)).contains("finetune");
    assertThat(Nearest.to("evalute", COMMANDS)).contains("evaluate");
    assertThat(Nearest.to("model", COMMANDS)).contains("models");
  }

  @Test
  void does_not_guess_wildly() {
    assertThat(Nearest.to("serve", COMMANDS)).isEmpty();
    assertThat(Nearest.to("x", List.of())).isEmpty();
  }
}
