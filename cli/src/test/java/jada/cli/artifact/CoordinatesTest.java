package jada.cli.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.model.Models;
import jada.nn.files.InputException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoordinatesTest {
  @Test
  void reads_all_parts() {
    assertThat(Coordinates.parse("org.example:tool:1.0"))
        .isEqualTo(new Coordinates("org.example", "tool", "1.0", Optional.empty(), "jar"))
        .hasToString("org.example:tool:1.0");
    assertThat(Coordinates.parse("org.example:tool:1.0:sources"))
        .isEqualTo(new Coordinates("org.example", "tool", "1.0", Optional.of("sources"), "jar"))
        .hasToString("org.example:tool:1.0:sources");
    assertThat(Coordinates.parse("org.example:tool:1.0:data:zip").fileName())
        .isEqualTo("tool-1.0-data.zip");
  }

  @Test
  void every_known_model_has_an_artifact_of_one_version() {
    List<Coordinates> artifacts =
        Models.known().stream().map(known -> Coordinates.parse(known.artifact())).toList();

    assertThat(artifacts).hasSize(5).allMatch(artifact -> artifact.classifier().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tool",
        "a:b",
        "a:b:c:d:e:f",
        "a::1",
        "a:b:[1,2)",
        "a:b:../../x",
        "a:b:1:x/y",
        "a:b:.",
        "a:b:1:"
      })
  void refuses_what_is_no_address(String text) {
    assertThatThrownBy(() -> Coordinates.parse(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("not a Maven artifact; write group:artifact:version")
        .hasMessageNotContaining("\n");
  }
}
