package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the shell script at the top of the repository.
class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "jada").toAbsolutePath().normalize();

  @TempDir private Path temp;

  private record Outcome(int status, String out, String err) {}

  private Outcome run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.matches("J(ADA|AVA|DK)_.*|LC_ALL"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /// A repository whose build is younger than its sources and whose JDK is a script that prints the
  /// arguments it gets.
  private Path builtRepository() throws IOException {
    Path root = Files.createDirectories(temp.resolve("a repository"));
    for (String module : List.of(".", "tensor", "autograd", "nn", "onnx", "adalora", "cli")) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
      Files.writeString(root.resolve(module).resolve("pom.xml"), "");
    }
    Files.copy(LAUNCHER, root.resolve("jada"));
    root.resolve("jada").toFile().setExecutable(true);
    Files.createDirectories(root.resolve("cli/target/lib"));
    Files.writeString(root.resolve("cli/target/jada-cli-0.1.0-SNAPSHOT.jar"), "");
    Files.writeString(root.resolve("cli/target/launcher.built"), "/opt/maven\n");
    return root;
  }

  private Path fakeJdk(String name, String version) throws IOException {
    Path home = Files.createDirectories(temp.resolve(name).resolve("bin")).getParent();
    for (String tool : List.of("java", "javac")) {
      Path file = home.resolve("bin").resolve(tool);
      Files.writeString(
          file, "#!/bin/sh\necho \"" + name + "\"\nfor a in \"$@\"; do echo \"[$a]\"; done\n");
      file.toFile().setExecutable(true);
    }
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
    return home;
  }

  private static void executable(Path file, String script) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    file.toFile().setExecutable(true);
  }

  /// A folder with the tools that the launcher needs, and no Maven or Java.
  private Path tools() throws IOException, InterruptedException {
    Path folder = Files.createDirectories(temp.resolve("tools"));
    for (String tool :
        List.of(
            "cat",
            "dirname",
            "find",
            "head",
            "mkdir",
            "readlink",
            "rm",
            "sed",
            "sh",
            "tail",
            "uname")) {
      Outcome where = run(Map.of(), "/bin/sh", "-c", "command -v " + tool);
      executable(folder.resolve(tool), "exec " + where.out().strip() + " \"$@\"");
    }
    return folder;
  }

  @Test
  void is_a_valid_shell_script() throws IOException, InterruptedException {
    assertThat(run(Map.of(), "/bin/sh", "-n", LAUNCHER.toString()).status()).isZero();
  }

  @Test
  void hands_over_arguments_as_they_are() throws IOException, InterruptedException {
    Path jdk = fakeJdk("jdk", "25.0.1");
    String jada = builtRepository().resolve("jada").toString();

    Outcome outcome =
        run(Map.of("JAVA_HOME", jdk.toString()), jada, "predict", "two words", "", "$x");

    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .endsWith("[jada.cli.Main]\n[predict]\n[two words]\n[]\n[$x]\n")
        .contains("[--add-modules]\n[jdk.incubator.vector]\n")
        .contains("[-Dmaven.home=/opt/maven]");
  }

  @Test
  void is_found_through_symbolic_links() throws IOException, InterruptedException {
    Path root = builtRepository();
    Files.createSymbolicLink(root.resolve("second"), Path.of("jada"));
    Path link = Files.createSymbolicLink(temp.resolve("first"), root.resolve("second"));

    Outcome outcome =
        run(Map.of("JAVA_HOME", fakeJdk("jdk", "26").toString()), link.toString(), "models");

    assertThat(outcome.out()).contains(root + "/cli/target/lib/*").endsWith("[models]\n");
  }

  @Test
  void passes_over_a_jdk_that_is_too_old() throws IOException, InterruptedException {
    Path old = fakeJdk("old", "21.0.8");
    Path fitting = fakeJdk("fitting", "25-ea");
    Path bin = tools();
    Files.createSymbolicLink(bin.resolve("java"), fitting.resolve("bin/java"));

    Outcome outcome =
        run(
            Map.of("JAVA_HOME", old.toString(), "PATH", bin.toString()),
            builtRepository().resolve("jada").toString());

    assertThat(outcome.out()).startsWith("fitting\n");
  }

  @Test
  void splits_the_options_of_the_jvm_at_blanks() throws IOException, InterruptedException {
    Outcome outcome =
        run(
            Map.of("JAVA_HOME", fakeJdk("jdk", "25").toString(), "JADA_OPTS", "-Xmx8g  -Dx=y"),
            builtRepository().resolve("jada").toString());

    assertThat(outcome.out()).contains("[-Xmx8g]\n[-Dx=y]\n");
  }

  @Test
  void builds_once_and_again_when_a_source_is_newer() throws IOException, InterruptedException {
    Path root = builtRepository();
    Files.delete(root.resolve("cli/target/launcher.built"));
    Path bin = tools();
    executable(
        bin.resolve("mvn"),
        "if [ \"$1\" = -v ]; then echo 'Maven home: /the/maven'; else echo \"$@\" >>\"$PWD/calls\";"
            + " fi");
    Map<String, String> environment =
        Map.of("JAVA_HOME", fakeJdk("jdk", "25").toString(), "PATH", bin.toString());
    String jada = root.resolve("jada").toString();

    Outcome first = run(environment, jada, "models");
    Outcome second = run(environment, jada, "models");

    assertThat(first.err()).isEqualTo("jada: building (once) ...\n");
    assertThat(first.out()).contains("[-Dmaven.home=/the/maven]");
    assertThat(second.err()).isEmpty();
    assertThat(root.resolve("calls")).content().hasLineCount(1).contains("package");

    Path source = Files.writeString(root.resolve("nn/src/main/New.java"), "");
    source.toFile().setLastModified(System.currentTimeMillis() + 5000);
    run(environment, jada, "models");

    assertThat(root.resolve("calls")).content().hasLineCount(2);
  }

  /// `jada predict` reads texts from standard input, also where it has to be built first.
  @Test
  void leaves_standard_input_to_the_command_while_it_builds()
      throws IOException, InterruptedException {
    Path root = builtRepository();
    Files.delete(root.resolve("cli/target/launcher.built"));
    Path bin = tools();
    executable(bin.resolve("mvn"), "cat >/dev/null");
    Path jdk = fakeJdk("jdk", "25");
    executable(jdk.resolve("bin/java"), "cat");
    Map<String, String> environment =
        Map.of("JAVA_HOME", jdk.toString(), "PATH", bin.toString(), "L", root + "/jada");

    Outcome outcome = run(environment, "/bin/sh", "-c", "echo 'a text' | \"$L\" predict");

    assertThat(outcome.err()).isEqualTo("jada: building (once) ...\n");
    assertThat(outcome.out()).isEqualTo("a text\n");
  }

  @Test
  void shows_the_log_of_a_build_that_fails() throws IOException, InterruptedException {
    Path root = builtRepository();
    Files.delete(root.resolve("cli/target/jada-cli-0.1.0-SNAPSHOT.jar"));
    Path bin = tools();
    executable(bin.resolve("mvn"), "echo 'cannot find symbol'; exit 1");

    Outcome outcome =
        run(
            Map.of("JAVA_HOME", fakeJdk("jdk", "25").toString(), "PATH", bin.toString()),
            root.resolve("jada").toString());

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains("cannot find symbol\njada: the build failed, see above");
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void says_that_maven_is_missing() throws IOException, InterruptedException {
    Path root = builtRepository();
    Files.delete(root.resolve("cli/target/launcher.built"));

    Outcome outcome =
        run(
            Map.of("JAVA_HOME", fakeJdk("jdk", "25").toString(), "PATH", tools().toString()),
            root.resolve("jada").toString());

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .startsWith("jada: Maven is needed to build and was not found; install it")
        .hasLineCount(1);
  }

  @Test
  void refuses_options_that_java_does_not_take() throws IOException, InterruptedException {
    String home = System.getProperty("java.home");
    assumeThat(Path.of(home, "release")).isRegularFile();

    Outcome outcome =
        run(
            Map.of("JAVA_HOME", home, "JADA_OPTS", "-Xmxlots"),
            builtRepository().resolve("jada").toString());

    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.err()).contains("JADA_OPTS").contains("-Xmxlots");
  }

  /// What the zip unpacks to, with a jar that is none.
  private Path unpacked() throws IOException {
    Path root = Files.createDirectories(temp.resolve("an unpacked zip"));
    Path jada = Files.createDirectories(root.resolve("bin")).resolve("jada");
    Files.copy(LAUNCHER, jada);
    jada.toFile().setExecutable(true);
    Files.writeString(Files.createDirectories(root.resolve("lib")).resolve("jada-cli.jar"), "");
    return root;
  }

  @Test
  void zip_runs_its_own_jars_and_writes_a_cache_at_its_first_start()
      throws IOException, InterruptedException {
    Path root = unpacked();
    Path link = Files.createSymbolicLink(temp.resolve("linked"), root.resolve("bin/jada"));
    Path caches = temp.resolve("caches");
    Map<String, String> environment =
        Map.of("JAVA_HOME", fakeJdk("jdk", "25").toString(), "XDG_CACHE_HOME", caches.toString());

    Outcome first = run(environment, link.toString(), "models");
    Outcome second = run(environment, link.toString(), "models");
    Files.writeString(root.resolve("lib/more.jar"), "");
    Outcome other = run(environment, link.toString(), "models");

    assertThat(first.err())
        .isEqualTo(
            "jada: first start, writing a cache for the next ones to %s/jada ...\n"
                .formatted(caches));
    assertThat(second.err()).isEmpty();
    assertThat(second.out())
        .contains("[" + root + "/lib/*]\n")
        .containsPattern("\\[-XX:AOTCache=" + caches + "/jada/start-[0-9]+-[0-9]+\\.aot\\]")
        .doesNotContain("maven.home")
        .endsWith("[jada.cli.Main]\n[models]\n");
    assertThat(other.err()).as("the cache does not fit other jars").isEqualTo(first.err());
    try (var files = Files.list(caches.resolve("jada"))) {
      assertThat(files).as("the one that no longer fits is gone").hasSize(1);
    }
  }

  @Test
  void zip_runs_where_no_cache_can_be_written() throws IOException, InterruptedException {
    Path file = Files.writeString(temp.resolve("file"), "");

    Outcome outcome =
        run(
            Map.of("JAVA_HOME", fakeJdk("jdk", "25").toString(), "XDG_CACHE_HOME", file.toString()),
            unpacked().resolve("bin/jada").toString(),
            "models");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).endsWith("[models]\n");
  }

  @Test
  void image_runs_its_own_runtime() throws IOException, InterruptedException {
    Path root = unpacked();
    Files.move(fakeJdk("runtime", "25"), root.resolve("runtime"));

    Outcome outcome =
        run(
            Map.of(
                "JAVA_HOME",
                fakeJdk("jdk", "25").toString(),
                "XDG_CACHE_HOME",
                temp.resolve("caches").toString()),
            root.resolve("bin/jada").toString());

    assertThat(outcome.out()).startsWith("runtime\n");
  }

  @Test
  void launcher_that_is_alone_says_where_it_belongs() throws IOException, InterruptedException {
    Path root = unpacked();
    Files.delete(root.resolve("lib/jada-cli.jar"));
    Files.delete(root.resolve("lib"));

    Outcome outcome =
        run(
            Map.of("JAVA_HOME", fakeJdk("jdk", "25").toString()),
            root.resolve("bin/jada").toString());

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("jada: " + root + "/lib: no such folder").hasLineCount(1);
  }

  /// Makes the jar and the libraries of the launcher from the class path of this test.
  private static void pack(Path target) throws IOException {
    int number = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      Path jar = target.resolve("lib").resolve(number++ + ".jar");
      if (Files.isDirectory(path)) {
        ToolProvider.findFirst("jar")
            .orElseThrow()
            .run(System.out, System.err, "-cf", jar.toString(), "-C", entry, ".");
      } else if (Files.exists(path)) {
        Files.copy(path, jar);
      }
    }
  }

  /// JShell evaluates what is piped into it, with everything imported.
  @Test
  void shell_reads_lines_from_a_pipe() throws IOException, InterruptedException {
    Path root = builtRepository();
    pack(root.resolve("cli/target"));
    // The compiler wants jars that are jars.
    Files.copy(
        root.resolve("cli/target/lib/0.jar"),
        root.resolve("cli/target/jada-cli-0.1.0-SNAPSHOT.jar"),
        StandardCopyOption.REPLACE_EXISTING);
    Path script = Path.of("src", "main", "shell", "jada.jsh");
    Files.createDirectories(root.resolve("cli").resolve(script).getParent());
    Files.copy(script, root.resolve("cli").resolve(script));
    Files.writeString(root.resolve("cli/target/launcher.built"), "");
    Path lines =
        Files.writeString(
            temp.resolve("lines"),
            """
            var a = Tensor.matrix(new float[] {1, 2}, new float[] {3, 4})
            a.matmul(Tensor.identity(2).scale(2))
            var w = Parameter.of("w", a)
            Gradients.of(Ops.sum(Ops.multiply(w, w))).of(w)
            BudgetSchedule.of(AdaLoraConfig.defaults(), 24, 100).targetBudget()
            """);

    Outcome shell =
        run(
            Map.of("JAVA_HOME", System.getProperty("java.home")),
            "/bin/sh",
            "-c",
            "'%s' shell <'%s'".formatted(root.resolve("jada"), lines));

    assertThat(shell.out())
        .as(shell.err())
        .startsWith("Jada in JShell")
        .contains("Three things to try:")
        .contains("Tensor(2, 2)\n  [    2.000      4.000]\n  [    6.000      8.000]")
        .contains("96")
        .doesNotContain("Error")
        .doesNotContain("WARNING");
    assertThat(shell.status()).isZero();
  }

  @Test
  void shows_help_without_the_warning_of_the_jvm() throws IOException, InterruptedException {
    Path root = builtRepository();
    pack(root.resolve("cli/target"));
    Files.writeString(root.resolve("cli/target/launcher.built"), "");
    Map<String, String> environment = Map.of("JAVA_HOME", System.getProperty("java.home"));

    Outcome help = run(environment, root.resolve("jada").toString(), "--help");
    Outcome wrong = run(environment, root.resolve("jada").toString(), "--what");

    assertThat(help.err()).isEmpty();
    assertThat(help.out()).startsWith("Usage: jada");
    assertThat(help.status()).isZero();
    assertThat(wrong.err()).startsWith("jada: unknown option --what").hasLineCount(1);
    assertThat(wrong.status()).isEqualTo(2);
  }
}
