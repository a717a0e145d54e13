package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FamiliesTest {
  @Test
  void finds_jadas_own_families_by_their_model_type() {
    assertThat(Families.of("bert")).containsSame(Families.BERT);
    assertThat(Families.of("distilbert")).containsSame(Families.DISTILBERT);
    assertThat(Families.of("roberta")).containsSame(Families.ROBERTA);
    assertThat(Families.of("gpt2")).isEmpty();
    assertThat(Families.types())
        .isEqualTo("'bert', 'distilbert', 'roberta', 'xlm-roberta', 'camembert' or 'mpnet'");
  }

  @Test
  void finds_the_family_that_a_jar_provides(@TempDir Path jar) throws IOException {
    Path services = Files.createDirectories(jar.resolve("META-INF/services"));
    Files.writeString(services.resolve("jada.nn.Family"), "jada.nn.OwnFamily\n");
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, getClass().getClassLoader())) {
      assertThat(Families.provided(loader).map(Family::type)).containsExactly("own");
    }
  }

  @Test
  void every_weight_of_a_layer_has_one_name_and_biases_and_norms_do_not_decay() {
    EncoderConfig config = new BertConfig(30, 16, 2, 4, 24, 20, 2, 1e-12f, 0, 0);
    Set<String> kept =
        Families.BERT
            .weights(config)
            .filter(weight -> !weight.decays())
            .map(WeightSpec::name)
            .collect(Collectors.toSet());

    assertThat(Families.BERT.weights(config).map(WeightSpec::name))
        .hasSize(37)
        .doesNotHaveDuplicates();
    assertThat(kept)
        .hasSize(37 - 3 - 2 * 6)
        .allMatch(n -> n.endsWith(".bias") || n.contains("Norm."));
  }
}
