package jada.nn.checkpoint;

import jada.nn.Bert;
import jada.nn.BertConfig;
import jada.nn.DistilBert;
import jada.nn.DistilBertConfig;
import jada.nn.files.InputException;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The initialisation from which the authors of DistilBERT trained: every other layer of a BERT of
/// twelve (Sanh et al. 2019, section 3).
///
/// The embeddings are BERT's. Every token of a single text has token type 0, so that row of the
/// token types is added to every position: the embeddings of a single text stay what they were. The
/// pooler has no counterpart and is left out.
///
/// This is where distillation starts, not its result: no layer has learned to work without the
/// layers in between; fine-tuning has to repair that.
public final class DistilBertStart {
  private static final List<Integer> LAYERS = List.of(0, 2, 4, 7, 9, 11);

  private DistilBertStart() {}

  /// A DistilBERT out of a BERT.
  ///
  /// @param bert has twelve layers
  /// @throws InputException if it is no BERT of twelve layers
  public static PretrainedModel of(String name, PretrainedModel bert) {
    if (!(bert.config() instanceof BertConfig config) || config.layers() != 12) {
      throw new InputException(
          "distilbert: "
              + bert.name()
              + " is a "
              + bert.config().family().type()
              + " of "
              + bert.config().layers()
              + " layers; start from a bert of 12");
    }
    return new PretrainedModel(
        name,
        new DistilBertConfig(
            config.vocabularySize(),
            config.hiddenSize(),
            LAYERS.size(),
            config.heads(),
            config.intermediateSize(),
            config.maxPositions(),
            config.hiddenDropout(),
            config.attentionDropout(),
            0.2f), // transformers' default for the head
        bert.tokenizer(),
        weights(bert.weights()),
        bert.checksum(),
        bert.source(),
        List.of(),
        bert.problemType());
  }

  private static Map<String, Tensor> weights(Map<String, Tensor> bert) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    String words = "embeddings.word_embeddings.weight";
    String positions = "embeddings.position_embeddings.weight";
    weights.put(words, bert.get(words));
    Tensor types = bert.get("embeddings.token_type_embeddings.weight");
    Tensor first = types.gatherRows(0).reshape(Shape.of(types.shape().columns())); // (C)
    weights.put(positions, bert.get(positions).addRow(first));
    copy(bert, "embeddings.LayerNorm", weights, "embeddings.LayerNorm");
    List<String> from = Bert.BLOCKS.modulesOfLayer();
    List<String> to = DistilBert.BLOCKS.modulesOfLayer();
    for (int i = 0; i < LAYERS.size(); i++) {
      for (int m = 0; m < from.size(); m++) {
        copy(
            bert,
            Bert.BLOCKS.layer(LAYERS.get(i)) + from.get(m),
            weights,
            DistilBert.BLOCKS.layer(i) + to.get(m));
      }
    }
    return weights;
  }

  private static void copy(
      Map<String, Tensor> bert, String from, Map<String, Tensor> weights, String to) {
    weights.put(to + ".weight", bert.get(from + ".weight"));
    weights.put(to + ".bias", bert.get(from + ".bias"));
  }
}
