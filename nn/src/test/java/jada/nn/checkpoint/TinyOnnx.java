package jada.nn.checkpoint;

import jada.nn.BertConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/// A BERT of a few hundred weights in the form that exporters write, put together by hand.
final class TinyOnnx {
  static final BertConfig CONFIG = new BertConfig(11, 4, 2, 2, 6, 5, 2, 1e-12f, 0.1f, 0.1f);
  static final int FLOAT = 1;
  static final int INT64 = 7;

  private TinyOnnx() {}

  /// The element of a weight (out, in): a function of its name and index, so that every mix-up of
  /// names or transposition shows.
  static float element(String name, int index) {
    return (float) new SplittableRandom(31L * name.hashCode() + index).nextDouble(-1, 1);
  }

  static byte[] model() {
    return new ProtobufWriter()
        .varint(1, 6)
        .text(2, "pytorch")
        .message(7, graph())
        .message(8, new ProtobufWriter().text(1, "").varint(2, 11))
        .toBytes();
  }

  static ProtobufWriter graph() {
    ProtobufWriter graph = new ProtobufWriter();
    int[] matrices = {700};
    new EncoderWeights(CONFIG)
        .forEach(
            (name, sizes) -> {
              if (isLinear(name)) {
                String bias = name.substring(0, name.length() - "weight".length()) + "bias";
                String matrix = "onnx::MatMul_" + matrices[0]++;
                graph.message(1, node("MatMul", List.of("x", matrix), bias + "/product"));
                graph.message(1, node("Add", List.of(bias, bias + "/product"), bias + "/sum"));
              }
            });
    // A product of two activations and a constant that nobody adds a bias to.
    graph.message(1, node("MatMul", List.of("x", "y"), "scores"));
    graph.message(1, node("MatMul", List.of("x", "lonely"), "z"));
    graph.text(2, "torch_jit");
    graph.message(5, tensor("embeddings.position_ids", INT64, List.of(1L, 2L), new byte[16]));
    graph.message(5, tensor("lonely", FLOAT, List.of(1L, 1L), new byte[4]));
    matrices[0] = 700;
    new EncoderWeights(CONFIG)
        .forEach(
            (name, sizes) -> {
              if (isLinear(name)) {
                List<Long> flipped = sizes.reversed();
                graph.message(
                    5,
                    tensor(
                        "onnx::MatMul_" + matrices[0]++, FLOAT, flipped, raw(name, sizes, true)));
              } else {
                graph.message(5, tensor(name, FLOAT, sizes, raw(name, sizes, false)));
              }
            });
    return graph;
  }

  static ProtobufWriter node(String operation, List<String> inputs, String output) {
    ProtobufWriter node = new ProtobufWriter();
    inputs.forEach(input -> node.text(1, input));
    return node.text(2, output).text(3, "/" + output).text(4, operation);
  }

  static ProtobufWriter tensor(String name, int type, List<Long> dims, byte[] raw) {
    ProtobufWriter tensor = new ProtobufWriter();
    dims.forEach(size -> tensor.varint(1, size));
    return tensor.varint(2, type).text(8, name).bytes(9, raw);
  }

  private static boolean isLinear(String name) {
    return name.startsWith("encoder.")
        && name.endsWith(".weight")
        && !name.endsWith("LayerNorm.weight");
  }

  private static byte[] raw(String name, List<Long> sizes, boolean flipped) {
    int rows = Math.toIntExact(sizes.getFirst());
    int columns = sizes.size() == 1 ? 1 : Math.toIntExact(sizes.get(1));
    ByteBuffer bytes =
        ByteBuffer.allocate(rows * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rows * columns; i++) {
      int index = flipped ? i % rows * columns + i / rows : i;
      bytes.putFloat(element(name, index));
    }
    return bytes.array();
  }

  /// The names of all weights of the model, one a line.
  static String names() {
    StringBuilder names = new StringBuilder();
    new EncoderWeights(CONFIG).forEach((name, _) -> names.append(name).append('\n'));
    return names.toString().lines().collect(Collectors.joining("\n"));
  }
}
