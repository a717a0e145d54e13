package jada.cli.builtin;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.ReturnTree;
import com.sun.source.util.DocTrees;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What the documentation of a method says, in two parts that do not repeat each other: the first
/// sentence as a query, and a document of signature, further description, parameters and result.
final class MethodText {
  static final int FEWEST_QUERY_WORDS = 4;
  static final int MOST_QUERY_WORDS = 40;

  /// Letters and spaces in a query: less is a formula, or another script.
  private static final double PLAIN_SHARE = 0.85;

  /// Words that a document has besides its signature; with fewer, one could only guess.
  static final int FEWEST_WORDS = 5;

  /// A document is cut after so many words, or at the end of a sentence not far before.
  static final int MOST_WORDS = 80;

  static final int FEWEST_WORDS_AFTER_CUT = 60;

  /// Code and tables read badly as sentences.
  private static final Set<String> LEFT_OUT = Set.of("pre", "table");

  /// Beginnings of sentences that point elsewhere or speak to those who write the class.
  private static final Pattern ELSEWHERE =
      Pattern.compile(
          "(see|refer|note|same as|equivalent to|overrid(e|es|den|able)|inherited|default)\\b");

  /// What stands in sentences that nobody wrote for readers, and in those with tags or formulas
  /// that are left as they were typed.
  private static final Pattern UNFIT =
      Pattern.compile(
          "\\b(deprecated|todo|fixme|xxx|javadoc|auto(matically)?[- ]generated"
              + "|generated (by|method|code))\\b|[{}\\\\]|(e\\.g\\.|i\\.e\\.|[:,;])$");

  private final DocTrees trees;
  private final DocCommentTree comment;
  private final List<PlainText.Paragraph> paragraphs;

  MethodText(DocTrees trees, DocCommentTree comment) {
    this.trees = trees;
    this.comment = comment;
    this.paragraphs = PlainText.of(trees, comment.getFullBody());
  }

  /// The first sentence, if it describes anything.
  Optional<String> query() {
    return paragraphs.stream()
        .findFirst()
        .filter(MethodText::isProse)
        .flatMap(PlainText.Paragraph::text)
        .map(Sentences::first)
        .filter(sentence -> describes(sentence) && !goesOn(sentence));
  }

  private static boolean isProse(PlainText.Paragraph paragraph) {
    return !LEFT_OUT.contains(paragraph.element());
  }

  private static boolean describes(String sentence) {
    String lower = sentence.toLowerCase(Locale.ROOT);
    int words = lower.split(" ").length;
    long plain = lower.chars().filter(c -> c == ' ' || c >= 'a' && c <= 'z').count();
    return words >= FEWEST_QUERY_WORDS
        && words <= MOST_QUERY_WORDS
        && plain >= PLAIN_SHARE * lower.length()
        && !ELSEWHERE.matcher(lower).lookingAt()
        && !UNFIT.matcher(lower).find();
  }

  /// Whether a sentence goes on in a list, in code or in a table.
  private boolean goesOn(String sentence) {
    return Sentences.isOpen(sentence)
        && paragraphs.size() > 1
        && !Set.of("", "p").contains(paragraphs.get(1).element());
  }

  /// The signature and what the documentation says besides the query; empty if it says too little.
  Optional<String> document(String signature, String query) {
    List<String> parts = new ArrayList<>();
    paragraphs.stream()
        .filter(MethodText::isProse)
        .flatMap(paragraph -> paragraph.text().stream())
        .map(text -> text.startsWith(query) ? text.substring(query.length()).strip() : text)
        .filter(text -> !text.isEmpty() && !repeats(text, query))
        .map(MethodText::withFullStop)
        .forEach(parts::add);
    comment.getBlockTags().forEach(tag -> words(tag, query).ifPresent(parts::add));
    String rest = String.join(" ", parts);
    return rest.split(" ").length < FEWEST_WORDS
        ? Optional.empty()
        : Optional.of(cut(signature + ": " + rest));
  }

  /// A tag in words, if it says what the query does not.
  private Optional<String> words(DocTree tag, String query) {
    return switch (tag) {
      case ParamTree param when !param.isTypeParameter() ->
          words(param.getName() + ": ", param.getDescription(), query);
      case ReturnTree result -> words("Result: ", result.getDescription(), query);
      default -> Optional.empty();
    };
  }

  private Optional<String> words(String start, List<? extends DocTree> text, String query) {
    String words =
        PlainText.of(trees, text).stream()
            .filter(MethodText::isProse)
            .flatMap(paragraph -> paragraph.text().stream())
            .collect(Collectors.joining(" "));
    return words.isEmpty() || repeats(words, query)
        ? Optional.empty()
        : Optional.of(withFullStop(start + words));
  }

  /// Whether one is within the other, but for the query's verb, punctuation and case: "the length"
  /// repeats "Returns the length."
  private static boolean repeats(String text, String query) {
    String object = query.substring(query.indexOf(' ') + 1);
    String one = letters(text);
    String other = letters(object);
    return one.contains(other) || other.contains(one);
  }

  private static String letters(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
  }

  private static String withFullStop(String text) {
    return Sentences.isOpen(text) && !text.endsWith(":") ? text + "." : text;
  }

  private static String cut(String text) {
    String[] words = text.split(" ");
    if (words.length <= MOST_WORDS) {
      return text;
    }
    int end =
        IntStream.iterate(MOST_WORDS, n -> n >= FEWEST_WORDS_AFTER_CUT, n -> n - 1)
            .filter(n -> words[n - 1].endsWith("."))
            .findFirst()
            .orElse(MOST_WORDS);
    return String.join(" ", Arrays.copyOf(words, end));
  }
}
