package jada.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs a main class of the tests in a JVM of its own: backend and lanes are chosen once in a JVM.
final class ChildJvm {
  static final String MODULE = "--add-modules=jdk.incubator.vector";

  private ChildJvm() {}

  /// What the JVM prints, errors included; it must end with exit code 0.
  static List<String> lines(Class<?> main, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }

  /// The records of the logger `jada.tensor.kernel`, as level and message.
  static List<String> logged(Class<?> main, String... options)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("-Duser.language=en");
    all.add("-Djava.util.logging.SimpleFormatter.format=logged %3$s %4$s %5$s%n");
    return lines(main, all.toArray(String[]::new)).stream()
        .filter(line -> line.startsWith("logged jada.tensor.kernel "))
        .toList();
  }
}
