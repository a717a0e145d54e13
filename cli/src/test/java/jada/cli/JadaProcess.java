package jada.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A command in a process of its own, which can be sent signals and killed.
final class JadaProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader err;

  /// Seconds after which no process of a test still has anything to do: it is killed, so that a
  /// test that waits for its words fails instead of waiting for ever.
  private static final int LONGEST = 600;

  private JadaProcess(Process process) {
    this.process = process;
    CompletableFuture.delayedExecutor(LONGEST, TimeUnit.SECONDS).execute(process::destroyForcibly);
    this.err = process.errorReader(StandardCharsets.UTF_8);
  }

  static JadaProcess start(List<String> arguments) throws IOException {
    return start(List.of(), arguments);
  }

  /// @param jvm options of the Java machine
  static JadaProcess start(List<String> jvm, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("jada.cli.Main");
    command.addAll(arguments);
    return new JadaProcess(
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start());
  }

  /// Reads lines for people until one begins like this; false if the process ends before.
  boolean says(String beginning) throws IOException {
    for (String line = err.readLine(); line != null; line = err.readLine()) {
      if (line.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }

  /// All that is said from now on, to the end.
  List<String> rest() {
    return err.lines().toList();
  }

  /// Reads on, so that a full pipe does not hold the process up.
  JadaProcess ignoreRest() {
    Thread.ofVirtual().start(this::rest);
    return this;
  }

  void signal(String name) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (status != 0) {
      throw new IllegalStateException("kill -%s failed with %d".formatted(name, status));
    }
  }

  /// SIGKILL: no code of the process runs any more.
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  int status() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the process does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
