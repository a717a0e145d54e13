package jada.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import jada.nn.files.Mutation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A BERT of a few hundred weights as TensorFlow saves it, put together by hand.
class TensorFlowBertTest {
  private static final String ARCHIVE = "com/example/model";
  private static final String INDEX = "variables/variables.index";
  private static final String DATA = "variables/variables.data-00000-of-00001";
  private static final String WORDS =
      String.join("\n", "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d", "e", "f");

  @TempDir Path folder;

  /// The parts of a saved model, to be spoilt by tests.
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  private final TreeMap<byte[], byte[]> index = new TreeMap<>(Arrays::compareUnsigned);
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String key(String name) {
    return "module/bert/"
        + name.replaceFirst("layer\\.", "layer_")
            .replace('.', '/')
            .replaceFirst("LayerNorm/weight$", "LayerNorm/gamma")
            .replaceFirst("LayerNorm/bias$", "LayerNorm/beta")
            .replaceFirst("_embeddings/weight$", "_embeddings")
            .replaceFirst("/weight$", "/kernel");
  }

  private void addModel() {
    TreeMap<String, List<Long>> sorted = new TreeMap<>();
    new EncoderWeights(TinyOnnx.CONFIG).forEach(sorted::put);
    sorted.put("pooler.dense.weight", List.of(4L, 4L));
    sorted.put("pooler.dense.bias", List.of(4L));
    index.put(bytes(""), new ProtobufWriter().varint(1, 1).varint(2, 0).toBytes());
    add("global_step", 9, List.of(), new byte[8]);
    sorted.forEach(
        (name, sizes) -> {
          boolean kernel = key(name).endsWith("/kernel");
          add(key(name), 1, kernel ? sizes.reversed() : sizes, floats(name, sizes, kernel));
        });
    add("module/cls/predictions/output_bias", 1, List.of(1L), new byte[4]);
  }

  private void add(String key, int type, List<Long> dims, byte[] raw) {
    index.put(bytes(key), variable(type, dims, data.size(), raw.length, checksum(raw)).toBytes());
    data.writeBytes(raw);
  }

  private static ProtobufWriter variable(
      int type, List<Long> dims, long offset, long size, int checksum) {
    ProtobufWriter shape = new ProtobufWriter();
    dims.forEach(dim -> shape.message(2, new ProtobufWriter().varint(1, dim)));
    ProtobufWriter entry = new ProtobufWriter().varint(1, type).message(2, shape);
    if (offset != 0) {
      entry.varint(4, offset);
    }
    entry.varint(5, size).raw(6 << 3 | 5);
    byte[] crc = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(checksum).array();
    return entry.plain(crc);
  }

  private static int checksum(byte[] raw) {
    CRC32C crc = new CRC32C();
    crc.update(raw);
    return SortedTable.masked(crc);
  }

  private static byte[] floats(String name, List<Long> sizes, boolean flipped) {
    int rows = Math.toIntExact(sizes.getFirst());
    int columns = sizes.size() == 1 ? 1 : Math.toIntExact(sizes.get(1));
    ByteBuffer bytes = ByteBuffer.allocate(rows * columns * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rows * columns; i++) {
      bytes.putFloat(TinyOnnx.element(name, flipped ? i % rows * columns + i / rows : i));
    }
    return bytes.array();
  }

  private Path jar() throws IOException {
    files.putIfAbsent("saved_model.pb", new byte[100]);
    files.putIfAbsent("assets/vocab.txt", bytes(WORDS + "\n"));
    files.putIfAbsent(DATA, data.toByteArray());
    files.putIfAbsent(INDEX, new TableWriter().table(index, 6));
    files.values().removeIf(content -> content.length == 0);
    return jar(zip(files));
  }

  private Path jar(byte[] archive) throws IOException {
    return Files.write(folder.resolve("model.jar"), zip(Map.of(ARCHIVE, archive)));
  }

  private static byte[] zip(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private static PretrainedModel read(Path jar) {
    return TensorFlowBert.fromJar("tiny", jar, ARCHIVE, 2, true);
  }

  private void refuses(String message) throws IOException {
    Path jar = jar();
    assertThatThrownBy(() -> read(jar))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message)
        .hasMessageMatching(".*model.jar[^\n]*; [^\n]*");
  }

  private void replace(String name, UnaryOperator<byte[]> entry) {
    index.computeIfPresent(bytes(key(name)), (_, old) -> entry.apply(old));
  }

  @Test
  void gives_every_weight_its_hugging_face_name_and_orientation() throws IOException {
    addModel();

    PretrainedModel model = read(jar());

    assertThat(model.config()).isEqualTo(TinyOnnx.CONFIG);
    assertThat(String.join("\n", model.weights().keySet()))
        .isEqualTo(TinyOnnx.names() + "\npooler.dense.weight\npooler.dense.bias");
    model
        .weights()
        .forEach(
            (name, tensor) -> {
              for (int i = 0; i < tensor.size(); i++) {
                assertThat(tensor.array()[i]).as(name).isEqualTo(TinyOnnx.element(name, i));
              }
            });
    assertThat(model.source()).isEqualTo("model.jar!/" + ARCHIVE);
    assertThat(model.checksum()).matches("[0-9a-f]{64}");
    assertThat(model.tokenizer().encode("A b", 9).ids()).containsExactly(2, 5, 6, 3);
  }

  @Test
  void reads_the_same_whatever_the_order_of_the_files() throws IOException {
    addModel();
    String checksum = read(jar()).checksum();
    byte[] table = files.remove(INDEX);
    Map<String, byte[]> indexFirst = new LinkedHashMap<>(Map.of(INDEX, table));
    indexFirst.putAll(files);

    assertThat(read(jar(zip(indexFirst))).checksum()).isEqualTo(checksum);
  }

  @Test
  void is_written_as_a_folder_that_reads_the_same() throws IOException {
    addModel();
    PretrainedModel model = read(jar());

    HuggingFaceFolder.write(folder.resolve("copy"), model);
    PretrainedModel copy = HuggingFaceFolder.read(folder.resolve("copy"));

    assertThat(copy.config()).isEqualTo(model.config());
    assertThat(copy.tokenizer().encode("A b", 9).ids()).containsExactly(2, 5, 6, 3);
    model
        .weights()
        .forEach(
            (name, tensor) ->
                assertThat(copy.weights().get(name).array()).containsExactly(tensor.array()));
  }

  @Test
  void refuses_damaged_numbers() throws IOException {
    addModel();
    byte[] damaged = data.toByteArray();
    damaged[damaged.length / 2] ^= 1;
    files.put(DATA, damaged);
    refuses("its checksum is wrong; fetch the model again");
  }

  @Test
  void refuses_data_that_end_too_early() throws IOException {
    addModel();
    files.put(DATA, Arrays.copyOf(data.toByteArray(), data.size() / 2));
    refuses("fetch the model again");
  }

  @Test
  void refuses_shapes_and_places_that_cannot_be() throws IOException {
    addModel();
    String name = "encoder.layer.1.output.dense.bias";
    replace(name, _ -> variable(1, List.of(4L), 8, 12, 0).toBytes());
    refuses("shape [4] needs 16 bytes, the index names 12 at 8");
    index.put(bytes(key(name)), variable(1, List.of(1L << 40), 8, 16, 0).toBytes());
    files.remove(INDEX);
    refuses("shape [1099511627776] is negative or too large");
    index.put(bytes(key(name)), variable(1, List.of(4L), -1, 16, 0).toBytes());
    files.remove(INDEX);
    refuses("the index names 16 at -1");
    index.put(bytes(key(name)), variable(2, List.of(4L), 8, 16, 0).toBytes());
    files.remove(INDEX);
    refuses("is not one float32 tensor");
    index.put(bytes(key(name)), variable(1, List.of(4L), 10, 16, 0).toBytes());
    files.remove(INDEX);
    refuses("within another variable");
  }

  @Test
  void refuses_a_model_that_lacks_a_weight_or_a_file() throws IOException {
    addModel();
    byte[] variable = index.remove(bytes(key("encoder.layer.1.output.dense.bias")));
    refuses("the weight encoder.layer.1.output.dense.bias [4] is missing");
    index.put(bytes(key("encoder.layer.1.output.dense.bias")), variable);
    for (String file : List.of(INDEX, DATA, "assets/vocab.txt")) {
      files.clear();
      files.put(file, new byte[0]);
      refuses("holds no file " + file);
    }
  }

  @Test
  void refuses_variables_in_several_files() throws IOException {
    addModel();
    index.put(bytes(""), new ProtobufWriter().varint(1, 3).toBytes());
    refuses("the variables lie in 3 files; save the model to one little-endian file");
  }

  @Test
  void refuses_an_index_that_swells() throws IOException {
    addModel();
    files.put(INDEX, new byte[(16 << 20) + 1]);
    refuses("has more than 16777216 bytes");
  }

  @Test
  void never_throws_anything_else_whatever_the_bytes() throws IOException {
    addModel();
    jar();
    byte[] sound = zip(files);
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 300; i++) {
      Path jar = jar(Mutation.of(sound, random));
      try {
        assertThat(read(jar)).isNotNull();
      } catch (InputException e) {
        assertThat(e.getMessage()).contains("model.jar").doesNotContain("\n");
      }
    }
  }
}
