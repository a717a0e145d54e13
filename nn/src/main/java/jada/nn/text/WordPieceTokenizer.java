package jada.nn.text;

import jada.nn.files.InputException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;

/// The tokenizer of BERT: text in, token ids out, equal id for id to Hugging Face's `tokenizers`.
///
/// A text is processed in four steps: added tokens such as `[MASK]` are found; the rest is
/// normalized ([BertNormalizer]), split into words, and the words into the longest pieces in the
/// vocabulary ([WordPiece]). The ids of `[CLS]` and `[SEP]` are put around:
///
///     [CLS] first [SEP]                 one text
///     [CLS] first [SEP] second [SEP]    a pair; tokens after the first [SEP] have type 1
///
/// Instances are immutable and may be shared by threads.
///
/// Of more than 128 combining marks in a row, those behind are normalized apart, which may give other
/// ids than the original if the vocabulary has tokens of such characters. Unpaired surrogates, which
/// the original cannot be given, count as U+FFFD.
public final class WordPieceTokenizer implements Tokenizer {
  static final int LONGEST_WORD = 100; // of vocabularies without tokenizer.json

  private final Vocabulary vocabulary;
  private final BertNormalizer normalizer;
  private final WordPiece wordPiece;
  private final AddedTokens literalTokens;
  private final AddedTokens normalizedTokens;
  private final int opening;
  private final int separator;
  private final int padding;
  private final boolean tokenTypes;
  private final SequencedMap<String, String> files;
  private final PipelineTokenizer aligned; // the same from parts that know where tokens stand

  WordPieceTokenizer(
      Vocabulary vocabulary,
      BertNormalizer normalizer,
      WordPiece wordPiece,
      List<AddedToken> added,
      int opening,
      int separator,
      boolean tokenTypes,
      SequencedMap<String, String> files) {
    this.vocabulary = vocabulary;
    this.normalizer = normalizer;
    this.wordPiece = wordPiece;
    this.opening = opening;
    this.separator = separator;
    this.tokenTypes = tokenTypes;
    this.padding = vocabulary.require("[PAD]");
    this.files = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(files));
    List<AddedToken> literal =
        added.stream().filter(Predicate.not(AddedToken::normalized)).toList();
    List<AddedToken> normalized = added.stream().filter(AddedToken::normalized).toList();
    this.literalTokens =
        new AddedTokens(literal, literal.stream().map(AddedToken::content).toList());
    this.normalizedTokens =
        new AddedTokens(
            normalized,
            normalized.stream().map(token -> normalizer.normalize(token.content())).toList());
    Template template = Template.bert(opening, separator);
    this.aligned =
        new PipelineTokenizer(
            new PipelineTokenizer.Parts(
                kind(),
                vocabulary,
                added,
                normalizer,
                PreTokenizing.bert(),
                wordPiece,
                tokenTypes ? template : template.withoutTypes(),
                Optional.empty(),
                padding),
            files);
  }

  /// Reads a `tokenizer.json` of the BERT kind. Its sections `truncation` and `padding` are
  /// ignored.
  ///
  /// @throws InputException if the file is missing, damaged, or describes another kind of tokenizer
  public static WordPieceTokenizer fromTokenizerJson(Path file) {
    return ofJson(InputText.read(file, TokenizerJson.MOST_BYTES), file.toString());
  }

  /// Reads a `tokenizer.json` of the BERT kind to the end of the stream, which stays open.
  ///
  /// @param nameForErrors what errors call it
  /// @throws InputException if it is damaged or describes another kind of tokenizer
  public static WordPieceTokenizer fromTokenizerJson(InputStream in, String nameForErrors) {
    return ofJson(InputText.read(in, nameForErrors, TokenizerJson.MOST_BYTES), nameForErrors);
  }

  /// Reads a `vocab.txt`, one token a line, with the rules of BERT: prefix `##`, words of at most
  /// 100 characters, control characters removed, ideographs set apart.
  ///
  /// @param lowercase whether the vocabulary is uncased: lower case and no accents
  /// @throws InputException if the file is missing, damaged, or lacks a special token
  public static WordPieceTokenizer fromVocabulary(Path vocabTxt, boolean lowercase) {
    String text = InputText.read(vocabTxt, TokenizerJson.MOST_BYTES);
    return ofVocabulary(text, vocabTxt.toString(), lowercase);
  }

  /// [#fromVocabulary(Path, boolean)] from a stream, read to its end and left open.
  ///
  /// @param nameForErrors what errors call it
  public static WordPieceTokenizer fromVocabulary(
      InputStream in, String nameForErrors, boolean lowercase) {
    String text = InputText.read(in, nameForErrors, TokenizerJson.MOST_BYTES);
    return ofVocabulary(text, nameForErrors, lowercase);
  }

  /// A tokenizer of the text of a `tokenizer.json`.
  static WordPieceTokenizer ofJson(String text, String source) {
    SequencedMap<String, String> files = new LinkedHashMap<>();
    files.put("tokenizer.json", text);
    return TokenizerJson.read(text, source).bert(Optional.empty(), files);
  }

  private static SequencedMap<String, String> files(String vocabulary, boolean lowercase) {
    SequencedMap<String, String> files = new LinkedHashMap<>();
    files.put("vocab.txt", vocabulary);
    files.put(
        "tokenizer_config.json",
        "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": " + lowercase + "}\n");
    return files;
  }

  private static WordPieceTokenizer ofVocabulary(String text, String source, boolean lowercase) {
    SequencedMap<String, String> files = files(text, lowercase);
    BertRules rules =
        BertRules.of(source, Optional.empty(), Optional.empty(), Optional.empty())
            .withLowercase(lowercase);
    return ofVocabulary(text, source, rules, files);
  }

  /// A tokenizer of the lines of a `vocab.txt`. Of equal lines the last counts, as in transformers.
  ///
  /// @param source its name for errors
  /// @param files the tokenizer's saved form
  static WordPieceTokenizer ofVocabulary(
      String text, String source, BertRules rules, SequencedMap<String, String> files) {
    String[] lines = text.split("\r?\n");
    Map<String, Integer> ids = HashMap.newHashMap(lines.length);
    Map<Integer, String> overridden = new HashMap<>();
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].isEmpty()) {
        throw new InputException(
            "%s: line %s is empty, but each line is a token: use the file as it was published"
                .formatted(source, i + 1));
      }
      Integer earlier = ids.put(lines[i], i);
      if (earlier != null) {
        overridden.put(earlier, lines[i]);
      }
    }
    List<AddedToken> added = rules.tokens(ids, List.of());
    Vocabulary vocabulary = new Vocabulary(source, ids, overridden, added);
    vocabulary.require("[UNK]");
    return new WordPieceTokenizer(
        vocabulary,
        rules.normalizer(),
        new WordPiece(ids, "##", "[UNK]", LONGEST_WORD),
        added,
        vocabulary.require("[CLS]"),
        vocabulary.require("[SEP]"),
        rules.tokenTypes(),
        files);
  }

  @Override
  public Encoding encode(Input input, int maxLength) {
    return input
        .pair()
        .map(second -> pair(input.text(), second, maxLength))
        .orElseGet(() -> single(input.text(), maxLength));
  }

  private Encoding single(String text, int maxLength) {
    int room = room(maxLength, 2);
    IdBuffer tokens = tokens(text, room);
    int n = Math.min(tokens.size(), room);
    int[] ids = new int[n + 2];
    ids[0] = opening;
    tokens.copyTo(ids, 1, n);
    ids[n + 1] = separator;
    return new Encoding(ids, ids.length);
  }

  private Encoding pair(String first, String second, int maxLength) {
    int room = room(maxLength, 3);
    // A text is followed to the word with which it alone reaches maxLength. How long it would be to
    // its end does not count, in the reference neither, where one text must be called the shorter.
    IdBuffer firstTokens = tokens(first, maxLength);
    IdBuffer secondTokens = tokens(second, maxLength);
    int[] lengths = PipelineTokenizer.longestFirst(firstTokens.size(), secondTokens.size(), room);
    int n1 = lengths[0];
    int n2 = lengths[1];
    int[] ids = new int[n1 + n2 + 3];
    ids[0] = opening;
    firstTokens.copyTo(ids, 1, n1);
    ids[n1 + 1] = separator;
    secondTokens.copyTo(ids, n1 + 2, n2);
    ids[n1 + n2 + 2] = separator;
    return new Encoding(ids, tokenTypes ? n1 + 2 : ids.length);
  }

  private static int room(int maxLength, int specialTokens) {
    if (maxLength < specialTokens) {
      throw new IllegalArgumentException(
          "encode: maxLength is %s: at least %s, the number of special tokens, must fit"
              .formatted(maxLength, specialTokens));
    }
    return maxLength - specialTokens;
  }

  /// The ids of a text's tokens, or of its first ones up to the word that makes them `wanted`.
  private IdBuffer tokens(String text, int wanted) {
    IdBuffer ids = new IdBuffer(wanted);
    literalTokens.split(
        text,
        ids,
        (from, to) -> {
          CharSequence part = normalizer.normalize(text.substring(from, to));
          normalizedTokens.split(
              part, ids, (start, end) -> wordPiece.appendWords(part, start, end, ids));
        });
    return ids;
  }

  @Override
  public Alignment align(Input input, int maxLength) {
    return aligned.align(input, maxLength);
  }

  @Override
  public String kind() {
    return "WordPiece";
  }

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public String token(int id) {
    return vocabulary.token(id);
  }

  @Override
  public int paddingId() {
    return padding;
  }

  @Override
  public SequencedMap<String, String> files() {
    return files;
  }
}
