package jada.nn.text;

import jada.nn.files.InputException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The tokens of a tokenizer: those of the model, and those added to it, under ids from 0 without
/// holes.
final class Vocabulary {
  // The largest WordPiece vocabularies in use have 500,000 tokens of 7 characters on average; the
  // limits keep a hostile file from filling the heap.
  static final int MOST_TOKENS = 1 << 20;
  static final int MOST_CHARACTERS = 1 << 23;
  static final int LONGEST_TOKEN = 1024;

  private final String source;
  private final Map<String, Integer> modelIds;
  private final Map<String, Integer> ids;
  private final String[] tokens;

  /// Checks and takes over the ids of a model and the tokens added to it.
  ///
  /// @param source for errors: the file, and where in it the tokens are
  /// @throws InputException if ids repeat, leave holes or contradict each other, if there are no
  ///   tokens, or more or longer ones than any real vocabulary has
  Vocabulary(String source, Map<String, Integer> modelIds, List<AddedToken> added) {
    this(source, modelIds, Map.of(), added);
  }

  /// The same, with ids of the model whose token has another id, too, which counts.
  ///
  /// @param overridden the tokens by these ids
  Vocabulary(
      String source,
      Map<String, Integer> modelIds,
      Map<Integer, String> overridden,
      List<AddedToken> added) {
    this.source = source;
    // Not Map.copyOf: its table probes linearly by String.hashCode, which chosen tokens make
    // quadratic; HashMap keeps its order of magnitude.
    this.modelIds = Collections.unmodifiableMap(modelIds);
    this.ids = new HashMap<>(modelIds);
    for (AddedToken token : added) {
      Integer known = ids.putIfAbsent(token.content(), token.id());
      if (known != null && known != token.id()) {
        throw refusal(
            "the token %s has the ids %s and %s"
                .formatted(InputText.quote(token.content()), known, token.id()));
      }
    }
    if (modelIds.isEmpty()) {
      throw refusal("it has no tokens");
    }
    int size = ids.size() + overridden.size();
    if (size > MOST_TOKENS) {
      throw refusal("%s tokens, but at most %s are read".formatted(size, MOST_TOKENS));
    }
    this.tokens = new String[size];
    overridden.forEach((id, token) -> tokens[id] = token);
    long characters = 0;
    for (Map.Entry<String, Integer> entry : ids.entrySet()) {
      checkToken(entry.getKey());
      characters += entry.getKey().length();
      int id = entry.getValue();
      if (id < 0 || id >= tokens.length) {
        throw refusal(
            "the token %s has the id %s, but %s tokens need the ids 0 to %s without holes"
                .formatted(InputText.quote(entry.getKey()), id, tokens.length, tokens.length - 1));
      }
      if (tokens[id] != null) {
        throw refusal(
            "the id %s belongs to both %s and %s"
                .formatted(id, InputText.quote(tokens[id]), InputText.quote(entry.getKey())));
      }
      tokens[id] = entry.getKey();
    }
    if (characters > MOST_CHARACTERS) {
      throw refusal(
          "%s characters in all tokens, but at most %s are read"
              .formatted(characters, MOST_CHARACTERS));
    }
  }

  private void checkToken(String token) {
    if (token.length() > LONGEST_TOKEN) {
      throw refusal(
          "a token of %s characters, but at most %s are read: %s"
              .formatted(token.length(), LONGEST_TOKEN, InputText.quote(token)));
    }
    if (token.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
      throw refusal("the token %s holds half a surrogate pair".formatted(InputText.quote(token)));
    }
  }

  private InputException refusal(String reason) {
    return new InputException(
        "%s: %s: use the file as the model was published".formatted(source, reason));
  }

  /// The id of a token that the tokenizer needs.
  ///
  /// @throws InputException if the vocabulary lacks it
  int require(String token) {
    Integer id = ids.get(token);
    if (id == null) {
      throw refusal("the token %s is missing".formatted(InputText.quote(token)));
    }
    return id;
  }

  boolean contains(String token) {
    return ids.containsKey(token);
  }

  /// The tokens of the model alone, without those only added to it.
  Map<String, Integer> modelIds() {
    return modelIds;
  }

  int size() {
    return tokens.length;
  }

  String token(int id) {
    return tokens[id];
  }
}
