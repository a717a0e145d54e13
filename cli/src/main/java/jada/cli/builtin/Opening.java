package jada.cli.builtin;

import com.sun.source.doctree.CommentTree;
import com.sun.source.doctree.DocCommentTree;
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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The opening of a documentation comment as plain text: whole sentences of its first paragraph, as
/// many as fit.
///
/// Inline tags become the text that a reader would see (`{@code x}` is x, `{@link Foo#bar}` is
/// Foo.bar), HTML markup is dropped, white space is folded. A comment has no opening if its first
/// paragraph is malformed, written in Markdown, too short to say anything or too long for one
/// sentence.
final class Opening {
  static final int FEWEST_WORDS = 8;
  static final int FEWEST_CHARACTERS = 25;
  static final int MOST_CHARACTERS = 220;

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
  private final StringBuilder text = new StringBuilder();
  private boolean ended;
  private boolean unusable;

  Opening(DocTrees trees) {
    this.trees = trees;
  }

  Optional<String> of(DocCommentTree comment) {
    render(comment.getFullBody());
    return unusable ? Optional.empty() : shorten(text.toString());
  }

  /// As many whole sentences from the start as fit.
  static Optional<String> shorten(String paragraph) {
    String folded = paragraph.strip().replaceAll("\\s+", " ");
    int end = 0;
    for (int i = 0; i < folded.length() && i < MOST_CHARACTERS; i++) {
      if (endsSentence(folded, i)) {
        end = i + 1;
      }
    }
    if (end == 0 && folded.length() <= MOST_CHARACTERS) {
      end = folded.length(); // one sentence without a full stop
    }
    String opening = folded.substring(0, end);
    boolean longEnough =
        opening.length() >= FEWEST_CHARACTERS && opening.split(" ").length >= FEWEST_WORDS;
    return longEnough ? Optional.of(opening) : Optional.empty();
  }

  /// A full stop before a capital or the end; so neither "e.g. x" nor "1.5" nor "java.io" ends one.
  private static boolean endsSentence(String text, int i) {
    boolean stop = ".!?".indexOf(text.charAt(i)) >= 0;
    boolean last = i + 1 == text.length();
    return stop
        && (last
            || i + 2 < text.length()
                && text.charAt(i + 1) == ' '
                && Character.isUpperCase(text.codePointAt(i + 2)));
  }

  private void render(List<? extends DocTree> parts) {
    for (DocTree part : parts) {
      if (ended) {
        return;
      }
      part.accept(new Renderer(), null);
    }
  }

  /// `Foo#bar(int)` as Foo.bar, `#bar` as bar, `java.io.Foo` as Foo.
  static String simpleName(String reference) {
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
      return element(node.getName().toString());
    }

    @Override
    public Void visitEndElement(EndElementTree node, Void none) {
      return element(node.getName().toString());
    }

    /// A block ends the paragraph that came before it; a line break is white space.
    private Void element(String name) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (BLOCKS.contains(lower)) {
        ended = !text.toString().isBlank();
      } else if (lower.equals("br")) {
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
      ended = true;
      return null;
    }
  }
}
