package jada.nn.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;

/// A tokenizer made of parts, as `tokenizer.json` describes it: equal id for id to Hugging Face's
/// `tokenizers`.
///
///     text → added tokens such as <mask> are found, and between them:
///          → rewritten                       Normalizing
///          → cut into pieces                 PreTokenizing
///          → the pieces into tokens          Model
///          → special tokens around           Template
///
/// [Tokenizers] reads it. Instances are immutable and may be shared by threads.
///
/// Unpaired surrogates, which the original cannot be given, count as U+FFFD, and of more than 128
/// combining marks in a row those behind are normalized apart.
public final class PipelineTokenizer implements Tokenizer {
  private final Parts parts;
  private final AddedTokens literalTokens;
  private final AddedTokens normalizedTokens;
  private final WordCache cache = new WordCache();
  private final SequencedMap<String, String> files;

  /// What a tokenizer is made of.
  ///
  /// @param kind what `tokenizer.json` calls the model
  /// @param vocabulary all tokens
  /// @param added those that are found in the text itself
  /// @param trim how the places of tokens are trimmed
  /// @param padding the id of the padding token
  record Parts(
      String kind,
      Vocabulary vocabulary,
      List<AddedToken> added,
      Normalizing normalizer,
      PreTokenizing preTokenizer,
      Model model,
      Template template,
      Optional<Trim> trim,
      int padding) {
    /// Copies the list.
    Parts {
      added = List.copyOf(added);
    }

    Parts withTemplate(Template other) {
      return new Parts(
          kind, vocabulary, added, normalizer, preTokenizer, model, other, trim, padding);
    }
  }

  /// That the places of tokens leave out white space.
  ///
  /// @param blankBefore whether the tokenizer puts a blank before a text, which is not left out
  record Trim(boolean blankBefore) {}

  /// A tokenizer of these parts.
  ///
  /// @param files its saved form
  PipelineTokenizer(Parts parts, SequencedMap<String, String> files) {
    this.parts = parts;
    this.files = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(files));
    List<AddedToken> literal =
        parts.added().stream().filter(Predicate.not(AddedToken::normalized)).toList();
    List<AddedToken> normalized = parts.added().stream().filter(AddedToken::normalized).toList();
    this.literalTokens =
        new AddedTokens(literal, literal.stream().map(AddedToken::content).toList());
    this.normalizedTokens =
        new AddedTokens(
            normalized, normalized.stream().map(token -> normalize(token.content())).toList());
  }

  private String normalize(String text) {
    return parts.normalizer().apply(AlignedText.of(text)).text();
  }

  @Override
  public Encoding encode(Input input, int maxLength) {
    return encode(input, maxLength, false).encoding();
  }

  @Override
  public Alignment align(Input input, int maxLength) {
    return encode(input, maxLength, true).alignment();
  }

  /// The tokens of an input between the special tokens.
  ///
  /// @param lengths how many tokens of each text count
  private record Framed(List<Template.Part> frame, List<IdBuffer> texts, int[] lengths) {
    int length() {
      int length = Template.specialTokens(frame);
      for (Template.Part part : frame) {
        length += part.text() == Template.Part.SPECIAL ? 0 : lengths[part.text()];
      }
      return length;
    }

    Encoding encoding() {
      int[] ids = new int[length()];
      int firstTypeOne = ids.length;
      int at = 0;
      for (Template.Part part : frame) {
        if (part.type() == 1) {
          firstTypeOne = Math.min(firstTypeOne, at);
        }
        for (int id : part.ids()) {
          ids[at++] = id;
        }
        if (part.text() != Template.Part.SPECIAL) {
          texts.get(part.text()).copyTo(ids, at, lengths[part.text()]);
          at += lengths[part.text()];
        }
      }
      return new Encoding(ids, firstTypeOne);
    }

    Alignment alignment() {
      int n = length();
      int[] of = new int[n];
      int[] starts = new int[n];
      int[] ends = new int[n];
      int at = 0;
      for (Template.Part part : frame) {
        for (int i = 0; i < part.ids().size(); i++) {
          of[at++] = Alignment.NO_TEXT;
        }
        if (part.text() != Template.Part.SPECIAL) {
          IdBuffer text = texts.get(part.text());
          for (int i = 0; i < lengths[part.text()]; i++) {
            of[at] = part.text();
            starts[at] = text.start(i);
            ends[at++] = text.end(i);
          }
        }
      }
      return new Alignment(encoding(), of, starts, ends);
    }
  }

  private Framed encode(Input input, int maxLength, boolean tracked) {
    boolean isPair = input.pair().isPresent();
    List<Template.Part> frame = isPair ? parts.template().pair() : parts.template().single();
    int special = Template.specialTokens(frame);
    if (maxLength < special) {
      throw new IllegalArgumentException(
          "encode: maxLength is %s: at least %s, the number of special tokens, must fit"
              .formatted(maxLength, special));
    }
    int room = maxLength - special;
    if (!isPair) {
      IdBuffer tokens = tokens(input.text(), room, tracked);
      return new Framed(frame, List.of(tokens), new int[] {Math.min(tokens.size(), room)});
    }
    // A text is followed to the piece with which it alone reaches maxLength. How long it would be
    // to its end does not count, in the reference neither, where one text must be called the
    // shorter.
    IdBuffer first = tokens(input.text(), maxLength, tracked);
    IdBuffer second = tokens(input.pair().get(), maxLength, tracked);
    return new Framed(
        frame, List.of(first, second), longestFirst(first.size(), second.size(), room));
  }

  /// How many tokens of two texts of `n1` and `n2` tokens remain if there is room for so many.
  static int[] longestFirst(int n1, int n2, int room) {
    if (n1 + n2 <= room) {
      return new int[] {n1, n2};
    }
    int shorter = Math.min(Math.min(n1, n2), room / 2);
    int first = n1 <= n2 ? shorter : room - shorter;
    return new int[] {first, room - first};
  }

  /// The tokens of a text, or of its first pieces up to the one that makes them `wanted`.
  private IdBuffer tokens(String given, int wanted, boolean tracked) {
    String text = withoutHalfPairs(given);
    IdBuffer ids = new IdBuffer(wanted, tracked);
    literalTokens.split(
        text, ids, (from, to) -> appendRewritten(AlignedText.of(text, from, to, tracked), ids));
    parts.trim().filter(_ -> tracked).ifPresent(trim -> trim(text, ids, trim));
    return ids;
  }

  private void appendRewritten(AlignedText part, IdBuffer ids) {
    AlignedText text = parts.normalizer().apply(part);
    int before = ids.size();
    int[] done = {before};
    normalizedTokens.split(
        text.text(),
        ids,
        (from, to) -> {
          ids.toOrigins(done[0], text); // added tokens found so far
          appendPieces(parts.preTokenizer().apply(Pieces.of(text, from, to)), ids);
          done[0] = ids.size();
        });
    ids.toOrigins(done[0], text);
  }

  private void appendPieces(Pieces pieces, IdBuffer ids) {
    int before = ids.size();
    String text = pieces.text().text();
    for (int i = 0; i < pieces.size() && !ids.isFull(); i++) {
      cache.appendTokens(parts.model(), text, pieces.from(i), pieces.to(i), ids);
      ids.endPiece();
    }
    ids.toOrigins(before, pieces.text());
  }

  private static String withoutHalfPairs(String text) {
    Optional<StringBuilder> whole = Optional.empty();
    int size;
    for (int i = 0; i < text.length(); i += size) {
      size = 1;
      if (Character.isSurrogate(text.charAt(i))) {
        size = Character.charCount(text.codePointAt(i));
        if (size == 1) {
          whole = whole.or(() -> Optional.of(new StringBuilder(text)));
          whole.get().setCharAt(i, '\uFFFD');
        }
      }
    }
    return whole.map(StringBuilder::toString).orElse(text);
  }

  /// Leaves white space, and the Ġ that stands for a blank, out of the places of tokens.
  private void trim(String text, IdBuffer ids, Trim trim) {
    for (int i = 0; i < ids.size(); i++) {
      // Added tokens are spelled with the white space that they have swallowed.
      String token =
          ids.isFound(i)
              ? text.substring(ids.start(i), ids.end(i))
              : parts.vocabulary().token(ids.id(i));
      int leading = 0;
      while (leading < token.length() && isBlank(token.charAt(leading))) {
        leading++;
      }
      int trailing = 0;
      while (trailing < token.length() && isBlank(token.charAt(token.length() - 1 - trailing))) {
        trailing++;
      }
      int start = ids.start(i);
      int end = ids.end(i);
      if (leading == 1 && trim.blankBefore() && (i == 0 || start == 0)) {
        leading = 0; // the tokenizer's own; more are the text's
      }
      // The Ġ put before a text stands for the first character, whatever that is.
      int length = text.codePointCount(start, end);
      int from = text.offsetByCodePoints(start, Math.min(leading, length));
      int to = text.offsetByCodePoints(end, -Math.min(trailing, text.codePointCount(from, end)));
      ids.setPlace(i, from, to);
    }
  }

  private static boolean isBlank(char unit) {
    return unit == ByteCharacters.of(' ') || Characters.isSpace(unit);
  }

  @Override
  public String kind() {
    return parts.kind();
  }

  @Override
  public int vocabularySize() {
    return parts.vocabulary().size();
  }

  @Override
  public String token(int id) {
    return parts.vocabulary().token(id);
  }

  @Override
  public int paddingId() {
    return parts.padding();
  }

  @Override
  public SequencedMap<String, String> files() {
    return files;
  }
}
