package jada.nn;

import static jada.autograd.Ops.add;

import jada.autograd.Variable;
import jada.nn.files.InputException;
import java.util.Optional;

/// The input of the first block: x = LayerNorm(word + token type + position), each looked up in a
/// learned table.
///
/// @param words (V, C), by token id
/// @param positions (maxPositions, C), by the token's place in its sequence
/// @param tokenTypes (token types, C): first or second text; DistilBERT has none and adds nothing
record BertEmbeddings(
    Embedding words,
    Embedding positions,
    Optional<Embedding> tokenTypes,
    LayerNorm norm,
    Dropout dropout) {

  /// The tokens as vectors: T tokens -> (T, C).
  ///
  /// @throws InputException if a token id or type has no vector, or a sequence is too long
  Variable forward(Batch batch) {
    requireShort(batch, positions.size());
    requireKnown("token id", batch.ids(), words, "outside the vocabulary", batch);
    Variable word = words.forward(batch.ids()); // (T, C)
    Variable typed = tokenTypes.map(table -> addTypes(word, table, batch)).orElse(word); // (T, C)
    Variable position = positions.forward(batch.positions()); // (T, C)
    return dropout.forward(norm.forward(add(typed, position)));
  }

  private static Variable addTypes(Variable word, Embedding table, Batch batch) {
    int[] types = batch.tokenTypes();
    requireKnown("token type", types, table, "outside the token types", batch);
    return add(word, table.forward(types));
  }

  /// @throws InputException if a sequence has more than `most` tokens
  static void requireShort(Batch batch, int most) {
    for (int i = 0; i < batch.sequences(); i++) {
      if (batch.length(i) > most) {
        throw new InputException(
            "embeddings: sequence "
                + i
                + " has "
                + batch.length(i)
                + " tokens, the model has "
                + most
                + " positions; cut texts to that many when encoding (`max-length`)");
      }
    }
  }

  private static void requireKnown(
      String what, int[] numbers, Embedding table, String outside, Batch batch) {
    for (int token = 0; token < numbers.length; token++) {
      if (numbers[token] < 0 || numbers[token] >= table.size()) {
        throw new InputException(
            "embeddings: "
                + what
                + " "
                + numbers[token]
                + " of sequence "
                + batch.sequenceOf(token)
                + " at position "
                + batch.positions()[token]
                + " is "
                + outside
                + " (0 to "
                + (table.size() - 1)
                + "); use the tokenizer that belongs to the model");
      }
    }
  }
}
