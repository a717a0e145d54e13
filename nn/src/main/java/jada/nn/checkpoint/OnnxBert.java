package jada.nn.checkpoint;

import jada.nn.BertConfig;
import jada.nn.Families;
import jada.nn.files.Checksum;
import jada.nn.files.InputException;
import jada.nn.files.InputFile;
import jada.nn.text.WordPieceTokenizer;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Reads the weights of a BERT encoder from an ONNX file.
///
/// Exporters keep the names of embeddings, biases and LayerNorms but fold the transposition of Y =
/// X·Wᵀ + b into the constants: a Linear's weight is then an anonymous matrix (in, out). Its name
/// follows from its use: a MatMul node whose second input is a constant belongs to the bias that
/// the only consumer of its output, an Add, takes.
public final class OnnxBert {
  private static final String BIAS = ".bias";

  private static final int LONGEST_TOKENIZER = 64 << 20;

  private OnnxBert() {}

  /// Reads a file.
  ///
  /// @param heads attention heads of a layer, which the weights do not show
  /// @throws InputException if the file cannot be read or holds no complete float32 BERT encoder
  public static BertWeights read(Path file, int heads) {
    InputFile.require(file);
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString(), heads);
    } catch (IOException e) {
      throw InputFile.unreadable(file, e);
    }
  }

  /// Reads a stream to its end and leaves it open.
  ///
  /// @param source its name for errors
  /// @param heads attention heads of a layer, which the weights do not tell
  /// @throws InputException if the stream fails or holds no complete float32 BERT encoder
  public static BertWeights read(InputStream in, String source, int heads) {
    DigestInputStream digesting = new DigestInputStream(in, Checksum.sha256());
    OnnxInitializers model;
    try {
      model = OnnxInitializers.read(digesting, source);
    } catch (IOException e) {
      throw InputFile.unreadable(source, e);
    }
    SequencedMap<String, Tensor> named = named(model);
    Function<String, Optional<List<Long>>> sizes =
        name -> Optional.ofNullable(named.get(name)).map(OnnxBert::sizes);
    BertConfig config = new BertShapes(source, sizes).config(heads);
    EncoderWeights weights = new EncoderWeights(config);
    weights.check(source, sizes);
    SequencedMap<String, Tensor> wanted = new LinkedHashMap<>();
    weights.forEach(
        (name, _) -> wanted.put(name, EncoderWeights.finite(source, name, named.get(name))));
    return new BertWeights(config, wanted, Checksum.hex(digesting.getMessageDigest()));
  }

  /// Reads a model whose weights and tokenizer lie in one jar, as Maven repositories serve them.
  ///
  /// @param name of the model
  /// @param weightsEntry the ONNX file in the jar
  /// @param tokenizerEntry the `tokenizer.json` in the jar
  /// @param heads attention heads of a layer, which the weights do not tell
  /// @throws InputException if the jar or one of the two files in it cannot be used
  public static PretrainedModel fromJar(
      String name, Path jar, String weightsEntry, String tokenizerEntry, int heads) {
    try (Jar opened = Jar.open(jar)) {
      String tokenizer = opened.text(tokenizerEntry, LONGEST_TOKENIZER);
      BertWeights weights;
      try (InputStream in = opened.open(weightsEntry)) {
        weights = read(in, opened.at(weightsEntry), heads);
      }
      return new PretrainedModel(
          name,
          weights.config(),
          WordPieceTokenizer.fromTokenizerJson(
              new ByteArrayInputStream(tokenizer.getBytes(StandardCharsets.UTF_8)),
              opened.at(tokenizerEntry)),
          weights.tensors(),
          weights.checksum(),
          opened.at(weightsEntry),
          List.of(),
          Optional.empty());
    } catch (IOException e) {
      throw InputFile.unreadable(jar, e);
    }
  }

  /// The initializers under Hugging Face's names, matrices of Linears as (out, in).
  static SequencedMap<String, Tensor> named(OnnxInitializers model) {
    SequencedMap<String, Tensor> named = new LinkedHashMap<>();
    model.tensors().forEach((name, tensor) -> named.put(canonical(name), tensor));
    Map<String, OnnxInitializers.Node> consumers = onlyConsumers(model);
    for (OnnxInitializers.Node node : model.nodes()) {
      if (node.operation().equals("MatMul")
          && node.inputs().size() == 2
          && node.outputs().size() == 1) {
        Tensor matrix = model.tensors().get(node.inputs().get(1));
        OnnxInitializers.Node add = consumers.get(node.outputs().getFirst());
        if (matrix != null && matrix.shape().rank() == 2 && add != null) {
          biasOf(add, model.tensors(), matrix.shape().dim(1))
              .ifPresent(bias -> named.put(weightBeside(bias), matrix.transpose()));
        }
      }
    }
    return named;
  }

  // The node that consumes an output, for outputs that exactly one node consumes.
  private static Map<String, OnnxInitializers.Node> onlyConsumers(OnnxInitializers model) {
    Map<String, OnnxInitializers.Node> only = new HashMap<>();
    Set<String> several = new HashSet<>();
    for (OnnxInitializers.Node node : model.nodes()) {
      for (String input : node.inputs()) {
        if (only.put(input, node) != null) {
          several.add(input);
        }
      }
    }
    only.keySet().removeAll(several);
    return only;
  }

  private static Optional<String> biasOf(
      OnnxInitializers.Node add, Map<String, Tensor> tensors, int out) {
    return add.operation().equals("Add")
        ? add.inputs().stream()
            .filter(name -> name.endsWith(BIAS))
            .filter(name -> tensors.containsKey(name))
            .filter(name -> tensors.get(name).shape().equals(Shape.of(out)))
            .findFirst()
        : Optional.empty();
  }

  private static String weightBeside(String bias) {
    String module = bias.substring(0, bias.length() - BIAS.length());
    return canonical(module + ".weight");
  }

  private static String canonical(String name) {
    return EncoderWeights.canonical(Families.BERT, name);
  }

  private static List<Long> sizes(Tensor tensor) {
    return IntStream.range(0, tensor.shape().rank())
        .mapToObj(i -> (long) tensor.shape().dim(i))
        .toList();
  }
}
