package jada.cli.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Progress;
import jada.adalora.data.Split;
import jada.cli.artifact.Artifacts;
import jada.cli.artifact.Coordinates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchDataTest {
  private static final List<Library> LIBRARIES =
      List.of(
          new Library("jam", Coordinates.parse("org.example:jam:1:sources")),
          new Library("tea", Coordinates.parse("org.example:tea:1:sources")));

  @TempDir Path folder;

  /// Classes of two methods each; the library and the class are part of every query.
  private void jar(String label, int files) throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (int i = files - 1; i >= 0; i--) {
      sources.put(
          "p/F%d.java".formatted(i),
          "class %s%d { %s public void boil() {} %s public void pour(int cups) {} }"
              .formatted(label, i, comment("Boils", label, i), comment("Pours", label, i)));
    }
    SourceJar.write(folder.resolve(label + ".jar"), sources);
  }

  private static String comment(String verb, String label, int i) {
    return "/** %s the %s of number %d. As hot as it gets. */".formatted(verb, label, i);
  }

  private Split load(String cache) {
    return SearchData.load(
        new LibrarySources(
            LIBRARIES,
            coordinates -> folder.resolve(coordinates.artifact() + ".jar"),
            Progress.none()),
        folder.resolve(cache));
  }

  private static List<Example> all(Split split) {
    return Stream.of(split.train(), split.dev()).flatMap(set -> set.examples().stream()).toList();
  }

  @Test
  void reads_jars_once_and_the_cache_from_then_on() throws IOException {
    jar("jam", 120);
    jar("tea", 20);
    Split split = load("cache");
    assertThat(all(split)).hasSize(280);
    assertThat(split.train().name()).isEqualTo("built-in search train");
    assertThat(split.dev().name()).isEqualTo("built-in search dev");
    assertThat(split.dev().corpus()).isEmpty();
    assertThat(all(split))
        .allMatch(example -> example.labels().isEmpty() && example.negatives().isEmpty())
        .filteredOn(example -> example.text().equals("Pours the jam of number 7."))
        .singleElement()
        .extracting(example -> example.pair().orElseThrow())
        .isEqualTo("jam7.pour(int cups): As hot as it gets.");
    assertThat(folder.resolve("cache")).isDirectoryContaining("glob:**/built-in-search.tsv");

    Split parsedAgain = load("other");
    assertThat(parsedAgain.train().checksum()).isEqualTo(split.train().checksum());
    Files.delete(folder.resolve("jam.jar"));
    Split kept = load("cache");
    assertThat(kept.train().checksum()).isEqualTo(split.train().checksum());
    assertThat(kept.dev().examples()).isEqualTo(split.dev().examples());
  }

  @Test
  void holds_out_whole_files() throws IOException {
    jar("jam", 120);
    jar("tea", 120);
    Split split = load("cache");
    assertThat(files(split.train())).doesNotContainAnyElementsOf(files(split.dev()));
    assertThat(files(split.dev()).size()).isBetween(30, 66); // of 240
  }

  /// Library and class of every query.
  private static Set<String> files(Dataset data) {
    Set<String> files = new HashSet<>();
    data.examples().forEach(example -> files.add(example.text().replaceAll("\\w+ the (.*)", "$1")));
    return files;
  }

  private static SearchData.Described method(String label, String name, String query, String rest) {
    return new SearchData.Described(
        label, new Methods.Found("p/" + name, "A." + name, query, "A." + name + rest));
  }

  @Test
  void keeps_the_first_of_like_overloads_and_no_query_with_several_answers() {
    List<Choice.Candidate> candidates =
        SearchData.candidates(
            List.of(
                method("tea", "pour", "Pours the tea.", "(): once"),
                method("tea", "pour", "pours the tea.", "(int cups): often"),
                method("tea", "pour", "Pours it all.", "(Cup cup): in one"),
                method("tea", "boil", "Heats the water.", "(): boils"),
                method("tea", "cook", "Heats the Water.", "(): cooks"),
                method("tea", "wait", "Waits for long.", "(): waits"),
                method("jam", "wait", "Waits for long.", "(): waits longer")));
    assertThat(candidates)
        .extracting(candidate -> candidate.example().pair().orElseThrow())
        .containsExactly("A.pour(): once", "A.pour(Cup cup): in one");
  }

  @Test
  void is_the_same_whatever_the_order_in_which_files_were_read() {
    List<SearchData.Described> methods = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      methods.add(method("tea", "m" + i, "Pours " + i + ".", "(): once"));
    }
    Split split = SearchData.CHOICE.of(SearchData.candidates(methods));
    assertThat(all(split)).hasSize(SearchData.CHOICE.mostOfALibrary());
    Collections.shuffle(methods, new Random(7));
    Split again = SearchData.CHOICE.of(SearchData.candidates(methods));
    assertThat(again.train().checksum()).isEqualTo(split.train().checksum());
    assertThat(again.dev().checksum()).isEqualTo(split.dev().checksum());
  }

  @Test
  void of_the_real_libraries() {
    assumeThat(Boolean.getBoolean("jada.real"))
        .as("-Djada.real=true; the sources come from a Maven repository")
        .isTrue();
    try (Artifacts artifacts = Artifacts.ofUserSettings()) {
      Split split = SearchData.load(LibrarySources.of(artifacts, Progress.none()), folder);
      assertThat(split.train().size()).isBetween(3_900, 4_100);
      assertThat(split.dev().size()).isBetween(950, 1_050);
      assertThat(all(split))
          .allMatch(example -> !lower(document(example)).contains(lower(example.text())))
          .allMatch(example -> document(example).split(" ").length <= MethodText.MOST_WORDS)
          .extracting(example -> lower(example.text()))
          .doesNotHaveDuplicates();
      assertThat(all(split))
          .extracting(example -> lower(document(example)))
          .doesNotHaveDuplicates();
      // Fixed once: a change here changes the built-in data of every user.
      assertThat(split.train().checksum()).startsWith("87194a2cb92b186a");
      assertThat(split.dev().checksum()).startsWith("e9855e40a28ac478");
    }
  }

  private static String document(Example example) {
    return example.pair().orElseThrow();
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
