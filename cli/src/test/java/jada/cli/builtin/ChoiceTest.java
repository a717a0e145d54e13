package jada.cli.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Split;
import jada.cli.builtin.Choice.Candidate;
import jada.nn.text.Input;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChoiceTest {
  private static final Choice CHOICE = BuiltInData.CHOICE;

  /// 600 files of 3 openings each; the path is part of the text so that tests can find it.
  private static List<Candidate> candidates(String label) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < 1_800; i++) {
      String path = "p/F" + i / 3;
      candidates.add(Candidate.labelled(label, path, label + " " + path + " opening " + i));
    }
    return candidates;
  }

  @Test
  void is_the_same_whatever_the_order_in_which_files_were_read() {
    List<Candidate> candidates = candidates("tea");
    candidates.addAll(candidates("jam"));
    Split split = CHOICE.of(candidates);
    Collections.shuffle(candidates, new Random(7));
    Split again = CHOICE.of(candidates);
    assertThat(again.train().checksum()).isEqualTo(split.train().checksum());
    assertThat(again.dev().checksum()).isEqualTo(split.dev().checksum());
  }

  @Test
  void holds_out_whole_files_about_one_in_six() {
    Split split = CHOICE.of(candidates("tea"));
    Set<String> trainFiles = files(split.train());
    Set<String> devFiles = files(split.dev());
    assertThat(trainFiles).doesNotContainAnyElementsOf(devFiles);
    assertThat(devFiles.size()).isBetween(70, 130);
  }

  private static Set<String> files(Dataset data) {
    Set<String> files = new HashSet<>();
    data.examples().forEach(example -> files.add(example.text().split(" ")[1]));
    return files;
  }

  @Test
  void takes_at_most_so_many_of_a_library() {
    assertThat(CHOICE.chosen(candidates("tea"))).hasSize(CHOICE.mostOfALibrary());
  }

  @Test
  void takes_at_most_so_many_of_a_file() {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      candidates.add(Candidate.labelled("tea", "p/F" + i % 2, "opening " + i));
    }
    Map<String, Integer> ofFile = new HashMap<>();
    CHOICE.chosen(candidates).forEach(chosen -> ofFile.merge(chosen.path(), 1, Integer::sum));
    assertThat(ofFile)
        .containsOnly(
            Map.entry("p/F0", CHOICE.mostOfAFile()), Map.entry("p/F1", CHOICE.mostOfAFile()));
  }

  @Test
  void drops_what_two_libraries_share_and_keeps_one_of_what_a_library_repeats() {
    List<Candidate> candidates =
        List.of(
            Candidate.labelled("tea", "p/A", "Shared by both."),
            Candidate.labelled("jam", "p/B", "shared by both."),
            Candidate.labelled("tea", "p/C", "Repeated."),
            Candidate.labelled("tea", "p/D", "Repeated."));
    assertThat(CHOICE.chosen(candidates))
        .singleElement()
        .extracting(candidate -> candidate.example().text())
        .isEqualTo("Repeated.");
  }

  @Test
  void keeps_one_of_the_pairs_that_share_a_second_text() {
    List<Candidate> candidates =
        Stream.of("A", "B", "C")
            .map(text -> Input.of(text, text.equals("C") ? "Other." : "shared."))
            .map(pair -> new Candidate("tea", "p/A", new Example(pair, List.of())))
            .toList();
    assertThat(CHOICE.chosen(candidates))
        .extracting(candidate -> candidate.example().pair().orElseThrow())
        .containsExactlyInAnyOrder("shared.", "Other.");
  }

  @Test
  void keeps_the_split_that_was_published() {
    // Fixed once: a change here changes the built-in data of every user.
    List<Candidate> candidates = candidates("tea").subList(0, 30);
    assertThat(CHOICE.of(candidates).dev().examples().stream().map(Example::text))
        .containsExactly("tea p/F7 opening 22", "tea p/F7 opening 23", "tea p/F7 opening 21");
  }
}
