package jada.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import jada.nn.files.InputException;
import jada.nn.files.InputFile;
import jada.nn.files.Quoted;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// The graph of an ONNX file that [OnnxModel] wrote, and an interpreter for it: node after node, in
/// the order of the file, each by its [Operator].
///
/// It is there to check files, not to be fast, and computes the operators that Jada writes; others
/// are refused by name. All values are float tensors: whole numbers and truth values, which ONNX
/// keeps apart, are exact in a float up to 2²⁴, and larger ones are refused.
///
/// A file is not trusted: what it claims of itself is compared with what it holds before anything
/// is computed.
public final class OnnxGraph {
  /// Many times the nodes and constants of the largest graph that Jada writes.
  private static final int MOST_PARTS = 200_000;

  /// Most elements of all values at a time, 1 GiB: a batch of 32 texts of 512 tokens in a base-size
  /// model needs a sixth of it.
  private static final long MOST_ELEMENTS = 1L << 28;

  private static final long LARGEST = 1 << 24;
  private static final int BUFFER = 1 << 16;

  private final String source;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> constants = new HashMap<>();
  private final List<String> inputs = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private final SequencedMap<String, String> metadata = new LinkedHashMap<>();

  /// The number of the last node that needs a value.
  private final Map<String, Integer> lastUse = new HashMap<>();

  /// One step.
  ///
  /// @param attributes each a list of whole numbers, mostly one
  record Node(
      String name,
      String operator,
      List<String> inputs,
      String output,
      Map<String, List<Long>> attributes) {

    /// An attribute's list.
    ///
    /// @throws IllegalArgumentException if the node has no such attribute
    List<Long> list(String attribute) {
      return Optional.ofNullable(attributes.get(attribute))
          .orElseThrow(
              () -> new IllegalArgumentException("attribute " + attribute + " is missing"));
    }

    /// An attribute that is one whole number.
    ///
    /// @throws IllegalArgumentException if it has not one number
    long number(String attribute, long absent) {
      List<Long> values = attributes.getOrDefault(attribute, List.of(absent));
      if (values.size() != 1) {
        throw new IllegalArgumentException("attribute " + attribute + " is not one number");
      }
      return values.getFirst();
    }
  }

  private OnnxGraph(String source) {
    this.source = source;
  }

  // ---- reading -------------------------------------------------------------------------------

  /// Reads a file.
  ///
  /// @throws InputException if it cannot be read, is no ONNX file, or has parts that are not
  ///   computed here
  public static OnnxGraph read(Path file) {
    InputFile.require(file);
    ModelProto proto;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
      if (Files.size(file) > Integer.MAX_VALUE) {
        throw new InputException(file + ": is larger than 2 GiB, which no ONNX file can be");
      }
      proto = ModelProto.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      throw new InputException(
          file + ": is no ONNX file (" + e.getMessage() + "); write it again", e);
    } catch (IOException e) {
      throw InputFile.unreadable(file, e);
    }
    OnnxGraph graph = new OnnxGraph(file.toString());
    graph.readModel(proto);
    return graph;
  }

  private void readModel(ModelProto proto) {
    require(proto.hasGraph(), "holds no graph");
    require(proto.getFunctionsCount() == 0, "defines functions, which are not computed here");
    for (OperatorSetIdProto set : proto.getOpsetImportList()) {
      require(
          set.getDomain().isEmpty() && set.getVersion() == OnnxModel.OPERATOR_SET,
          "is of operator set %s %s; only ONNX's %s is computed here"
              .formatted(Quoted.of(set.getDomain()), set.getVersion(), OnnxModel.OPERATOR_SET));
    }
    for (StringStringEntryProto entry : proto.getMetadataPropsList()) {
      metadata.put(entry.getKey(), entry.getValue());
    }
    readGraph(proto.getGraph());
  }

  private void readGraph(GraphProto graph) {
    require(
        graph.getNodeCount() <= MOST_PARTS && graph.getInitializerCount() <= MOST_PARTS,
        "has more than " + MOST_PARTS + " nodes or constants");
    require(graph.getSparseInitializerCount() == 0, "has sparse constants");
    for (TensorProto constant : graph.getInitializerList()) {
      requireNew(constant.getName());
      constants.put(constant.getName(), tensor(constant));
    }
    for (ValueInfoProto input : graph.getInputList()) {
      requireNew(input.getName());
      inputs.add(input.getName());
      lastUse.put(input.getName(), -1);
    }
    for (NodeProto node : graph.getNodeList()) {
      readNode(node);
    }
    for (ValueInfoProto output : graph.getOutputList()) {
      require(isKnown(output.getName()), "has no node that computes " + at(output.getName()));
      outputs.add(output.getName());
      lastUse.put(output.getName(), Integer.MAX_VALUE);
    }
  }

  private void readNode(NodeProto proto) {
    String where = "node " + at(proto.getName()) + " ";
    require(
        proto.getDomain().isEmpty() && Operator.OF.containsKey(proto.getOpType()),
        where + "has the operator " + at(proto.getOpType()) + ", which is not computed here");
    require(proto.getOutputCount() == 1, where + "has " + proto.getOutputCount() + " outputs");
    for (String input : proto.getInputList()) {
      require(isKnown(input), where + "needs " + at(input) + ", which nothing before it computes");
      lastUse.put(input, nodes.size());
    }
    String output = proto.getOutput(0);
    requireNew(output);
    lastUse.put(output, nodes.size());
    Map<String, List<Long>> attributes = new HashMap<>();
    for (AttributeProto attribute : proto.getAttributeList()) {
      List<Long> values =
          switch (attribute.getType()) {
            case INT -> List.of(attribute.getI());
            case INTS -> List.copyOf(attribute.getIntsList());
            default ->
                throw refusal(
                    where + "has the attribute " + at(attribute.getName()) + " of another type");
          };
      attributes.put(attribute.getName(), values);
    }
    nodes.add(
        new Node(
            proto.getName(),
            proto.getOpType(),
            List.copyOf(proto.getInputList()),
            output,
            attributes));
  }

  private boolean isKnown(String value) {
    return constants.containsKey(value) || lastUse.containsKey(value);
  }

  private void requireNew(String value) {
    require(!value.isEmpty() && !isKnown(value), "has two values called " + at(value));
  }

  private Tensor tensor(TensorProto proto) {
    String where = "constant " + at(proto.getName()) + " ";
    require(
        proto.getDataLocation() == TensorProto.DataLocation.DEFAULT
            && proto.getExternalDataCount() == 0,
        where + "lies in another file");
    int width =
        switch (proto.getDataType()) {
          case TensorProto.DataType.FLOAT_VALUE -> Float.BYTES;
          case TensorProto.DataType.INT64_VALUE -> Long.BYTES;
          default -> throw refusal(where + "is neither of float32 nor of int64");
        };
    List<Long> dims = proto.getDimsList();
    require(dims.size() <= 4, where + "has more than four dimensions");
    long elements = 1;
    for (long size : dims) {
      require(size >= 0 && size <= Integer.MAX_VALUE, where + "has shape " + dims);
      elements *= size;
      require(elements <= Integer.MAX_VALUE, where + "has shape " + dims);
    }
    require(
        proto.getRawData().size() == elements * width,
        "%sof shape %s has %s bytes instead of %s"
            .formatted(where, dims, proto.getRawData().size(), elements * width));
    float[] values = new float[(int) elements];
    ByteBuffer bytes = proto.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (width == Float.BYTES) {
      bytes.asFloatBuffer().get(values);
    } else {
      for (int i = 0; i < values.length; i++) {
        long value = bytes.getLong();
        require(Math.abs(value) <= LARGEST && value > Long.MIN_VALUE, where + "holds " + value);
        values[i] = value;
      }
    }
    return Tensor.of(Shape.of(dims.stream().mapToInt(Long::intValue).toArray()), values);
  }

  // ---- what it says --------------------------------------------------------------------------

  /// The names of the inputs, in the order of the file.
  public List<String> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  /// The names of the outputs, in the order of the file.
  public List<String> outputs() {
    return Collections.unmodifiableList(outputs);
  }

  /// What the file says of itself.
  public SequencedMap<String, String> metadata() {
    return Collections.unmodifiableSequencedMap(metadata);
  }

  /// The constants by name.
  Map<String, Tensor> constants() {
    return Collections.unmodifiableMap(constants);
  }

  // ---- computing -----------------------------------------------------------------------------

  /// Computes the graph.
  ///
  /// @param given the inputs by name; whole numbers as floats
  /// @return the outputs by name, in the order of the file
  /// @throws IllegalArgumentException if other inputs are given than the graph has
  /// @throws InputException naming the first node that cannot be computed
  public SequencedMap<String, Tensor> run(Map<String, Tensor> given) {
    if (!given.keySet().equals(Set.copyOf(inputs))) {
      throw new IllegalArgumentException(
          "onnx graph: the inputs are " + inputs + ", given were " + given.keySet());
    }
    Map<String, Tensor> values = new HashMap<>(given);
    long elements = 0;
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      Tensor result = computed(node, values);
      elements += result.size();
      require(
          elements <= MOST_ELEMENTS,
          "needs more than " + MOST_ELEMENTS + " numbers at a time; give fewer or shorter texts");
      values.put(node.output(), result);
      for (String input : node.inputs()) {
        if (lastUse.getOrDefault(input, -1) == i && !given.containsKey(input)) {
          Tensor done = values.remove(input);
          elements -= done == null ? 0 : done.size();
        }
      }
    }
    SequencedMap<String, Tensor> results = new LinkedHashMap<>();
    outputs.forEach(name -> results.put(name, value(name, values)));
    return results;
  }

  private Tensor computed(Node node, Map<String, Tensor> values) {
    List<Tensor> operands = node.inputs().stream().map(name -> value(name, values)).toList();
    try {
      return Operator.OF.get(node.operator()).apply(node, operands);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "%s: node %s (%s): %s"
              .formatted(source, at(node.name()), node.operator(), e.getMessage()),
          e);
    }
  }

  private Tensor value(String name, Map<String, Tensor> values) {
    Tensor constant = constants.get(name);
    return constant == null ? values.get(name) : constant;
  }

  private static String at(String name) {
    return Quoted.of(name);
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw refusal(otherwise);
    }
  }

  private InputException refusal(String reason) {
    return new InputException(
        source + ": " + reason + "; use a file as Jada's OnnxModel writes it");
  }
}
