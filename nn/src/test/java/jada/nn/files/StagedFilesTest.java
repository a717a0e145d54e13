package jada.nn.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Four files, one in a folder of its own, that replace four others, with something going wrong at
/// each of the eight changes of a name, and at none.
class StagedFilesTest {
  private static final List<String> NAMES =
      List.of(
          "adapter_model.safetensors",
          "labels.json",
          "1_Pooling/config.json",
          "adapter_config.json");

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectory(folder.resolve("1_Pooling"));
    for (String name : NAMES) {
      Files.writeString(folder.resolve(name), "old");
    }
    Files.writeString(folder.resolve("notes.txt"), "mine");
  }

  /// The process dies.
  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  /// Stages the new files; the move of this number, counted from 0, does this instead.
  private StagedFiles staged(int number, StagedFiles.Mover instead) throws IOException {
    int[] moves = {0};
    StagedFiles staged =
        StagedFiles.in(
            folder,
            (from, to) -> {
              if (moves[0]++ == number) {
                instead.move(from, to);
              }
              Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            });
    Files.createDirectory(staged.path("1_Pooling"));
    for (String name : NAMES) {
      Files.writeString(staged.path(name), "new");
    }
    return staged;
  }

  private Set<String> contents(Path in) throws IOException {
    Set<String> contents = new HashSet<>();
    for (String name : NAMES) {
      contents.add(Files.exists(in.resolve(name)) ? Files.readString(in.resolve(name)) : "missing");
    }
    return contents;
  }

  private List<Path> hidden() throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(path -> path.getFileName().toString().startsWith(".")).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
  void a_process_that_dies_leaves_the_old_or_the_new_or_neither_but_never_a_mixture(int at)
      throws IOException {
    StagedFiles staged =
        staged(
            at,
            (_, _) -> {
              throw new Death();
            });
    if (at < 8) {
      assertThatThrownBy(() -> staged.publish(NAMES)).isInstanceOf(Death.class);
    } else {
      staged.publish(NAMES);
    }

    Path config = folder.resolve("adapter_config.json");
    if (Files.exists(config)) {
      assertThat(contents(folder)).containsExactly(at == 0 ? "old" : "new");
      return;
    }
    assertThat(StagedFiles.interruptedSave(folder).orElseThrow())
        .startsWith("saving was interrupted: for the new adapter move the files in ");
    Path aside = hidden().getFirst();
    for (String state : List.of("old", "new")) { // what the message advises, on a copy
      Path copy = Files.createDirectory(folder.resolve("copy of the " + state));
      copyFiles(folder, copy);
      copyFiles(state.equals("old") ? aside.resolve("replaced") : aside, copy);
      assertThat(contents(copy)).containsExactly(state);
    }
  }

  private static void copyFiles(Path from, Path to) throws IOException {
    for (String name : NAMES) {
      if (Files.exists(from.resolve(name))) {
        Files.createDirectories(to.resolve(name).getParent());
        Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void a_move_that_fails_undoes_those_before_it(int at) throws IOException {
    try (StagedFiles staged =
        staged(
            at,
            (_, _) -> {
              throw new IOException("no more");
            })) {
      assertThatThrownBy(() -> staged.publish(NAMES))
          .isInstanceOf(InputException.class)
          .hasMessage(
              folder + ": cannot be written (no more); choose a writable folder with enough room");
    }

    assertThat(contents(folder)).containsExactly("old");
    assertThat(hidden()).isEmpty();
    assertThat(folder.resolve("notes.txt")).hasContent("mine");
  }
}
