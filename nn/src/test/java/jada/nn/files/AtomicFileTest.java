package jada.nn.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void replaces_the_content_and_leaves_no_other_file() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.writeText(file, "long ago, and long");
    AtomicFile.writeText(file, "näu");
    assertThat(file).content().isEqualTo("näu");
    assertThat(entries()).containsExactly(file);
  }

  @Test
  void keeps_the_old_content_when_the_disk_is_full() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.writeText(file, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    channel -> {
                      channel.write(ByteBuffer.wrap(new byte[100]));
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(InputException.class)
        .hasMessage(
            file
                + ": cannot be written (No space left on device);"
                + " choose a writable folder with enough room");
    assertThat(file).content().isEqualTo("old");
    assertThat(entries()).containsExactly(file);
  }

  @Test
  void keeps_the_old_content_when_the_writer_itself_fails() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.writeText(file, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    channel -> {
                      throw new IllegalStateException("a bug");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(file).content().isEqualTo("old");
    assertThat(entries()).containsExactly(file);
  }

  @Test
  void leaves_the_files_of_other_writers_alone() throws IOException {
    Path other = folder.resolve(".a.txt.0.tmp");
    Files.writeString(other, "half");
    Path file = folder.resolve("a.txt");
    AtomicFile.writeText(file, "whole");
    assertThat(file).content().isEqualTo("whole");
    assertThat(other).content().isEqualTo("half");
  }

  @Test
  void makes_files_that_others_may_read_as_usual() throws IOException {
    Path usual = Files.writeString(folder.resolve("usual"), "");
    assumeThat(usual.getFileSystem().supportedFileAttributeViews()).contains("posix");
    Path file = folder.resolve("a.txt");
    AtomicFile.writeText(file, "x");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo(PosixFilePermissions.toString(Files.getPosixFilePermissions(usual)));
  }

  @Test
  void refuses_a_folder_as_target() {
    assertThatThrownBy(() -> AtomicFile.writeText(folder, "x"))
        .isInstanceOf(InputException.class)
        .hasMessage(folder + ": is a folder; name a file to write");
  }

  private Stream<Path> entries() throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.toList().stream();
    }
  }
}
