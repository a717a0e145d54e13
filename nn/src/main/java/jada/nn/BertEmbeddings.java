package jada.nn;

import static jada.autograd.Ops.add;

import jada.autograd.Variable;

/// What goes into BERT's first block: x = LayerNorm(word + token type + position), each looked up
/// in a learnt table.
///
/// @param words (V, C), by token id
/// @param positions (maxPositions, C), by the token's place in its sequence
/// @param tokenTypes (token types, C): first or second text
record BertEmbeddings(
    Embedding words, Embedding positions, Embedding tokenTypes, LayerNorm norm, Dropout dropout) {

  /// The tokens as vectors: T tokens -> (T, C).
  ///
  /// @throws InputException if a token id or type has no vector, or a sequence is too long
  Variable forward(Batch batch) {
    int[] ids = batch.ids();
    int[] types = batch.tokenTypes();
    requireShort(batch);
    requireKnown("token id", ids, words, "outside the vocabulary", batch);
    requireKnown("token type", types, tokenTypes, "outside the token types", batch);
    Variable word = words.forward(ids); // (T, C)
    Variable type = tokenTypes.forward(types); // (T, C)
    Variable position = positions.forward(batch.positions()); // (T, C)
    return dropout.forward(norm.forward(add(add(word, type), position)));
  }

  private void requireShort(Batch batch) {
    for (int i = 0; i < batch.sequences(); i++) {
      if (batch.length(i) > positions.size()) {
        throw new InputException(
            "embeddings: sequence "
                + i
                + " has "
                + batch.length(i)
                + " tokens, the model has "
                + positions.size()
                + " positions; truncate when encoding (--max-length "
                + positions.size()
                + ")");
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
