package jada.adalora.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A JVM to run a test's program in.
///
/// @param threads number of threads, the program's argument
/// @param options of the JVM, separated by blanks
record Jvm(int threads, String options) {

  /// The lines that the program prints last; before them there may be warnings.
  List<String> prints(Class<?> program, int lines) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of(options.split(" ")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.add(Integer.toString(threads));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> said = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertThat(process.waitFor()).as("%s", said).isZero();
    return said.subList(Math.max(0, said.size() - lines), said.size());
  }
}
