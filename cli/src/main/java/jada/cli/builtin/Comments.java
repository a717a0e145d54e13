package jada.cli.builtin;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.VariableTree;
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

/// Finds the documentation comments of types and methods with the JDK's own parser. Nothing is
/// resolved, compiled or run.
final class Comments {
  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

  private Comments() {}

  /// One opening and the path of its file.
  record Found(String path, String opening) {}

  /// The openings of the comments on types and methods, file by file in the order of each file.
  /// Many files in one call are read several times faster than one by one.
  static List<Found> openings(List<SourceFile> files) {
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
    List<Found> found = new ArrayList<>();
    try {
      for (CompilationUnitTree unit : task.parse()) {
        String path = paths.get(unit.getSourceFile().toUri());
        new Scanner(trees, opening -> found.add(new Found(path, opening))).scan(unit, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a source file in memory cannot fail to be read", e);
    }
    return found;
  }

  private static final class Scanner extends TreePathScanner<Void, Void> {
    private final DocTrees trees;
    private final Consumer<String> openings;

    Scanner(DocTrees trees, Consumer<String> openings) {
      this.trees = trees;
      this.openings = openings;
    }

    @Override
    public Void visitClass(ClassTree type, Void none) {
      add();
      return super.visitClass(type, none);
    }

    @Override
    public Void visitMethod(MethodTree method, Void none) {
      add();
      return null; // types inside a method are not documentation
    }

    @Override
    public Void visitVariable(VariableTree field, Void none) {
      return null;
    }

    private void add() {
      DocCommentTree comment = trees.getDocCommentTree(getCurrentPath());
      if (comment != null) {
        new Opening(trees).of(comment).ifPresent(openings);
      }
    }
  }
}
