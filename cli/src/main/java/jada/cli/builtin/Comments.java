package jada.cli.builtin;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.TreePathScanner;
import java.util.List;
import java.util.function.Consumer;

/// Finds the documentation comments of types and methods.
final class Comments {
  private Comments() {}

  /// One opening and the path of its file.
  record Found(String path, String opening) {}

  /// The openings of the comments on types and methods, file by file in the order of each file.
  static List<Found> openings(List<SourceFile> files) {
    return SyntaxTrees.find(
        files,
        (trees, path, found) ->
            new Scanner(trees, opening -> found.accept(new Found(path, opening))));
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
        Opening.of(trees, comment).ifPresent(openings);
      }
    }
  }
}
