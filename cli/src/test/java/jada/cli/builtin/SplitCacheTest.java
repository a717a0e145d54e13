package jada.cli.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitCacheTest {
  @TempDir Path folder;

  private static final Split SPLIT =
      new Split(
          Dataset.of("built-in train", List.of(Example.of("Pours tea.", "tea"))),
          Dataset.of("built-in dev", List.of(Example.of("Spreads jam.", "jam"))));

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList().getFirst();
    }
  }

  @Test
  void gives_back_what_was_written_and_leaves_nothing_else_behind() throws IOException {
    new SplitCache(folder, "key").write(SPLIT);
    Split read = new SplitCache(folder, "key").read().orElseThrow();
    assertThat(read.train().examples()).isEqualTo(SPLIT.train().examples());
    assertThat(read.dev().examples()).isEqualTo(SPLIT.dev().examples());
    assertThat(folder).isDirectoryContaining("glob:**/built-in-data.tsv");
    assertThat(Files.list(folder)).hasSize(1);
  }

  @Test
  void is_empty_at_first_and_for_another_key() {
    assertThat(new SplitCache(folder, "key").read()).isEmpty();
    new SplitCache(folder, "key").write(SPLIT);
    assertThat(new SplitCache(folder, "another key").read()).isEmpty();
  }

  @Test
  void is_empty_when_damaged() throws IOException {
    SplitCache cache = new SplitCache(folder, "key");
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
    SplitCache cache = new SplitCache(blocked, "key");
    cache.write(SPLIT);
    assertThat(cache.read()).isEmpty();
    assertThat(blocked).hasContent("no folder");
  }
}
