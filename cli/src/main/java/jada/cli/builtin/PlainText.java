package jada.cli.builtin;

import com.sun.source.doctree.CommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.EndElementTree;
import com.sun.source.doctree.EntityTree;
import com.sun.source.doctree.ErroneousTree;
import com.sun.source.doctree.IndexTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.RawTextTree;
import com.sun.source.doctree.StartElementTree;
import com.sun.source.doctree.SummaryTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.SimpleDocTreeVisitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Documentation as plain text, paragraph by paragraph.
///
/// Inline tags become the text that a reader would see (`{@code x}` is x, `{@link Foo#bar}` is
/// Foo.bar), HTML markup is dropped, white space is folded.
final class PlainText {
  private static final Set<String> BLOCKS =
      Set.of(
          "p",
          "pre",
          "ul",
          "ol",
          "li",
          "dl",
          "dt",
          "dd",
          "table",
          "blockquote",
          "div",
          "hr",
          "h1",
          "h2",
          "h3",
          "h4",
          "h5",
          "h6");

  private final DocTrees trees;
  private final List<Paragraph> paragraphs = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private String element = "";
  private boolean unusable;

  private PlainText(DocTrees trees) {
    this.trees = trees;
  }

  /// A paragraph, never blank.
  ///
  /// @param element the HTML element that it starts, in lower case; empty if it starts none
  /// @param text its text; empty if it is malformed, written in Markdown, or has tags whose text
  ///   comes from elsewhere
  record Paragraph(String element, Optional<String> text) {}

  /// The paragraphs of the parts of a comment.
  static List<Paragraph> of(DocTrees trees, List<? extends DocTree> parts) {
    PlainText plain = new PlainText(trees);
    plain.render(parts);
    plain.next("");
    return plain.paragraphs;
  }

  private void render(List<? extends DocTree> parts) {
    Renderer renderer = new Renderer();
    parts.forEach(part -> part.accept(renderer, null));
  }

  /// Ends a paragraph and begins the next.
  private void next(String starting) {
    String folded = text.toString().strip().replaceAll("\\s+", " ");
    if (unusable || !folded.isEmpty()) {
      paragraphs.add(new Paragraph(element, unusable ? Optional.empty() : Optional.of(folded)));
    }
    text.setLength(0);
    unusable = false;
    element = starting;
  }

  /// `Foo#bar(int)` as Foo.bar, `#bar` as bar, `java.io.Foo` as Foo.
  private static String simpleName(String reference) {
    String name = reference.replaceAll("\\(.*", "").replaceAll("<.*>", "");
    int hash = name.indexOf('#');
    String type = hash < 0 ? name : name.substring(0, hash);
    String simple = type.substring(type.lastIndexOf('.') + 1);
    String member = hash < 0 ? "" : name.substring(hash + 1);
    return simple.isEmpty() || member.isEmpty() ? simple + member : simple + "." + member;
  }

  private final class Renderer extends SimpleDocTreeVisitor<Void, Void> {
    @Override
    public Void visitText(TextTree node, Void none) {
      text.append(node.getBody());
      return null;
    }

    @Override
    public Void visitLiteral(LiteralTree node, Void none) {
      text.append(node.getBody().getBody());
      return null;
    }

    @Override
    public Void visitLink(LinkTree node, Void none) {
      if (node.getLabel().isEmpty()) {
        text.append(simpleName(node.getReference().getSignature()));
      } else {
        render(node.getLabel());
      }
      return null;
    }

    @Override
    public Void visitIndex(IndexTree node, Void none) {
      return node.getSearchTerm().accept(this, none);
    }

    @Override
    public Void visitSummary(SummaryTree node, Void none) {
      render(node.getSummary());
      return null;
    }

    @Override
    public Void visitEntity(EntityTree node, Void none) {
      String characters = trees.getCharacters(node);
      text.append(characters == null ? " " : characters);
      return null;
    }

    @Override
    public Void visitStartElement(StartElementTree node, Void none) {
      String name = node.getName().toString().toLowerCase(Locale.ROOT);
      return element(name, name);
    }

    @Override
    public Void visitEndElement(EndElementTree node, Void none) {
      return element(node.getName().toString().toLowerCase(Locale.ROOT), "");
    }

    /// A block ends the paragraph that came before it; a line break is white space.
    private Void element(String name, String starting) {
      if (BLOCKS.contains(name)) {
        next(starting);
      } else if (name.equals("br")) {
        text.append(' ');
      }
      return null;
    }

    @Override
    public Void visitComment(CommentTree node, Void none) {
      return null;
    }

    @Override
    public Void visitErroneous(ErroneousTree node, Void none) {
      return giveUp();
    }

    @Override
    public Void visitRawText(RawTextTree node, Void none) {
      return giveUp();
    }

    /// Tags whose text comes from elsewhere, such as inheritDoc and value, or that nobody knows.
    @Override
    protected Void defaultAction(DocTree node, Void none) {
      return giveUp();
    }

    private Void giveUp() {
      unusable = true;
      return null;
    }
  }
}
