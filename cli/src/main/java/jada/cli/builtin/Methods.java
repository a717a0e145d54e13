package jada.cli.builtin;

import com.sun.source.doctree.DeprecatedTree;
import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/// Finds documented methods that somebody could search for: public or protected ones, without
/// constructors, getters, setters, and what is deprecated.
final class Methods {
  private static final Set<Modifier> VISIBLE = Set.of(Modifier.PUBLIC, Modifier.PROTECTED);

  private Methods() {}

  /// A method.
  ///
  /// @param path the path of its file
  /// @param name the names of its type and its own, such as `StringUtils.leftPad`
  /// @param query the first sentence of its documentation
  /// @param document its signature and the rest of its documentation
  record Found(String path, String name, String query, String document) {}

  /// The methods, file by file in the order of each file.
  static List<Found> described(List<SourceFile> files) {
    return SyntaxTrees.find(files, Scanner::new);
  }

  private static final class Scanner extends TreePathScanner<Void, Void> {
    private final DocTrees trees;
    private final String path;
    private final Consumer<Found> found;
    private final Deque<ClassTree> types = new ArrayDeque<>();

    Scanner(DocTrees trees, String path, Consumer<Found> found) {
      this.trees = trees;
      this.path = path;
      this.found = found;
    }

    @Override
    public Void visitClass(ClassTree type, Void none) {
      types.addLast(type);
      super.visitClass(type, none);
      types.removeLast();
      return null;
    }

    @Override
    public Void visitMethod(MethodTree method, Void none) {
      DocCommentTree comment = trees.getDocCommentTree(getCurrentPath());
      if (comment != null && isVisible(method) && !isAccessor(method) && !isDeprecated(comment)) {
        find(method, comment).ifPresent(found);
      }
      return null; // types inside a method are not documentation
    }

    @Override
    public Void visitVariable(VariableTree field, Void none) {
      return null;
    }

    private Optional<Found> find(MethodTree method, DocCommentTree comment) {
      String name =
          types.stream()
              .map(type -> type.getSimpleName() + ".")
              .collect(Collectors.joining("", "", method.getName()));
      MethodText text = new MethodText(trees, comment);
      return text.query()
          .flatMap(
              query ->
                  text.document(name + parameters(method), query)
                      .map(document -> new Found(path, name, query, document)));
    }

    /// `(String str, int size)`, without annotations and the packages of types.
    private static String parameters(MethodTree method) {
      return method.getParameters().stream()
          .map(parameter -> parameter.getType() + " " + parameter.getName())
          .map(parameter -> parameter.replaceAll("@[\\w.]+(\\([^)]*\\))?\\s*", ""))
          .map(parameter -> parameter.replaceAll("\\b([a-z]\\w*\\.)+", ""))
          .collect(Collectors.joining(", ", "(", ")"));
    }

    private boolean isVisible(MethodTree method) {
      Set<Modifier> modifiers = method.getModifiers().getFlags();
      boolean constructor = method.getReturnType() == null;
      boolean inInterface =
          types.getLast().getKind() == Tree.Kind.INTERFACE && !modifiers.contains(Modifier.PRIVATE);
      return !constructor && (inInterface || modifiers.stream().anyMatch(VISIBLE::contains));
    }

    /// A getter without, a setter with one parameter, that do no more than a few statements.
    private static boolean isAccessor(MethodTree method) {
      String name = method.getName().toString();
      int statements = method.getBody() == null ? 0 : method.getBody().getStatements().size();
      return switch (method.getParameters().size()) {
        case 0 -> name.matches("(get|is|has)[A-Z].*") && statements <= 1;
        case 1 -> name.matches("set[A-Z].*") && statements <= 2;
        default -> false;
      };
    }

    private static boolean isDeprecated(DocCommentTree comment) {
      return comment.getBlockTags().stream().anyMatch(DeprecatedTree.class::isInstance);
    }
  }
}
