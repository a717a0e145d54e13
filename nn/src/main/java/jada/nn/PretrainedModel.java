package jada.nn;

import jada.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// A model as it was published: what fine-tuning starts from. Immutable; the tensors are to be read
/// only.
///
/// @param name by which it was asked for: a known name, or a folder
/// @param config the encoder's sizes
/// @param tokenizer the tokenizer that it was trained with
/// @param weights by Hugging Face name without the prefix `bert.`, for example
///   `encoder.layer.0.attention.self.query.weight`; `pooler.dense.*` and `classifier.*` are there
///   if the checkpoint has them
/// @param checksum of the weights' file, as text, to tell later whether an adapter meets the model
///   that it was trained on
public record PretrainedModel(
    String name,
    BertConfig config,
    WordPieceTokenizer tokenizer,
    Map<String, Tensor> weights,
    String checksum) {
  /// Copies the map, keeping its order.
  public PretrainedModel {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(config, "config");
    Objects.requireNonNull(tokenizer, "tokenizer");
    Objects.requireNonNull(checksum, "checksum");
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }
}
