import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Runs google-java-format over the Java sources of every module: `check` fails on a file that is
/// not formatted, `apply` rewrites it.
///
/// It is started by Maven on the toolchain's JDK, because Maven itself may run on an older JDK
/// whose compiler cannot parse Java 25; the usual plugins format inside Maven's own JVM.
public final class Format {
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length != 1 || !List.of("check", "apply").contains(args[0])) {
      System.err.println("usage: java .ci/Format.java check|apply");
      System.exit(2);
    }
    List<String> files = new ArrayList<>();
    for (String module :
        List.of(
            ".ci",
            "tensor",
            "autograd",
            "nn",
            "onnx",
            "adalora",
            "langchain4j",
            "cli",
            "bench",
            "docs/examples/service")) {
      Path sources = module.equals(".ci") ? Path.of(module) : Path.of(module, "src");
      try (Stream<Path> walk = Files.walk(sources)) {
        walk.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(files::add);
      }
    }
    Path list = Path.of("target", "tools", "format-files");
    Files.write(list, files);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // A short run: without C2 and parallel collector it takes half the processor time.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-jar");
    command.add(Path.of("target", "tools", "google-java-format.jar").toString());
    command.addAll(
        args[0].equals("apply")
            ? List.of("--replace")
            : List.of("--dry-run", "--set-exit-if-changed"));
    command.add("@" + list);
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (status != 0 && args[0].equals("check")) {
      System.err.println(
          "The files above are not formatted; run: mvn -N validate exec:exec@format");
    }
    System.exit(status);
  }
}
