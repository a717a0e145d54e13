package jada.nn.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.BertConfig;
import jada.nn.files.InputException;
import jada.nn.files.Mutation;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxBertTest {
  private static final int GRAPH = 7;

  @TempDir Path folder;

  private static BertWeights read(byte[] model) {
    return OnnxBert.read(new ByteArrayInputStream(model), "tiny.onnx", 2);
  }

  // ---- what is right -------------------------------------------------------------------------

  @Test
  void gives_every_matrix_its_name_back_and_turns_it_over() {
    BertWeights weights = read(TinyOnnx.model());
    assertThat(weights.config()).isEqualTo(TinyOnnx.CONFIG);
    assertThat(String.join("\n", weights.tensors().keySet())).isEqualTo(TinyOnnx.names());
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              for (int i = 0; i < tensor.size(); i++) {
                assertThat(tensor.array()[i]).as(name).isEqualTo(TinyOnnx.element(name, i));
              }
            });
    assertThat(weights.tensors().get("encoder.layer.1.output.dense.weight").shape())
        .isEqualTo(Shape.of(4, 6));
  }

  @Test
  void tells_the_checksum_of_the_whole_file() throws Exception {
    // A field to skip that is longer than any buffer on the way.
    byte[] model =
        new ProtobufWriter()
            .bytes(20, new byte[300_000])
            .message(GRAPH, TinyOnnx.graph())
            .bytes(20, new byte[300_000])
            .toBytes();
    Path file = folder.resolve("tiny.onnx");
    Files.write(file, model);
    String expected = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(model));
    assertThat(OnnxBert.read(file, 2).checksum()).isEqualTo(expected);
  }

  @Test
  void reads_sizes_packed_or_one_by_one() throws IOException {
    byte[] packed = new ProtobufWriter().raw(2).raw(300).toBytes();
    ProtobufWriter tensor =
        new ProtobufWriter().bytes(1, packed).varint(2, 1).text(8, "t").bytes(9, new byte[2400]);
    assertThat(initializers(tensor).tensors().get("t").shape()).isEqualTo(Shape.of(2, 300));
  }

  @Test
  void leaves_a_product_nameless_whose_output_others_use_too() throws IOException {
    byte[] model =
        new ProtobufWriter()
            .message(
                GRAPH,
                new ProtobufWriter()
                    .message(1, TinyOnnx.node("MatMul", List.of("x", "m"), "p"))
                    .message(1, TinyOnnx.node("Add", List.of("a.bias", "p"), "s"))
                    .message(1, TinyOnnx.node("Add", List.of("b.bias", "p"), "t"))
                    .message(5, floats("m", 1, 1))
                    .message(5, floats("a.bias", 1))
                    .message(5, floats("b.bias", 1)))
            .toBytes();
    OnnxInitializers read = OnnxInitializers.read(new ByteArrayInputStream(model), "x");
    assertThat(OnnxBert.named(read)).containsOnlyKeys("m", "a.bias", "b.bias");
  }

  @Test
  void reads_the_published_model() throws IOException {
    BertWeights weights;
    try (InputStream in = OnnxBertTest.class.getResourceAsStream("/all-minilm-l6-v2.onnx")) {
      weights = OnnxBert.read(in, "all-minilm-l6-v2.onnx", 12);
    }
    assertThat(weights.config())
        .isEqualTo(new BertConfig(30522, 384, 6, 12, 1536, 512, 2, 1e-12f, 0.1f, 0.1f));
    assertThat(weights.tensors()).hasSize(5 + 6 * 16);
    assertThat(weights.tensors().values().stream().mapToInt(Tensor::size).sum())
        .isEqualTo(22_565_376);
    assertThat(weights.tensors().values()).allMatch(Tensor::isFinite);
  }

  @Test
  void reads_weights_and_tokenizer_out_of_a_jar() throws IOException {
    Path jar = folder.resolve("model.jar");
    String tokenizer = smallTokenizer();
    writeJar(jar, Map.of("m.onnx", TinyOnnx.model(), "t.json", tokenizer.getBytes(UTF_8)));
    PretrainedModel model = OnnxBert.fromJar("tiny", jar, "m.onnx", "t.json", 2);
    assertThat(model.name()).isEqualTo("tiny");
    assertThat(model.source()).isEqualTo("model.jar!/m.onnx");
    assertThat(model.config()).isEqualTo(TinyOnnx.CONFIG);
    assertThat(model.weights()).hasSize(5 + 2 * 16);
    assertThat(model.tokenizer().files()).containsExactly(Map.entry("tokenizer.json", tokenizer));
    assertThat(model.tokenizer().vocabularySize()).isPositive();
  }

  @Test
  void says_what_is_wrong_with_a_jar() throws IOException {
    Path jar = folder.resolve("model.jar");
    Files.writeString(jar, "not a zip");
    assertThatThrownBy(() -> OnnxBert.fromJar("tiny", jar, "m.onnx", "t.json", 2))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(jar + ": cannot be read (");
    writeJar(jar, Map.of("m.onnx", TinyOnnx.model()));
    assertThatThrownBy(() -> OnnxBert.fromJar("tiny", jar, "m.onnx", "t.json", 2))
        .isInstanceOf(InputException.class)
        .hasMessage(jar + ": holds no file t.json; use the jar as it was published");
    writeJar(jar, Map.of("m.onnx", new byte[] {0}, "t.json", smallTokenizer().getBytes(UTF_8)));
    assertThatThrownBy(() -> OnnxBert.fromJar("tiny", jar, "m.onnx", "t.json", 2))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("model.jar!/m.onnx: a field number lies outside");
  }

  private static String smallTokenizer() throws IOException {
    try (InputStream in =
        OnnxBertTest.class.getResourceAsStream("/jada/nn/text/small-tokenizer.json")) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static void writeJar(Path jar, Map<String, byte[]> files) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
      }
    }
  }

  // ---- what is wrong -------------------------------------------------------------------------

  static Stream<Arguments> lies() {
    byte[] tensor = TinyOnnx.tensor("t", TinyOnnx.FLOAT, List.of(1L), new byte[4]).toBytes();
    return Stream.of(
        lie(new ProtobufWriter(), "holds no graph"),
        lie(new ProtobufWriter().varint(1, 8), "holds no graph"),
        lie(new ProtobufWriter().raw(0), "field number"),
        lie(new ProtobufWriter().raw(1L << 32 | 8), "field number"),
        lie(new ProtobufWriter().raw(GRAPH << 3 | 3), "instead of 2"),
        lie(new ProtobufWriter().raw(1 << 3 | 3), "wire type 3 is not in use"),
        lie(new ProtobufWriter().raw(1 << 3 | 7), "wire type 7 is not in use"),
        lie(new ProtobufWriter().varint(GRAPH, 1), "field 7 has wire type 0"),
        lie(new ProtobufWriter().bytes(GRAPH, 5, new byte[0]), "middle of a field"),
        lie(new ProtobufWriter().bytes(GRAPH, -1, new byte[0]), "claims 18446744073709551"),
        lie(new ProtobufWriter().bytes(20, Long.MAX_VALUE, new byte[9]), "claims 92233720"),
        lie(new ProtobufWriter().bytes(20, 1L << 50, new byte[9]), "middle of a field"),
        lie(
            new ProtobufWriter().bytes(GRAPH, new ProtobufWriter().bytes(5, 99, tensor).toBytes()),
            "a field claims 99 bytes, its message has " + tensor.length),
        lie(graphWith(new ProtobufWriter().bytes(9, 1L << 32, new byte[4])), "claims 4294"),
        lie(
            new ProtobufWriter()
                .bytes(
                    GRAPH,
                    1L << 40,
                    new ProtobufWriter()
                        .bytes(
                            5,
                            1L << 39,
                            new ProtobufWriter().raw(9 << 3 | 2).raw(1L << 38).toBytes())
                        .toBytes()),
            "longer than an array"),
        lie(
            new ProtobufWriter()
                .bytes(
                    GRAPH,
                    1L << 40,
                    new ProtobufWriter()
                        .bytes(
                            5,
                            1L << 39,
                            new ProtobufWriter().raw(9 << 3 | 2).raw(2_000_000_000).toBytes())
                        .toBytes()),
            "middle of a field"),
        lie(
            graphWith(new ProtobufWriter().bytes(1, new byte[] {(byte) 0x81})),
            "middle of a field"),
        lie(graphWith(new ProtobufWriter().varint(2, -1).raw(-1)), "field number"),
        lie(
            new ProtobufWriter()
                .bytes(20, new byte[0])
                .bytes(GRAPH, new byte[] {16, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2}),
            "longer than 64 bits"),
        lie(graphWith(new ProtobufWriter().text(8, "x".repeat(70_000))), "70000 bytes is too long"),
        lie(
            graphWith(TinyOnnx.tensor("t", TinyOnnx.FLOAT, List.of(2L), new byte[4])),
            "initializer 't': shape [2] needs 8 bytes of raw data, the file has 4"),
        lie(
            graphWith(TinyOnnx.tensor("t", TinyOnnx.FLOAT, List.of(-1L), new byte[4])),
            "shape [-1] is negative or too large"),
        lie(
            graphWith(
                TinyOnnx.tensor("t", TinyOnnx.FLOAT, List.of(1L << 31, 1L << 33), new byte[0])),
            "negative or too large"),
        lie(
            graphWith(TinyOnnx.tensor("t", TinyOnnx.FLOAT, List.of(46341L, 46341L), new byte[0])),
            "negative or too large"),
        lie(
            graphWith(TinyOnnx.tensor("t", TinyOnnx.FLOAT, List.of(1L), new byte[0]).varint(14, 1)),
            "initializer 't': its numbers lie in another file"),
        lie(
            graphWith(
                TinyOnnx.tensor("t", TinyOnnx.FLOAT, List.of(1L), new byte[4])
                    .message(13, new ProtobufWriter().text(1, "location").text(2, "/etc/passwd"))),
            "its numbers lie in another file"),
        lie(
            new ProtobufWriter()
                .message(GRAPH, new ProtobufWriter().bytes(5, tensor).bytes(5, tensor)),
            "the initializer 't' comes twice"),
        lie(new ProtobufWriter().bytes(GRAPH, emptyNodes(200_001)), "more than 200000 parts"));
  }

  @ParameterizedTest
  @MethodSource("lies")
  void refuses_a_file_that_lies_in_one_line(byte[] model, String complaint) {
    assertThatThrownBy(() -> read(model))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("tiny.onnx: ")
        .hasMessageContaining(complaint)
        .hasMessageContaining("; ");
  }

  @Test
  void passes_over_messages_nested_without_end() {
    byte[] nested = {};
    for (int i = 0; i < 3000; i++) {
      nested = new ProtobufWriter().bytes(21, nested).toBytes();
    }
    byte[] model =
        new ProtobufWriter().bytes(21, nested).message(GRAPH, TinyOnnx.graph()).toBytes();
    assertThat(read(model).config()).isEqualTo(TinyOnnx.CONFIG);
  }

  @Test
  void refuses_every_beginning_of_a_file() {
    byte[] model = TinyOnnx.model();
    int graphEnds =
        model.length - new ProtobufWriter().text(1, "").varint(2, 11).toBytes().length - 2;
    for (int length = 0; length < model.length; length++) {
      byte[] beginning = Arrays.copyOf(model, length);
      if (length == graphEnds) {
        assertThat(read(beginning).config()).isEqualTo(TinyOnnx.CONFIG);
      } else {
        assertThatThrownBy(() -> read(beginning))
            .as("the first %d bytes", length)
            .isInstanceOf(InputException.class);
      }
    }
  }

  @Test
  void names_what_is_missing_or_does_not_fit() {
    assertThatThrownBy(() -> read(without("encoder.layer.1.attention.self.key.bias")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "tiny.onnx: the weight encoder.layer.1.attention.self.key.weight [4, 4] is missing;"
                + " use the weights of a float32 encoder with all its layers");
    assertThatThrownBy(() -> read(without("embeddings.word_embeddings.weight")))
        .hasMessage(
            "tiny.onnx: the weight embeddings.word_embeddings.weight is missing or not a matrix;"
                + " use the file of a float32 BERT encoder");
    assertThatThrownBy(
            () -> OnnxBert.read(new ByteArrayInputStream(TinyOnnx.model()), "tiny.onnx", 3))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("tiny.onnx: BertConfig: heads must divide hiddenSize, got 3");
    assertThatThrownBy(() -> OnnxBert.read(folder.resolve("no.onnx"), 2))
        .isInstanceOf(InputException.class)
        .hasMessage(folder.resolve("no.onnx") + ": no such file; check the path");
  }

  @Test
  void says_so_when_the_stream_fails() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("invalid block type");
          }
        };
    assertThatThrownBy(() -> OnnxBert.read(broken, "a.jar: tiny.onnx", 2))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "a.jar: tiny.onnx: cannot be read (invalid block type); check the file and its disk");
  }

  @Test
  @Timeout(60)
  void survives_two_thousand_mutations_with_nothing_but_input_errors() {
    byte[] sound = TinyOnnx.model();
    SplittableRandom random = new SplittableRandom(20260101);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] mutant = Mutation.of(sound, random);
      try {
        read(mutant);
      } catch (InputException e) {
        refused++;
        assertThat(e.getMessage()).startsWith("tiny.onnx: ").doesNotContainPattern("\\R");
      }
    }
    assertThat(refused).isBetween(1000, 1999);
  }

  // ---- how -----------------------------------------------------------------------------------

  private static Arguments lie(ProtobufWriter model, String complaint) {
    return Arguments.of(model.toBytes(), complaint);
  }

  private static ProtobufWriter graphWith(ProtobufWriter tensor) {
    return new ProtobufWriter().message(GRAPH, new ProtobufWriter().message(5, tensor));
  }

  private static ProtobufWriter floats(String name, long... dims) {
    int count = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    return TinyOnnx.tensor(
        name, TinyOnnx.FLOAT, Arrays.stream(dims).boxed().toList(), new byte[count * 4]);
  }

  private static OnnxInitializers initializers(ProtobufWriter tensor) throws IOException {
    return OnnxInitializers.read(new ByteArrayInputStream(graphWith(tensor).toBytes()), "x");
  }

  private static byte[] emptyNodes(int count) {
    ProtobufWriter graph = new ProtobufWriter();
    for (int i = 0; i < count; i++) {
      graph.bytes(1, new byte[0]);
    }
    return graph.toBytes();
  }

  // The model with one name changed: same lengths everywhere.
  private static byte[] without(String name) {
    UnaryOperator<String> spoil = text -> text.replace(name, "X" + name.substring(1));
    return spoil
        .apply(new String(TinyOnnx.model(), StandardCharsets.ISO_8859_1))
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
