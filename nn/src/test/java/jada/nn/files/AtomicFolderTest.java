package jada.nn.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
  @TempDir private Path temp;

  @Test
  void appears_with_all_its_files() {
    Path target = temp.resolve("a/b");
    AtomicFolder.write(
        target,
        aside -> {
          AtomicFile.writeText(aside.resolve("one"), "1");
          assertThat(target).doesNotExist();
          AtomicFile.writeText(aside.resolve("two"), "2");
        });

    assertThat(target.resolve("one")).hasContent("1");
    assertThat(target.resolve("two")).hasContent("2");
    assertThat(target.getParent()).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void is_not_there_if_writing_fails() {
    assertThatThrownBy(
            () ->
                AtomicFolder.write(
                    temp.resolve("a"),
                    aside -> {
                      AtomicFile.writeText(aside.resolve("one"), "1");
                      throw new IllegalStateException("no room");
                    }))
        .hasMessage("no room");

    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void replaces_nothing() throws IOException {
    Files.writeString(Files.createDirectory(temp.resolve("a")).resolve("mine"), "");

    assertThatThrownBy(() -> AtomicFolder.write(temp.resolve("a"), _ -> {}))
        .isInstanceOf(InputException.class)
        .hasMessage(temp.resolve("a") + ": is not empty; name a new folder or empty this one");
  }

  @Test
  void is_removed_with_all_that_is_in_it() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("a/b"));
    Files.writeString(folder.resolve("file"), "");

    AtomicFolder.remove(temp.resolve("a"));

    assertThat(temp).isEmptyDirectory();
    assertThatCode(() -> AtomicFolder.remove(temp.resolve("a"))).doesNotThrowAnyException();
  }

  @Test
  void leftovers_of_killed_processes_are_removed_and_nothing_else() throws IOException {
    Files.writeString(Files.createDirectory(temp.resolve(".step-7.0.tmp")).resolve("x"), "");
    Files.createDirectories(temp.resolve("step-5"));
    Files.writeString(temp.resolve("notes.tmp"), "");

    AtomicFolder.removeLeftovers(temp);

    assertThat(temp.resolve(".step-7.0.tmp")).doesNotExist();
    assertThat(temp.resolve("step-5")).exists();
    assertThat(temp.resolve("notes.tmp")).exists();
  }
}
