package jada.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import jada.nn.Family;
import jada.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Appends nodes and constants to a graph. Values are their names; that of a node's value is made
/// of its module and its operator, such as `/encoder/layer.0/attention/self/MatMul`.
///
/// Weights have Hugging Face's names. Only the matrix of a linear layer, which the graph needs as
/// (in, out), has `weight_transposed` at the end of it, so that nobody takes it for the (out, in)
/// that the name stands for elsewhere.
final class Nodes {
  private final GraphProto.Builder graph;
  private final Map<String, Tensor> weights;
  private final UnaryOperator<String> names;
  private final Set<String> constants;
  private final Map<String, Integer> numbers;
  private final String module;

  private Nodes(
      GraphProto.Builder graph,
      Map<String, Tensor> weights,
      UnaryOperator<String> names,
      Set<String> constants,
      Map<String, Integer> numbers,
      String module) {
    this.graph = graph;
    this.weights = weights;
    this.names = names;
    this.constants = constants;
    this.numbers = numbers;
    this.module = module;
  }

  /// The nodes of an empty graph.
  ///
  /// @param weights by name without the prefix of the family
  /// @param names the names of weights in the file by those: [Family#path], or the same
  static Nodes of(Map<String, Tensor> weights, UnaryOperator<String> names) {
    return new Nodes(
        GraphProto.newBuilder().setName("jada"),
        weights,
        names,
        new HashSet<>(),
        new HashMap<>(),
        "");
  }

  /// The same graph, for nodes of this module.
  Nodes in(String path) {
    return new Nodes(graph, weights, names, constants, numbers, "/" + path.replace('.', '/'));
  }

  GraphProto graph() {
    return graph.build();
  }

  // ---- nodes ---------------------------------------------------------------------------------

  /// A node without attributes.
  String node(String operator, String... inputs) {
    return node(operator, List.of(), inputs);
  }

  private String node(String operator, List<AttributeProto> attributes, String... inputs) {
    String path = module + "/" + operator;
    int number = numbers.merge(path, 1, Integer::sum) - 1;
    String name = number == 0 ? path : path + "_" + number;
    return append(name, operator, attributes, name + "_output", inputs);
  }

  private String append(
      String name,
      String operator,
      List<AttributeProto> attributes,
      String output,
      String... inputs) {
    graph.addNode(
        NodeProto.newBuilder()
            .setName(name)
            .setOpType(operator)
            .addAllInput(Arrays.asList(inputs))
            .addAllAttribute(attributes)
            .addOutput(output));
    return output;
  }

  /// The rows, or what stands at `axis`, with these numbers.
  String gather(String data, String indices, int axis) {
    return node("Gather", List.of(number("axis", axis)), data, indices);
  }

  String cast(String x, TensorProto.DataType type) {
    return node("Cast", List.of(number("to", type.getNumber())), x);
  }

  String transpose(String x, long... order) {
    return node("Transpose", List.of(numbers("perm", order)), x);
  }

  /// Softmax along the innermost dimension.
  String softmax(String x) {
    return node("Softmax", List.of(number("axis", -1)), x);
  }

  /// The mean along the innermost dimension, which stays as one of size 1.
  String mean(String x) {
    return node("ReduceMean", List.of(numbers("axes", -1), number("keepdims", 1)), x);
  }

  /// √Σx² along the innermost dimension, which stays as one of size 1.
  String length(String x) {
    return node("ReduceL2", List.of(numbers("axes", -1), number("keepdims", 1)), x);
  }

  /// The sum along a dimension, which goes.
  String sum(String x, int axis) {
    return node("ReduceSum", List.of(number("keepdims", 0)), x, whole(axis));
  }

  // x·Wᵀ + b: (…, in) -> (…, out).
  String linear(String x, String path) {
    String product = node("MatMul", x, transposedWeight(path + ".weight"));
    return node("Add", product, weight(path + ".bias"));
  }

  private static AttributeProto number(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static AttributeProto numbers(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  // ---- constants -----------------------------------------------------------------------------

  /// A weight as it is.
  String weight(String name) {
    Tensor weight = weights.get(name);
    long[] sizes = new long[weight.shape().rank()];
    Arrays.setAll(sizes, i -> weight.shape().dim(i));
    return constant(names.apply(name), TensorProto.DataType.FLOAT, bytes(weight), sizes);
  }

  private String transposedWeight(String name) {
    Tensor weight = weights.get(name).transpose(); // (out, in) -> (in, out)
    return constant(
        names.apply(name) + "_transposed",
        TensorProto.DataType.FLOAT,
        bytes(weight),
        weight.shape().dim(0),
        weight.shape().dim(1));
  }

  /// One number.
  String number(float value) {
    ByteBuffer bytes = buffer(Float.BYTES).putFloat(0, value);
    return constant("/constant/" + value, TensorProto.DataType.FLOAT, bytes);
  }

  /// One whole number, without dimensions.
  String scalar(long value) {
    ByteBuffer bytes = buffer(Long.BYTES).putLong(0, value);
    return constant("/constant/" + value, TensorProto.DataType.INT64, bytes);
  }

  /// A list of whole numbers.
  String whole(long... values) {
    return wholes("/constant/" + Arrays.toString(values).replace(" ", ""), values);
  }

  /// A list of whole numbers of this name.
  String wholes(String name, long... values) {
    ByteBuffer bytes = buffer(Math.multiplyExact(values.length, Long.BYTES));
    bytes.asLongBuffer().put(values);
    return constant(name, TensorProto.DataType.INT64, bytes, values.length);
  }

  private String constant(String name, TensorProto.DataType type, ByteBuffer bytes, long... sizes) {
    if (constants.add(name)) {
      TensorProto.Builder tensor =
          TensorProto.newBuilder()
              .setName(name)
              .setDataType(type.getNumber())
              .setRawData(unshared(bytes));
      for (long size : sizes) {
        tensor.addDims(size);
      }
      graph.addInitializer(tensor);
    }
    return name;
  }

  // The buffer is nobody else's, so the message need not copy it.
  private static ByteString unshared(ByteBuffer bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  private static ByteBuffer bytes(Tensor tensor) {
    ByteBuffer bytes = buffer(Math.multiplyExact(tensor.size(), Float.BYTES));
    bytes.asFloatBuffer().put(tensor.array(), 0, tensor.size());
    return bytes;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  // ---- inputs and outputs --------------------------------------------------------------------

  /// Whole numbers (batch_size, sequence_length) that are given.
  void input(String name) {
    graph.addInput(
        value(name, TensorProto.DataType.INT64, List.of("batch_size", "sequence_length")));
  }

  /// Gives a value out under this name.
  ///
  /// @param sizes each a number, or the name of a size that is not fixed
  void output(String value, String name, List<String> sizes) {
    append("/" + name, "Identity", List.of(), name, value);
    graph.addOutput(value(name, TensorProto.DataType.FLOAT, sizes));
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, List<String> sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (String size : sizes) {
      if (Character.isDigit(size.charAt(0))) {
        shape.addDimBuilder().setDimValue(Long.parseLong(size));
      } else {
        shape.addDimBuilder().setDimParam(size);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }
}
