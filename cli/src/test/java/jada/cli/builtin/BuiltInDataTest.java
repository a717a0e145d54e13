package jada.cli.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.data.Example;
import jada.adalora.data.Labels;
import jada.adalora.data.Progress;
import jada.adalora.data.Split;
import jada.cli.artifact.Coordinates;
import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltInDataTest {
  private static final List<Library> LIBRARIES =
      List.of(
          new Library("jam", Coordinates.parse("org.example:jam:1:sources")),
          new Library("tea", Coordinates.parse("org.example:tea:1:sources")));

  @TempDir Path folder;
  private final List<String> heard = new ArrayList<>();

  private final Progress progress =
      new Progress() {
        @Override
        public void started(String what, String unit, long total) {
          heard.add(what + " " + total + " " + unit);
        }

        @Override
        public void advanced(long soFar) {
          heard.add("" + soFar);
        }

        @Override
        public void finished() {
          heard.add("finished");
        }
      };

  private void jar(String label, int files) throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (int i = files - 1; i >= 0; i--) {
      sources.put("p/F%d.java".formatted(i), source(label, i));
    }
    sources.put("../../outside.java", source(label, files));
    sources.put("p/package-info.java", "/** This package has documentation of its own here. */");
    sources.put("README.txt", "no source");
    SourceJar.write(folder.resolve(label + ".jar"), sources);
  }

  private static String source(String label, int i) {
    return "/** Number %d in a long row of classes about %s. */ class F%d {}"
        .formatted(i, label, i);
  }

  private Split load() {
    return BuiltInData.load(
        new LibrarySources(
            LIBRARIES, coordinates -> folder.resolve(coordinates.artifact() + ".jar"), progress),
        folder.resolve("cache"));
  }

  @Test
  void reads_jars_once_and_the_cache_from_then_on() throws IOException {
    jar("jam", 120);
    jar("tea", 20);
    Split split = load();
    assertThat(heard)
        .containsExactly(
            "reading the documentation of jam 121 files",
            "100",
            "121",
            "finished",
            "reading the documentation of tea 21 files",
            "21",
            "finished");
    assertThat(split.train().size() + split.dev().size()).isEqualTo(142);
    assertThat(Labels.of(split.train()).names()).containsExactly("jam", "tea");
    assertThat(split.train().examples())
        .allMatch(example -> example.text().endsWith("about " + example.label() + "."))
        .extracting(Example::text)
        .doesNotHaveDuplicates();

    heard.clear();
    Files.delete(folder.resolve("jam.jar"));
    Split again = load();
    assertThat(heard).isEmpty();
    assertThat(again.train().checksum()).isEqualTo(split.train().checksum());
    assertThat(again.dev().examples()).isEqualTo(split.dev().examples());
  }

  @Test
  void refuses_a_damaged_jar() throws IOException {
    Files.writeString(folder.resolve("jam.jar"), "no jar");
    Files.writeString(folder.resolve("tea.jar"), "no jar");
    assertThatThrownBy(this::load)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("jam.jar: damaged jar (")
        .hasMessageEndingWith("delete it and run again");
    assertThat(folder.resolve("cache")).doesNotExist();
  }

  @Test
  void refuses_a_jar_that_unpacks_to_too_much() throws IOException {
    SourceJar.write(folder.resolve("jam.jar"), Map.of("p/Bomb.java", " ".repeat(5 << 20)));
    jar("tea", 20);
    assertThatThrownBy(this::load)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("unpacks to more than a source jar can hold");
  }

  @Test
  void names_twelve_libraries_by_sorted_labels() {
    assertThat(Library.ALL).hasSize(12).extracting(Library::label).isSorted();
  }
}
