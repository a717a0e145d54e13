package jada.adalora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.examples.TrainClassifier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Java that the README shows compiles and trains: it is a file of these sources, word for
/// word.
class ReadmeTest {
  private static final Path EXAMPLE =
      Path.of("src/test/java/jada/adalora/examples/TrainClassifier.java");

  @TempDir private Path temp;

  @Test
  void shows_the_example_word_for_word() throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    String shown = readme.substring(readme.indexOf("```java\n") + 8);
    shown = shown.substring(0, shown.indexOf("```"));
    String source = Files.readString(EXAMPLE);

    String body = source.substring(source.indexOf("    var base"), source.indexOf("  }\n}"));

    assertThat(shown).isEqualTo(body.replaceAll("(?m)^ {4}", ""));
  }

  @Test
  void example_trains_a_classifier_that_tells_the_classes_apart() {
    TinyWorld world = new TinyWorld(temp);
    Path adapter = temp.resolve("adapter");
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream console = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      TrainClassifier.main(
          new String[] {
            world.model().toString(),
            world.data("train.tsv", 4000, 1).toString(),
            world.data("dev.tsv", 60, 2).toString(),
            adapter.toString(),
            "tavo lumo brisa solar"
          });
    } finally {
      System.setOut(console);
    }

    assertThat(printed.toString(StandardCharsets.UTF_8))
        .matches("(?s)accuracy (1\\.0|0\\.9.*)\n\\{.*query=.*}\nsunny 0\\.[89].*\n");
    assertThat(adapter.resolve("adapter_config.json")).exists();
  }
}
