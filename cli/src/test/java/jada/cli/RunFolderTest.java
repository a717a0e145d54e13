package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir private Path temp;

  private static List<String> tree(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(path -> !path.equals(folder))
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  private static void write(Path folder) throws IOException {
    Files.writeString(folder.resolve("adapter_config.json"), "new");
    Files.writeString(folder.resolve("labels.json"), "new");
  }

  @Test
  void appears_with_all_its_files_at_once() throws IOException {
    Path target = temp.resolve("runs/first");
    try (RunFolder folder = RunFolder.check(target, false)) {
      write(folder.open());
      assertThat(target).doesNotExist();
      folder.publish();
    }

    assertThat(tree(temp))
        .containsExactly(
            "runs", "runs/first", "runs/first/adapter_config.json", "runs/first/labels.json");
  }

  @Test
  void leaves_nothing_when_the_work_fails() throws IOException {
    try (RunFolder folder = RunFolder.check(temp.resolve("a/b/c"), false)) {
      write(folder.open());
    }

    assertThat(tree(temp)).isEmpty();
  }

  @Test
  void leaves_what_others_wrote_beside_it() throws IOException {
    try (RunFolder folder = RunFolder.check(temp.resolve("runs/mine"), false)) {
      write(folder.open());
      Files.createDirectory(temp.resolve("runs/yours"));
    }

    assertThat(tree(temp)).containsExactly("runs", "runs/yours");
  }

  @Test
  void fills_an_existing_folder_and_keeps_the_files_of_others() throws IOException {
    Files.writeString(temp.resolve("notes.txt"), "mine");
    try (RunFolder folder = RunFolder.check(temp, false)) {
      write(folder.open());
      folder.publish();
    }

    assertThat(tree(temp)).containsExactly("adapter_config.json", "labels.json", "notes.txt");
  }

  @Test
  void refuses_a_folder_with_an_earlier_run() throws IOException {
    Files.writeString(temp.resolve("run.json"), "{}");

    assertThatThrownBy(() -> RunFolder.check(temp, false))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "--out %s: holds run.json of an earlier run; name another folder, or add --force to replace it"
                .formatted(temp));
  }

  @Test
  void replaces_an_earlier_run_by_force_without_leaving_its_files() throws IOException {
    Files.writeString(temp.resolve("adapter_config.json"), "old");
    Files.writeString(temp.resolve("trace.jsonl"), "old");
    try (RunFolder folder = RunFolder.check(temp, true)) {
      write(folder.open());
      assertThat(temp.resolve("adapter_config.json")).hasContent("old");
      folder.publish();
    }

    assertThat(tree(temp)).containsExactly("adapter_config.json", "labels.json");
    assertThat(temp.resolve("adapter_config.json")).hasContent("new");
  }

  @Test
  void keeps_the_earlier_run_when_the_new_one_cannot_be_moved() throws IOException {
    Files.writeString(temp.resolve("adapter_config.json"), "old");
    Files.writeString(temp.resolve("run.json"), "old");
    Files.createDirectories(temp.resolve("labels.json/in the way"));
    try (RunFolder folder = RunFolder.check(temp, true)) {
      write(folder.open());
      assertThatThrownBy(folder::publish).isInstanceOf(OutputException.class);
    }

    assertThat(tree(temp))
        .containsExactly(
            "adapter_config.json", "labels.json", "labels.json/in the way", "run.json");
    assertThat(temp.resolve("adapter_config.json")).hasContent("old");
    assertThat(temp.resolve("run.json")).hasContent("old");
  }

  @Test
  void goes_beside_a_run_that_came_first() throws IOException {
    Path target = temp.resolve("run");
    try (RunFolder first = RunFolder.check(target, false);
        RunFolder second = RunFolder.check(target, false)) {
      write(first.open());
      first.publish();
      write(second.open());
      second.publish();

      assertThat(second.target()).isEqualTo(temp.resolve("run-2"));
    }

    assertThat(tree(temp))
        .containsExactly(
            "run",
            "run-2",
            "run-2/adapter_config.json",
            "run-2/labels.json",
            "run/adapter_config.json",
            "run/labels.json");
  }

  @Test
  void keeps_a_model_that_no_run_wrote_even_by_force() throws IOException {
    Files.writeString(temp.resolve("config.json"), "{}");

    assertThatThrownBy(() -> RunFolder.check(temp, true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("holds a model that no run wrote");
  }

  @Test
  void replaces_a_model_that_a_run_wrote() throws IOException {
    for (String file : List.of("config.json", "model.safetensors", "run.json")) {
      Files.writeString(temp.resolve(file), "old");
    }
    try (RunFolder folder = RunFolder.check(temp, true)) {
      write(folder.open());
      folder.publish();
    }

    assertThat(tree(temp)).containsExactly("adapter_config.json", "labels.json");
  }

  @Test
  void refuses_a_file_in_the_way() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");

    assertThatThrownBy(() -> RunFolder.check(file, false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is a file; name a folder");
    assertThatThrownBy(() -> RunFolder.check(file.resolve("below"), false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(file + " is a file");
  }
}
