package jada.nn.checkpoint;

import jada.nn.BertConfig;
import jada.nn.EncoderConfig;
import jada.nn.files.InputException;
import jada.nn.files.InputFile;
import jada.nn.files.Quoted;
import jada.nn.text.WordPieceTokenizer;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.zip.CRC32C;
import java.util.zip.ZipInputStream;

/// Reads a BERT from a TensorFlow SavedModel, as Google published it.
///
/// The SavedModel is a zip in a jar: `variables/variables.index` says where in
/// `variables/variables.data-00000-of-00001` each tensor lies ([VariablesIndex]), and
/// `assets/vocab.txt` is the vocabulary. TensorFlow's names differ from Hugging Face's in
/// spelling, and its matrices of Linears are (in, out):
///
///     …/bert/encoder/layer_0/attention/self/query/kernel   encoder.layer.0.attention.self.query.weight
///     …/bert/embeddings/LayerNorm/gamma                    embeddings.LayerNorm.weight
public final class TensorFlowBert {
  private static final String INDEX = "variables/variables.index";
  private static final String DATA = "variables/variables.data-00000-of-00001";
  private static final String VOCABULARY = "assets/vocab.txt";

  private static final int LARGEST_INDEX = 16 << 20;
  private static final int LARGEST_VOCABULARY = 64 << 20;
  private static final long LARGEST_DATA = 2L << 30; // BERT-large has 1.3 GB
  private static final long LARGEST_OTHER = 1L << 30;
  private static final int MOST_FILES = 10_000;

  private final String source;
  private final Spool data;
  private final Map<String, Stored> stored = new HashMap<>();

  /// A variable under Hugging Face's name.
  ///
  /// @param kernel whether it is a Linear's matrix and must be transposed
  private record Stored(VariablesIndex.Variable variable, boolean kernel) {
    List<Long> sizes() {
      return kernel ? variable.dims().reversed() : variable.dims();
    }
  }

  private TensorFlowBert(String source, Spool data, VariablesIndex index) {
    this.source = source;
    this.data = data;
    index.variables().forEach(this::name);
  }

  /// Reads a model out of a jar.
  ///
  /// @param name of the model
  /// @param archive the zip of the SavedModel in the jar
  /// @param heads attention heads of a layer, which the weights do not show
  /// @param lowercase whether the vocabulary is uncased
  /// @throws InputException if the jar or what is in it cannot be used
  public static PretrainedModel fromJar(
      String name, Path jar, String archive, int heads, boolean lowercase) {
    try (Jar opened = Jar.open(jar);
        ZipInputStream zip = new ZipInputStream(opened.open(archive))) {
      InputStream content = opened.bounded(zip, archive); // the inner zip packs a second time
      return read(name, zip, content, opened.at(archive), heads, lowercase);
    } catch (IOException e) {
      throw InputFile.unreadable(jar, e);
    } catch (IllegalArgumentException e) { // from names in the zip that are no UTF-8
      throw new InputException(
          jar + ": is damaged (" + e.getMessage() + "); fetch the model again", e);
    }
  }

  /// @param zip moves from file to file
  /// @param content of the file that it is at
  private static PretrainedModel read(
      String name,
      ZipInputStream zip,
      InputStream content,
      String source,
      int heads,
      boolean lowercase)
      throws IOException {
    Optional<byte[]> index = Optional.empty();
    Optional<byte[]> vocabulary = Optional.empty();
    Optional<Spool> data = Optional.empty();
    int files = 0;
    for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      if (++files > MOST_FILES) {
        throw new InputException(
            source + ": holds more than " + MOST_FILES + " files; fetch the model again");
      }
      String at = source + "!/" + entry.getName();
      switch (entry.getName()) {
        case INDEX -> index = Optional.of(whole(content, at, LARGEST_INDEX));
        case VOCABULARY -> vocabulary = Optional.of(whole(content, at, LARGEST_VOCABULARY));
        case DATA -> data = Optional.of(Spool.of(content, at, LARGEST_DATA));
        default -> skip(content, source);
      }
    }
    byte[] words = vocabulary.orElseThrow(() -> missing(source, VOCABULARY));
    TensorFlowBert model =
        new TensorFlowBert(
            source,
            data.orElseThrow(() -> missing(source, DATA)),
            VariablesIndex.read(
                index.orElseThrow(() -> missing(source, INDEX)), source + "!/" + INDEX));
    BertConfig config = new BertShapes(source, model::sizes).config(heads);
    SequencedMap<String, Tensor> weights = model.weights(config);
    return new PretrainedModel(
        name,
        config,
        WordPieceTokenizer.fromVocabulary(
            new ByteArrayInputStream(words), source + "!/" + VOCABULARY, lowercase),
        weights,
        model.data.checksum(),
        source,
        List.of(),
        Optional.empty());
  }

  private static byte[] whole(InputStream in, String at, int most) throws IOException {
    byte[] bytes = in.readNBytes(most + 1);
    if (bytes.length > most) {
      throw new InputException(at + ": has more than " + most + " bytes; fetch the model again");
    }
    return bytes;
  }

  private static void skip(InputStream in, String source) throws IOException {
    byte[] scratch = new byte[1 << 16];
    long skipped = 0;
    for (int n = in.read(scratch); n >= 0; n = in.read(scratch)) {
      skipped += n;
      if (skipped > LARGEST_OTHER) {
        throw new InputException(
            source + ": a file in it is larger than a model's; fetch the model again");
      }
    }
  }

  private static InputException missing(String source, String name) {
    return new InputException(source + ": holds no file " + name + "; fetch the model again");
  }

  // Scopes before bert/ do not matter, and neither do variables of an optimizer: no weight has such
  // a name.
  private void name(String key, VariablesIndex.Variable variable) {
    int bert = key.startsWith("bert/") ? 0 : key.indexOf("/bert/") + 1;
    if (!key.startsWith("bert/", bert)) {
      return;
    }
    String path =
        key.substring(bert + "bert/".length())
            .replaceFirst("^encoder/layer_", "encoder/layer/")
            .replaceFirst("_embeddings$", "_embeddings/weight")
            .replaceFirst("/gamma$", "/weight")
            .replaceFirst("/beta$", "/bias");
    boolean kernel = path.endsWith("/kernel");
    String name = path.replaceFirst("/kernel$", "/weight").replace('/', '.');
    variable.requireFloats(at(name));
    if (stored.put(name, new Stored(variable, kernel)) != null) {
      throw new InputException(
          source
              + ": two variables are called "
              + Quoted.of(name)
              + "; save the model without copies of its weights");
    }
  }

  private Optional<List<Long>> sizes(String name) {
    return Optional.ofNullable(stored.get(name)).map(Stored::sizes);
  }

  private SequencedMap<String, Tensor> weights(EncoderConfig config) throws IOException {
    EncoderWeights wanted = new EncoderWeights(config);
    wanted.check(source, this::sizes);
    List<String> names = new ArrayList<>();
    wanted.forEach((name, _) -> names.add(name));
    wanted.head().stream().filter(stored::containsKey).forEach(names::add);
    Map<String, Tensor> read = new HashMap<>();
    try (InputStream in = data.consume()) {
      long position = 0;
      for (String name : inOrderOfData(names)) {
        Stored next = stored.get(name);
        long offset = next.variable().offset();
        if (offset < position) {
          throw new InputException(
              at(name) + "lies within another variable; fetch the model again");
        }
        in.skipNBytes(offset - position);
        Tensor tensor = tensor(in, name, next.variable());
        read.put(name, next.kernel() ? tensor.transpose() : tensor);
        position = offset + next.variable().size();
      }
    } catch (EOFException e) {
      throw new InputException(source + ": ends before its last weight; fetch the model again", e);
    }
    SequencedMap<String, Tensor> weights = new LinkedHashMap<>();
    names.forEach(name -> weights.put(name, EncoderWeights.finite(source, name, read.get(name))));
    return weights;
  }

  private List<String> inOrderOfData(List<String> names) {
    return names.stream()
        .sorted(Comparator.comparingLong(name -> stored.get(name).variable().offset()))
        .toList();
  }

  private Tensor tensor(InputStream in, String name, VariablesIndex.Variable variable)
      throws IOException {
    byte[] raw = in.readNBytes((int) variable.size());
    if (raw.length < variable.size()) {
      throw new InputException(
          at(name) + "the data end within it; they are damaged, fetch the model again");
    }
    CRC32C crc = new CRC32C();
    crc.update(raw);
    if (SortedTable.masked(crc) != variable.checksum()) {
      throw new InputException(at(name) + "its checksum is wrong; fetch the model again");
    }
    float[] elements = new float[raw.length / Float.BYTES];
    ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(elements);
    return Tensor.of(
        Shape.of(variable.dims().stream().mapToInt(Math::toIntExact).toArray()), elements);
  }

  private String at(String name) {
    return source + ": the variable " + Quoted.of(name) + ": ";
  }
}
