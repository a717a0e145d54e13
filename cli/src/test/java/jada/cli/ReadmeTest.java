package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.examples.Printed;
import jada.adalora.examples.TrainClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The Java that the README shows compiles and trains: it is a file of these sources, word for
/// word. Links of the documentation lead somewhere.
class ReadmeTest {
  private static final Path REPOSITORY = Path.of("..");

  /// The target of a link or of a picture.
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  private static final Path EXAMPLE =
      Path.of("../adalora/src/test/java/jada/adalora/examples/TrainClassifier.java");

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

  /// Pages for people: those at the top, and those in docs.
  static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(REPOSITORY);
        Stream<Path> docs = Files.list(REPOSITORY.resolve("docs"))) {
      return Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void links_lead_to_files_that_are_there(Path page) throws IOException {
    Matcher link = LINK.matcher(Files.readString(page));
    List<String> dead = new ArrayList<>();
    while (link.find()) {
      String target = link.group(1).replaceFirst("#.*", "");
      if (!target.matches("[a-z]+:.*") && !Files.exists(page.resolveSibling(target))) {
        dead.add(target);
      }
    }
    assertThat(dead).isEmpty();
  }

  @Test
  void documentation_is_found_from_the_readme_and_every_page_from_its_index() throws IOException {
    assertThat(Files.readString(REPOSITORY.resolve("README.md"))).contains("](docs/README.md)");
    String index = Files.readString(REPOSITORY.resolve("docs/README.md"));
    for (Path page : pages()) {
      if (page.getParent().endsWith("docs") && !page.endsWith("README.md")) {
        assertThat(index).contains("](" + page.getFileName() + ")");
      }
    }
  }

  @Test
  void example_trains_a_classifier_that_tells_the_classes_apart() {
    TinyWorld world = new TinyWorld(temp);
    Path adapter = temp.resolve("adapter");
    String printed =
        Printed.by(
            TrainClassifier::main,
            world.model(),
            world.data("train.tsv", 4000, 1),
            world.data("dev.tsv", 60, 2),
            adapter,
            "tavo lumo brisa solar");

    assertThat(printed).matches("(?s)accuracy (1\\.0|0\\.9.*)\n\\{.*query=.*}\nsunny 0\\.[89].*\n");
    assertThat(adapter.resolve("adapter_config.json")).exists();
  }
}
