package jada.nn.checkpoint;

import jada.nn.BertConfig;
import jada.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// The weights of a BERT encoder read from a file, complete and of the right shapes.
///
/// Names are Hugging Face's without the prefix `bert.`: `embeddings.word_embeddings.weight`,
/// `encoder.layer.0.attention.self.query.weight` (out, in), … The weights of a head are included if
/// the file has them.
///
/// @param config the sizes
/// @param tensors the weights by name; cannot be modified
/// @param checksum SHA-256 of the file they came from, in hexadecimal
public record BertWeights(
    BertConfig config, SequencedMap<String, Tensor> tensors, String checksum) {

  /// Makes the map unmodifiable.
  public BertWeights {
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
  }
}
