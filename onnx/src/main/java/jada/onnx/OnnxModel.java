package jada.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import jada.nn.EncoderConfig;
import jada.nn.Family;
import jada.nn.WeightSpec;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.AtomicFile;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Writes a model as one ONNX file, weights included.
///
/// A model with a classifier gives `logits`; any other gives `last_hidden_state` and, as a second
/// output, `sentence_embedding`: the vector that its [form][PretrainedModel#embedding] asks for.
/// The package tells of the inputs and outputs.
///
/// The file says of itself, in its metadata: `jada_version`; `family`; `weights_checksum`, that of
/// the model; `max_length`, at which texts are to be cut; and of an encoder `pooling`, `normalize`,
/// `query_prompt` and `document_prompt`. Equal models give equal files. Writing needs as much
/// memory again as the weights take.
public final class OnnxModel {
  static final int OPERATOR_SET = 14;
  private static final int FORMAT = 7; // the first one of operator set 14

  /// Most bytes of a protobuf message, and more than the names of the largest graph take of them.
  private static final long MOST_BYTES = Integer.MAX_VALUE;

  private static final long NAMES = 8 << 20;

  private OnnxModel() {}

  /// Writes a file, replacing one of that name.
  ///
  /// @throws InputException if the model is of a family that is none of Jada's own, lacks a weight,
  ///   has more than 2 GiB of weights, or makes vectors in a way that is not computed here; or if
  ///   the file cannot be written, which then is as it was
  public static void write(PretrainedModel model, Path file) {
    write(model, Purpose.of(model), file);
  }

  static void write(PretrainedModel model, Purpose purpose, Path file) {
    ModelProto proto = proto(model, purpose);
    AtomicFile.write(file, channel -> proto.writeTo(Channels.newOutputStream(channel)));
  }

  private static ModelProto proto(PretrainedModel model, Purpose purpose) {
    EncoderConfig config = model.config();
    Family family = config.family();
    GraphForm form = GraphForm.of(config);
    requireWeights(model, purpose);
    Nodes nodes =
        Nodes.of(model.weights(), purpose.classifies() ? family::path : UnaryOperator.identity());
    EncoderNodes encoder = new EncoderNodes(nodes, config, form);
    encoder.inputs();
    String hidden = encoder.hidden();
    HeadNodes head = new HeadNodes(nodes);
    if (purpose.classifies()) {
      String logits = head.logits(hidden, family, form.activation());
      nodes.output(logits, OnnxCheck.LOGITS, List.of("batch_size", "" + purpose.outputs()));
    } else {
      String channels = "" + config.hiddenSize();
      nodes.output(hidden, "last_hidden_state", List.of("batch_size", "sequence_length", channels));
      String embedding = head.embedding(hidden, purpose.form());
      nodes.output(embedding, OnnxCheck.EMBEDDING, List.of("batch_size", channels));
    }
    ModelProto.Builder proto =
        ModelProto.newBuilder()
            .setIrVersion(FORMAT)
            .setProducerName("jada")
            .setProducerVersion(version())
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPERATOR_SET))
            .setGraph(nodes.graph());
    metadata(model, purpose)
        .forEach(
            (key, value) ->
                proto.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return proto.build();
  }

  private static Map<String, String> metadata(PretrainedModel model, Purpose purpose) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("jada_version", version());
    metadata.put("family", model.config().family().type());
    metadata.put("weights_checksum", model.checksum());
    metadata.put("max_length", "" + purpose.maxLength());
    if (!purpose.classifies()) {
      metadata.put("pooling", purpose.form().pooling().toString());
      metadata.put("normalize", "" + purpose.form().normalize());
      metadata.put("query_prompt", purpose.form().queryPrompt());
      metadata.put("document_prompt", purpose.form().documentPrompt());
    }
    return metadata;
  }

  /// The version of Jada, as the build wrote it down.
  private static String version() {
    try (InputStream in = OnnxModel.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireWeights(PretrainedModel model, Purpose purpose) {
    EncoderConfig config = model.config();
    Stream<WeightSpec> head =
        purpose.classifies()
            ? config.family().headWeights(config, purpose.outputs())
            : Stream.empty();
    long bytes = 0;
    for (WeightSpec spec : Stream.concat(config.family().weights(config), head).toList()) {
      Tensor weight = model.weights().get(spec.name());
      if (weight == null || !sizes(weight).equals(spec.sizes())) {
        throw new InputException(
            "onnx: the weight %s %s of %s is %s; use a model with all its weights"
                .formatted(
                    spec.name(),
                    spec.sizes(),
                    model.name(),
                    weight == null ? "missing" : "of shape " + weight.shape()));
      }
      bytes += (long) weight.size() * Float.BYTES;
    }
    requireRoom(model.name(), bytes);
  }

  private static List<Long> sizes(Tensor tensor) {
    return Stream.iterate(0, i -> i < tensor.shape().rank(), i -> i + 1)
        .map(i -> (long) tensor.shape().dim(i))
        .toList();
  }

  /// @throws InputException if so many bytes of weights are too many for one file
  static void requireRoom(String name, long bytes) {
    if (bytes > MOST_BYTES - NAMES) {
      throw new InputException(
          "onnx: the weights of %s take %s MiB, one ONNX file holds less than 2048; write a smaller model"
                  .formatted(name, bytes >> 20)
              + " as ONNX, or keep this one in the form of Hugging Face");
    }
  }
}
