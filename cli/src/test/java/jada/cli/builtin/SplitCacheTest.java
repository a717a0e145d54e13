package jada.cli.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Split;
import jada.nn.text.Input;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitCacheTest {
  @TempDir Path folder;

  private static final Split SPLIT =
      new Split(
          Dataset.of("built-in train", List.of(Example.of("Pours tea.", "tea"))),
          Dataset.of("built-in dev", List.of(Example.of("Spreads jam.", "jam"))));

  private SplitCache cache(String key) {
    return new SplitCache(folder.resolve("built-in-data.tsv"), "built-in", key);
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList().getFirst();
    }
  }

  @Test
  void gives_back_what_was_written_and_leaves_nothing_else_behind() throws IOException {
    cache("key").write(SPLIT);
    Split read = cache("key").read().orElseThrow();
    assertThat(read.train().examples()).isEqualTo(SPLIT.train().examples());
    assertThat(read.dev().examples()).isEqualTo(SPLIT.dev().examples());
    assertThat(folder).isDirectoryContaining("glob:**/built-in-data.tsv");
    assertThat(Files.list(folder)).hasSize(1);
  }

  @Test
  void keeps_the_format_of_labelled_texts() throws IOException {
    // Fixed once: with another format, what users have kept is prepared again.
    cache("key").write(SPLIT);
    assertThat(Files.readAllLines(file()))
        .containsExactly(
            "key\t%s\t%s".formatted(SPLIT.train().checksum(), SPLIT.dev().checksum()),
            "train\ttea\tPours tea.",
            "dev\tjam\tSpreads jam.");
  }

  @Test
  void gives_back_pairs_without_labels() {
    Example pair = new Example(Input.of("Pours tea.", "Kettle.pour(): all of it."), List.of());
    Example empty = new Example(Input.of("Spreads jam.", ""), List.of());
    Split split =
        new Split(Dataset.of("a train", List.of(pair, empty)), Dataset.of("a dev", List.of(pair)));
    Path file = folder.resolve("a.tsv");
    new SplitCache(file, "a", "key").write(split);
    Split read = new SplitCache(file, "a", "key").read().orElseThrow();
    assertThat(read.train().name()).isEqualTo("a train");
    assertThat(read.dev().name()).isEqualTo("a dev");
    assertThat(read.train().examples()).containsExactly(pair, empty);
    assertThat(read.dev().examples()).containsExactly(pair);
  }

  @Test
  void prepares_once() {
    AtomicInteger prepared = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      Split split =
          cache("key")
              .get(
                  () -> {
                    prepared.incrementAndGet();
                    return SPLIT;
                  });
      assertThat(split.dev().examples()).isEqualTo(SPLIT.dev().examples());
    }
    assertThat(prepared).hasValue(1);
  }

  @Test
  void is_empty_at_first_and_for_another_key() {
    assertThat(cache("key").read()).isEmpty();
    cache("key").write(SPLIT);
    assertThat(cache("another key").read()).isEmpty();
  }

  @Test
  void is_empty_when_damaged() throws IOException {
    SplitCache cache = cache("key");
    cache.write(SPLIT);
    String content = Files.readString(file());
    for (String damaged :
        List.of(
            content.replace("Pours", "Sours"),
            content.replace("\tjam\t", "\ttea\t"),
            content.substring(0, content.length() / 2),
            content + "train\ttea\tMore tea.\n",
            content + "garbage\n",
            "")) {
      Files.writeString(file(), damaged);
      assertThat(cache.read()).as(damaged).isEmpty();
    }
  }

  @Test
  void does_without_a_folder_that_cannot_be_written() throws IOException {
    Path blocked = Files.writeString(folder.resolve("file"), "no folder");
    SplitCache cache = new SplitCache(blocked.resolve("built-in-data.tsv"), "built-in", "key");
    cache.write(SPLIT);
    assertThat(cache.read()).isEmpty();
    assertThat(blocked).hasContent("no folder");
  }
}
