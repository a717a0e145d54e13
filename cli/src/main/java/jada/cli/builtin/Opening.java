package jada.cli.builtin;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.util.DocTrees;
import java.util.Optional;

/// The opening of a documentation comment as plain text: whole sentences of its first paragraph, as
/// many as fit. A comment has no opening if its first paragraph is malformed, written in Markdown,
/// too short to say anything or too long for one sentence.
final class Opening {
  static final int FEWEST_WORDS = 8;
  static final int FEWEST_CHARACTERS = 25;
  static final int MOST_CHARACTERS = 220;

  private Opening() {}

  static Optional<String> of(DocTrees trees, DocCommentTree comment) {
    return PlainText.of(trees, comment.getFullBody()).stream()
        .findFirst()
        .flatMap(PlainText.Paragraph::text)
        .flatMap(Opening::shorten);
  }

  /// As many whole sentences from the start as fit.
  private static Optional<String> shorten(String paragraph) {
    int end = 0;
    for (int i = 0; i < paragraph.length() && i < MOST_CHARACTERS; i++) {
      if (Sentences.endsAt(paragraph, i)) {
        end = i + 1;
      }
    }
    if (end == 0 && paragraph.length() <= MOST_CHARACTERS) {
      end = paragraph.length(); // one sentence without a full stop
    }
    String opening = paragraph.substring(0, end);
    boolean longEnough =
        opening.length() >= FEWEST_CHARACTERS && opening.split(" ").length >= FEWEST_WORDS;
    return longEnough ? Optional.of(opening) : Optional.empty();
  }
}
