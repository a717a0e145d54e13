package jada.nn.checkpoint;

import jada.nn.Pooling;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/// How a sentence encoder makes a vector of a text: what sentence-transformers keeps beside the
/// weights, in `modules.json` and the files that it names.
///
/// @param pooling how the hidden states become one vector
/// @param normalize whether vectors have length 1
/// @param queryPrompt text put before a query, such as `query: `; empty for none
/// @param documentPrompt text put before a document, such as `passage: `; empty for none
/// @param maxLength tokens at which the encoder was trained to cut texts, special tokens included,
///   if that is known
/// @param refusal why vectors cannot be computed as the files say; empty if they can
public record EmbeddingForm(
    Pooling pooling,
    boolean normalize,
    String queryPrompt,
    String documentPrompt,
    OptionalInt maxLength,
    Optional<String> refusal) {
  /// The form of a model that says nothing of it, as sentence-transformers has it: the mean, and
  /// vectors of length 1, since they are compared by their cosine.
  public static final EmbeddingForm DEFAULT = of(Pooling.MEAN);

  /// Checks that nothing is missing.
  public EmbeddingForm {
    Objects.requireNonNull(pooling, "pooling");
    Objects.requireNonNull(queryPrompt, "queryPrompt");
    Objects.requireNonNull(documentPrompt, "documentPrompt");
    Objects.requireNonNull(maxLength, "maxLength");
    Objects.requireNonNull(refusal, "refusal");
  }

  /// Vectors of length 1 by this pooling, no prompts.
  public static EmbeddingForm of(Pooling pooling) {
    return new EmbeddingForm(pooling, true, "", "", OptionalInt.empty(), Optional.empty());
  }

  /// The same with another pooling.
  public EmbeddingForm withPooling(Pooling replacement) {
    return new EmbeddingForm(
        replacement, normalize, queryPrompt, documentPrompt, maxLength, Optional.empty());
  }

  /// The same with vectors of length 1, or of any length.
  public EmbeddingForm withNormalize(boolean choice) {
    return new EmbeddingForm(pooling, choice, queryPrompt, documentPrompt, maxLength, refusal);
  }

  /// The same with other texts before queries and documents.
  public EmbeddingForm withPrompts(String query, String document) {
    return new EmbeddingForm(pooling, normalize, query, document, maxLength, refusal);
  }

  /// The same with texts cut at so many tokens.
  public EmbeddingForm withMaxLength(int tokens) {
    return new EmbeddingForm(
        pooling, normalize, queryPrompt, documentPrompt, OptionalInt.of(tokens), refusal);
  }

  /// The same, which cannot be computed here.
  ///
  /// @param reason names the file, and what in it is not computed
  EmbeddingForm refusedBecause(String reason) {
    return new EmbeddingForm(
        pooling, normalize, queryPrompt, documentPrompt, maxLength, Optional.of(reason));
  }

  /// In a few words, such as `mean pooling, length 1, query prompt "query: "`.
  public String description() {
    return pooling
        + " pooling"
        + (normalize ? ", vectors of length 1" : "")
        + (queryPrompt.isEmpty() ? "" : ", query prompt \"" + queryPrompt + "\"")
        + (documentPrompt.isEmpty() ? "" : ", document prompt \"" + documentPrompt + "\"");
  }
}
