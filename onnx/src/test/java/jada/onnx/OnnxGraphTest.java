package jada.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that are not as Jada writes them are refused by one line that names the file.
class OnnxGraphTest {
  private static final PretrainedModel MODEL = TinyModel.encoder("mpnet");

  @TempDir private Path temp;
  private Path file;
  private byte[] sound;

  @BeforeEach
  void write() throws IOException {
    file = temp.resolve("model.onnx");
    OnnxModel.write(MODEL, file);
    sound = Files.readAllBytes(file);
  }

  private void run() {
    Map<String, Tensor> inputs =
        OnnxCheck.padded(
            List.of(MODEL.tokenizer().encode("a b", 9), MODEL.tokenizer().encode("", 9)), 1);
    inputs.remove("token_type_ids");
    OnnxGraph.read(file).run(inputs);
  }

  private void refused(Consumer<ModelProto.Builder> change, String reason) {
    try {
      ModelProto.Builder model = ModelProto.parseFrom(sound).toBuilder();
      change.accept(model);
      Files.write(file, model.build().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThatThrownBy(this::run)
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(reason);
  }

  private static NodeProto.Builder node(ModelProto.Builder model, String operator) {
    return model.getGraphBuilder().getNodeBuilderList().stream()
        .filter(node -> node.getOpType().equals(operator))
        .findFirst()
        .orElseThrow();
  }

  private static TensorProto.Builder constant(ModelProto.Builder model, String name) {
    return model.getGraphBuilder().getInitializerBuilderList().stream()
        .filter(constant -> constant.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void the_file_itself_is_computed() {
    run();
  }

  @Test
  void operators_beyond_those_that_jada_writes_are_named() {
    refused(model -> node(model, "Erf").setOpType("Loop"), "the operator 'Loop', which is not");
    refused(model -> node(model, "Erf").setDomain("com.other"), "the operator 'Erf', which is not");
    refused(model -> model.getOpsetImportBuilder(0).setVersion(21), "operator set '' 21");
    refused(model -> model.addFunctionsBuilder().setName("f"), "defines functions");
  }

  @Test
  void values_that_are_missing_or_there_twice_are_named() {
    refused(
        model -> node(model, "Erf").setInput(0, "nothing"),
        "needs 'nothing', which nothing before it computes");
    refused(model -> node(model, "Erf").setOutput(0, "input_ids"), "two values called 'input_ids'");
    refused(model -> node(model, "Erf").clearOutput(), "has 0 outputs");
    refused(
        model -> model.getGraphBuilder().getOutputBuilder(0).setName("logits"),
        "has no node that computes 'logits'");
    refused(ModelProto.Builder::clearGraph, "holds no graph");
    refused(
        model -> constant(model, "/constant/1.0").setName("/constant/0.5"),
        "two values called '/constant/0.5'");
  }

  @Test
  void constants_hold_what_they_claim() {
    String name = "embeddings.LayerNorm.weight";
    refused(model -> constant(model, name).setDims(0, 17), "has 64 bytes instead of 68");
    refused(model -> constant(model, name).setDims(0, -1), "has shape [-1]");
    refused(
        model -> constant(model, name).addDims(1 << 30).addDims(1 << 30).addDims(1 << 30),
        "has shape [16, 1073741824, 1073741824, 1073741824]");
    refused(model -> constant(model, name).addAllDims(List.of(1L, 1L, 1L, 1L)), "four dimensions");
    refused(model -> constant(model, name).setDataType(10), "neither of float32 nor of int64");
    refused(
        model -> constant(model, name).setDataLocation(TensorProto.DataLocation.EXTERNAL),
        "lies in another file");
    byte[] large = {0, 0, 0, 0, 0, 0, 0, -128};
    refused(
        model -> constant(model, "/constant/1").setRawData(ByteString.copyFrom(large)),
        "holds -9223372036854775808");
  }

  @Test
  void operands_that_do_not_fit_are_told_with_the_node() {
    refused(model -> node(model, "Erf").addInput("input_ids"), "(Erf): 2 operands instead of 1");
    refused(model -> node(model, "Transpose").clearAttribute(), "attribute perm is missing");
    refused(model -> node(model, "Transpose").getAttributeBuilder(0).setInts(0, 3), "the order");
    refused(
        model ->
            node(model, "Transpose")
                .getAttributeBuilder(0)
                .setType(AttributeProto.AttributeType.STRING),
        "the attribute 'perm' of another type");
    refused(model -> node(model, "Gather").getAttributeBuilder(0).setI(7), "axis 7 of (");
    refused(model -> node(model, "ReduceMean").getAttributeBuilder(0).setInts(0, 9), "axis 9 of (");
    refused(
        model -> node(model, "MatMul").setInput(1, "embeddings.word_embeddings.weight"),
        "left columns must equal right rows");
  }

  @Test
  void a_token_beyond_the_vocabulary_is_no_row_of_the_table() {
    Map<String, Tensor> inputs =
        Map.of(
            "input_ids", Tensor.matrix(new float[] {0, 31, 2}),
            "attention_mask", Tensor.matrix(new float[] {1, 1, 1}));

    assertThatThrownBy(() -> OnnxGraph.read(file).run(inputs))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("/embeddings/Gather")
        .hasMessageContaining("index 31 of 31");
  }

  @Test
  void other_inputs_than_those_of_the_graph_are_refused() {
    assertThatThrownBy(() -> OnnxGraph.read(file).run(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("onnx graph: the inputs are [input_ids, attention_mask], given were []");
  }

  @Test
  void what_is_no_file_or_no_onnx_is_told() throws IOException {
    Files.writeString(file, "a text that is no graph at all");
    assertThatThrownBy(() -> OnnxGraph.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is no ONNX file");

    Files.write(file, Arrays.copyOf(sound, sound.length / 2));
    assertThatThrownBy(() -> OnnxGraph.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is no ONNX file");

    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> OnnxGraph.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("holds no graph");

    assertThatThrownBy(() -> OnnxGraph.read(temp.resolve("none.onnx")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void a_damaged_file_gives_numbers_or_one_line() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    int refused = 0;
    int times = Integer.getInteger("jada.fuzz", 2000) / 10;
    for (int i = 0; i < times; i++) {
      byte[] bytes = sound.clone();
      // Most of the file is weights, whose damage shows nothing; the graph comes first.
      int from = random.nextInt(2) == 0 ? bytes.length : 12_000;
      for (int damages = random.nextInt(1, 5); damages > 0; damages--) {
        bytes[random.nextInt(from)] = (byte) random.nextInt();
      }
      Files.write(file, bytes);
      try {
        run();
      } catch (InputException e) {
        refused++;
        assertThat(e).hasMessageStartingWith(file + ": ");
      } catch (IllegalArgumentException e) { // an input has another name
        assertThat(e).hasMessageStartingWith("onnx graph: the inputs are");
      }
    }
    assertThat(refused).isGreaterThan(times / 3);
  }
}
