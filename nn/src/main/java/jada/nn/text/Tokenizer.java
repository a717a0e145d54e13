package jada.nn.text;

import java.util.SequencedMap;

/// Turns texts into token ids: all that models, training and prediction need of a tokenizer.
///
/// An implementation adds the special tokens of its model's family, cuts at the given length and
/// gives every token its type. [WordPieceTokenizer] is BERT's, [PipelineTokenizer] every other.
/// Implementations are immutable and may be shared by threads.
public interface Tokenizer {
  /// The ids of a text or a pair, special tokens included, cut to a length.
  ///
  /// Of a single text the end is cut. Of a pair the longer text is cut first; once both are equally
  /// long, both are, and the longer text gets the odd place. Cutting does not change the ids that
  /// remain.
  ///
  /// @param maxLength most tokens in the result; the special tokens count
  /// @throws IllegalArgumentException if the special tokens alone are more
  Encoding encode(Input input, int maxLength);

  /// The ids of a single text.
  default Encoding encode(String text, int maxLength) {
    return encode(Input.of(text), maxLength);
  }

  /// The ids of a pair of texts.
  default Encoding encode(String first, String second, int maxLength) {
    return encode(Input.of(first, second), maxLength);
  }

  /// The same ids, and where in the texts each token stands. It takes about twice the time.
  ///
  /// @throws UnsupportedOperationException if the tokenizer does not know
  default Alignment align(Input input, int maxLength) {
    throw new UnsupportedOperationException(
        "align: a tokenizer of kind " + kind() + " does not know where its tokens stand");
  }

  /// The kind of its model, as `tokenizer.json` calls it: `WordPiece`, `BPE`, `Unigram`.
  String kind();

  /// The number of tokens in the vocabulary; ids are smaller.
  int vocabularySize();

  /// The token with this id, as the vocabulary spells it.
  ///
  /// @throws IndexOutOfBoundsException if there is no such id
  String token(int id);

  /// The id of the token that fills short sequences of a padded batch. Jada pads nothing; other
  /// programs that read a saved model do.
  int paddingId();

  /// Its saved form: the text of each file by name, for example `tokenizer.json`, in the order in
  /// which they are written. The tokenizer read from them gives the same ids.
  SequencedMap<String, String> files();
}
