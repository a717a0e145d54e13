package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import jada.nn.files.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

class ErrorLineTest {
  private final CommandSpec command = new CommandLine(new Sample()).getCommandSpec();

  @Command
  private static final class Sample {
    @Option(names = "--batch-size")
    private int size;
  }

  @Test
  void input_is_wrong_with_status_2_and_work_fails_with_status_1() {
    assertThat(ErrorLine.of(new InputException("x"), command).status()).isEqualTo(2);
    assertThat(ErrorLine.of(new OutputException("x"), command).status()).isEqualTo(1);
    assertThat(ErrorLine.of(new IllegalStateException("x"), command).status()).isEqualTo(1);
  }

  @Test
  void names_of_options_get_their_dashes() {
    assertThat(ErrorLine.of(new InputException("batch-size: is 0"), command).text())
        .isEqualTo("--batch-size: is 0");
    assertThat(ErrorLine.of(new InputException("init-r: is 0"), command).text())
        .isEqualTo("init-r: is 0");
  }

  @Test
  void message_of_several_lines_becomes_one() {
    assertThat(ErrorLine.of(new InputException("a\n  b\r\nc\n"), command).text())
        .isEqualTo("a b c");
  }

  @Test
  void full_disk_is_named_with_the_remedy() {
    IOException full = new FileSystemException("run/x", null, "No space left on device");

    assertThat(ErrorLine.of(new UncheckedIOException(full), command).text())
        .isEqualTo("run/x: No space left on device; free some space or write to another disk");
  }

  @Test
  void missing_permission_is_named() {
    assertThat(ErrorLine.reason(new AccessDeniedException("run/x")))
        .isEqualTo("run/x: permission denied");
  }

  @Test
  void exhausted_memory_names_the_heap_and_the_option() {
    ErrorLine line = ErrorLine.of(new OutOfMemoryError("Java heap space"), command);

    assertThat(line.status()).isEqualTo(1);
    assertThat(line.text())
        .contains("Java heap space")
        .contains(Figures.bytes(Runtime.getRuntime().maxMemory()))
        .contains("JADA_OPTS=-Xmx");
  }
}
