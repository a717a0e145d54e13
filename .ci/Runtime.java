import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Links a runtime of the JDK's modules that the jars in a folder's `lib` need, into its `runtime`.
/// The jars themselves stay on the class path: some of them are automatic modules, which jlink does
/// not take.
public final class Runtime {
  /// What no class names: the vector module (asked for by an option of the JVM), the zip file
  /// system (found as a service), and JShell for `jada shell`.
  private static final List<String> UNNAMED =
      List.of("jdk.incubator.vector", "jdk.zipfs", "jdk.jshell");

  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("usage: java .ci/Runtime.java FOLDER");
      System.exit(2);
    }
    Path folder = Path.of(args[0]);
    Path classPath = Files.createTempDirectory("jada-runtime-");
    List<String> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.resolve("lib"))) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
        Path copy = classPath.resolve(jar.getFileName());
        copyWithoutDescriptor(jar, copy);
        jars.add(copy.toString());
      }
    }
    List<String> jdeps =
        new ArrayList<>(
            List.of("--print-module-deps", "--ignore-missing-deps", "--multi-release", "25"));
    jdeps.addAll(List.of("--class-path", String.join(File.pathSeparator, jars)));
    jdeps.addAll(jars);
    Set<String> modules = new TreeSet<>(UNNAMED);
    modules.addAll(List.of(run("jdeps", jdeps).strip().split(",")));
    for (String jar : jars) {
      Files.delete(Path.of(jar));
    }
    Files.delete(classPath);
    System.out.println("runtime of " + String.join(", ", modules));
    run(
        "jlink",
        List.of(
            "--add-modules",
            String.join(",", modules),
            "--strip-debug",
            "--no-header-files",
            "--no-man-pages",
            "--output",
            folder.resolve("runtime").toString()));
  }

  /// On the class path descriptors say nothing, but jdeps would hold the jars to them.
  private static void copyWithoutDescriptor(Path jar, Path copy) throws IOException {
    try (ZipFile from = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(copy);
        ZipOutputStream to = new ZipOutputStream(file)) {
      for (ZipEntry entry : Collections.list(from.entries())) {
        if (!entry.getName().endsWith("module-info.class")) {
          to.putNextEntry(new ZipEntry(entry.getName()));
          from.getInputStream(entry).transferTo(to);
          to.closeEntry();
        }
      }
    }
  }

  private static String run(String tool, List<String> arguments) {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out);
    int status =
        ToolProvider.findFirst(tool)
            .orElseThrow()
            .run(writer, writer, arguments.toArray(String[]::new));
    writer.flush();
    if (status != 0) {
      System.err.println(tool + ": " + out);
      System.exit(1);
    }
    return out.toString();
  }
}
