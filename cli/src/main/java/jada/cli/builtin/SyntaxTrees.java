package jada.cli.builtin;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/// The syntax trees of source files, by the JDK's own parser. Nothing is resolved, compiled or run.
final class SyntaxTrees {
  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

  private SyntaxTrees() {}

  /// Makes what walks over one file and hands on what it finds.
  interface Finder<T> {
    TreePathScanner<Void, Void> scanner(DocTrees trees, String path, Consumer<T> found);
  }

  /// What is found, file by file in the order of each file. Many files in one call are read several
  /// times faster than one by one.
  static <T> List<T> find(List<SourceFile> files, Finder<T> finder) {
    JavacTask task =
        (JavacTask)
            COMPILER.getTask(
                Writer.nullWriter(),
                null,
                problem -> {}, // a file that does not parse gives what could be read of it
                List.of("-proc:none"),
                null,
                files);
    DocTrees trees = DocTrees.instance(task);
    Map<URI, String> paths =
        files.stream().collect(Collectors.toMap(SourceFile::toUri, SourceFile::path));
    List<T> found = new ArrayList<>();
    try {
      for (CompilationUnitTree unit : task.parse()) {
        String path = paths.get(unit.getSourceFile().toUri());
        finder.scanner(trees, path, found::add).scan(unit, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a source file in memory cannot fail to be read", e);
    }
    return found;
  }
}
