package jada.nn.checkpoint;

import jada.nn.EncoderConfig;
import jada.nn.text.Tokenizer;
import jada.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A published model, from which fine-tuning starts. Immutable; its tensors must not be written.
///
/// @param name under which it was loaded: a known name, or a folder
/// @param config the encoder's sizes
/// @param tokenizer the tokenizer that it was trained with
/// @param weights by Hugging Face name without the prefix of the family, for example
///   `encoder.layer.0.attention.self.query.weight`; those of the head
///   ([Family#head][jada.nn.Family#head]) are there if the checkpoint has them
/// @param checksum of the file of weights, as text; tells later whether an adapter is put on the
///   model that it was trained on
/// @param source where it came from: a folder, or an artifact and the file in it
/// @param labels the names of the classifier's classes in their order; empty if the checkpoint
///   names none
/// @param problemType what the classifier was trained for, in transformers' words, for example
///   `regression`
/// @param embedding how it makes a vector of a text, if it is a sentence encoder
public record PretrainedModel(
    String name,
    EncoderConfig config,
    Tokenizer tokenizer,
    Map<String, Tensor> weights,
    String checksum,
    String source,
    List<String> labels,
    Optional<String> problemType,
    Optional<EmbeddingForm> embedding) {
  /// Copies the collections, keeping their order.
  public PretrainedModel {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(config, "config");
    Objects.requireNonNull(tokenizer, "tokenizer");
    Objects.requireNonNull(checksum, "checksum");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(problemType, "problemType");
    Objects.requireNonNull(embedding, "embedding");
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    labels = List.copyOf(labels);
  }

  /// A model that is no sentence encoder, as far as its files tell.
  public PretrainedModel(
      String name,
      EncoderConfig config,
      Tokenizer tokenizer,
      Map<String, Tensor> weights,
      String checksum,
      String source,
      List<String> labels,
      Optional<String> problemType) {
    this(name, config, tokenizer, weights, checksum, source, labels, problemType, Optional.empty());
  }

  /// A model without a file behind it: its source is its name, and there are no labels.
  public PretrainedModel(
      String name,
      EncoderConfig config,
      Tokenizer tokenizer,
      Map<String, Tensor> weights,
      String checksum) {
    this(name, config, tokenizer, weights, checksum, name, List.of(), Optional.empty());
  }

  /// The same as a sentence encoder of this form.
  public PretrainedModel withEmbedding(EmbeddingForm form) {
    return new PretrainedModel(
        name, config, tokenizer, weights, checksum, source, labels, problemType, Optional.of(form));
  }
}
