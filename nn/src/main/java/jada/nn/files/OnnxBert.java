package jada.nn.files;

import jada.nn.BertConfig;
import jada.nn.Family;
import jada.nn.InputException;
import jada.nn.PretrainedModel;
import jada.nn.WordPieceTokenizer;
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
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// Gets the weights of a BERT encoder out of an ONNX file.
///
/// Exporters keep the names of embeddings, biases and LayerNorms but fold the transposition of Y =
/// X·Wᵀ + b into the constants: a Linear's weight is then an anonymous matrix (in, out). It gets
/// its name back by its use: a MatMul node whose second input is a constant belongs to the bias
/// that the only consumer of its output, an Add, takes.
public final class OnnxBert {
  private static final String BIAS = ".bias";

  // Not in the file in readable form; the values of every published BERT.
  private static final float LAYER_NORM_EPSILON = 1e-12f;
  private static final float DROPOUT = 0.1f;

  private static final int LONGEST_TOKENIZER = 64 << 20;

  private OnnxBert() {}

  /// Reads a file.
  ///
  /// @param heads attention heads of a layer, which the weights do not tell
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
  /// @param source what errors call it
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
    BertConfig config = config(named, source, heads);
    EncoderWeights weights = new EncoderWeights(config);
    weights.check(source, name -> Optional.ofNullable(named.get(name)).map(OnnxBert::sizes));
    SequencedMap<String, Tensor> wanted = new LinkedHashMap<>();
    weights.forEach((name, _) -> wanted.put(name, named.get(name)));
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
    InputFile.require(jar);
    String source = jar.getFileName() + "!/" + weightsEntry;
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      String tokenizer = text(zip, jar, tokenizerEntry);
      BertWeights weights;
      try (InputStream in = entry(zip, jar, weightsEntry)) {
        weights = read(in, source, heads);
      }
      return new PretrainedModel(
          name,
          weights.config(),
          WordPieceTokenizer.fromTokenizerJson(
              new ByteArrayInputStream(tokenizer.getBytes(StandardCharsets.UTF_8)),
              jar.getFileName() + "!/" + tokenizerEntry),
          weights.tensors(),
          weights.checksum(),
          source,
          Map.of("tokenizer.json", tokenizer),
          List.of(),
          Optional.empty());
    } catch (IOException e) {
      throw InputFile.unreadable(jar, e);
    }
  }

  private static String text(ZipFile zip, Path jar, String name) throws IOException {
    try (InputStream in = entry(zip, jar, name)) {
      byte[] bytes = in.readNBytes(LONGEST_TOKENIZER + 1);
      if (bytes.length > LONGEST_TOKENIZER) {
        throw new InputException(
            jar + ": " + name + " is too long for a tokenizer; use the jar as it was published");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static InputStream entry(ZipFile zip, Path jar, String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new InputException(
          jar + ": holds no file " + name + "; use the jar as it was published");
    }
    return zip.getInputStream(entry);
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
    return EncoderWeights.canonical(Family.BERT, name);
  }

  private static BertConfig config(Map<String, Tensor> named, String source, int heads) {
    Shape words = matrix(named, source, "embeddings.word_embeddings.weight");
    Shape positions = matrix(named, source, "embeddings.position_embeddings.weight");
    Shape types = matrix(named, source, "embeddings.token_type_embeddings.weight");
    Shape wide = matrix(named, source, "encoder.layer.0.intermediate.dense.weight");
    int layers =
        (int)
            IntStream.iterate(0, i -> i + 1)
                .takeWhile(
                    i -> named.containsKey("encoder.layer." + i + ".output.LayerNorm.weight"))
                .count();
    try {
      return new BertConfig(
          words.dim(0),
          words.dim(1),
          layers,
          heads,
          wide.dim(0),
          positions.dim(0),
          types.dim(0),
          LAYER_NORM_EPSILON,
          DROPOUT,
          DROPOUT);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          source + ": " + e.getMessage() + "; name the heads and the file of the same model", e);
    }
  }

  private static Shape matrix(Map<String, Tensor> named, String source, String name) {
    Tensor tensor = named.get(name);
    if (tensor == null || tensor.shape().rank() != 2) {
      throw new InputException(
          source
              + ": the weight "
              + name
              + " is missing or not a matrix; use the ONNX file of a float32 BERT encoder");
    }
    return tensor.shape();
  }

  private static List<Long> sizes(Tensor tensor) {
    return IntStream.range(0, tensor.shape().rank())
        .mapToObj(i -> (long) tensor.shape().dim(i))
        .toList();
  }
}
