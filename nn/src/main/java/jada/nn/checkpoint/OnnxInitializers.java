package jada.nn.checkpoint;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The constants of an ONNX graph and the nodes that use them: all that is needed to read a model's
/// weights.
///
/// An ONNX file is one protobuf message: ModelProto holds the graph (field 7); GraphProto the nodes
/// (1) and the initializers (5); NodeProto inputs (1), outputs (2), name (3) and op_type (4);
/// TensorProto dims (1), data_type (2), name (8), raw_data (9), external_data (13) and
/// data_location (14). Everything else is skipped.
///
/// @param tensors the initializers of type float32 with at most four dimensions, in file order
/// @param nodes all nodes, in file order
record OnnxInitializers(Map<String, Tensor> tensors, List<Node> nodes) {
  private static final int GRAPH = 7;
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_INITIALIZER = 5;

  private static final int FLOAT = 1;
  private static final int MAX_RANK = 4;
  // Far above any encoder's graph (a 12-layer BERT has about 1,500 nodes); keeps a file of nothing
  // but empty nodes from filling the memory.
  private static final int MOST_PARTS = 200_000;
  private static final int BUFFER = 1 << 16;

  /// One operation of the graph.
  record Node(String name, String operation, List<String> inputs, List<String> outputs) {}

  /// Reads a model to the end of the stream.
  ///
  /// @param source named in errors
  /// @throws InputException if the content is damaged, or keeps its numbers outside of the file
  /// @throws IOException if the stream fails
  static OnnxInitializers read(InputStream in, String source) throws IOException {
    return new Parser(
            new ProtobufReader(new BufferedInputStream(in, BUFFER), source, "an ONNX model"),
            source)
        .model();
  }

  private static final class Parser {
    private final ProtobufReader proto;
    private final String source;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private int parts;
    private boolean hasGraph;

    Parser(ProtobufReader proto, String source) {
      this.proto = proto;
      this.source = source;
    }

    OnnxInitializers model() throws IOException {
      while (proto.next()) {
        if (proto.field() == GRAPH) {
          hasGraph = true;
          proto.message(this::graph);
        } else {
          proto.skip();
        }
      }
      if (!hasGraph) {
        throw proto.damaged("holds no graph");
      }
      return new OnnxInitializers(
          Collections.unmodifiableMap(tensors), Collections.unmodifiableList(nodes));
    }

    private void graph() throws IOException {
      while (proto.next()) {
        switch (proto.field()) {
          case GRAPH_NODE -> proto.message(this::node);
          case GRAPH_INITIALIZER -> proto.message(this::initializer);
          default -> proto.skip();
        }
      }
    }

    private void node() throws IOException {
      count();
      List<String> inputs = new ArrayList<>(3);
      List<String> outputs = new ArrayList<>(1);
      String name = "";
      String operation = "";
      while (proto.next()) {
        switch (proto.field()) {
          case 1 -> {
            count();
            inputs.add(proto.text());
          }
          case 2 -> {
            count();
            outputs.add(proto.text());
          }
          case 3 -> name = proto.text();
          case 4 -> operation = proto.text();
          default -> proto.skip();
        }
      }
      nodes.add(new Node(name, operation, inputs, outputs));
    }

    private void initializer() throws IOException {
      count();
      List<Long> dims = new ArrayList<>(MAX_RANK);
      long type = 0;
      String name = "";
      byte[] raw = {};
      boolean external = false;
      while (proto.next()) {
        switch (proto.field()) {
          case 1 ->
              proto.varints(
                  size -> {
                    if (dims.size() <= MAX_RANK) {
                      dims.add(size);
                    }
                  });
          case 2 -> type = proto.varint();
          case 8 -> name = proto.text();
          case 9 -> raw = proto.bytes();
          case 13 -> {
            external = true;
            proto.skip();
          }
          case 14 -> external |= proto.varint() != 0;
          default -> proto.skip();
        }
      }
      if (external) {
        throw new InputException(
            at(name) + "its numbers lie in another file; export the model with embedded weights");
      }
      if (type != FLOAT || dims.size() > MAX_RANK) {
        return;
      }
      Tensor tensor = tensor(name, dims, raw);
      if (tensors.putIfAbsent(name, tensor) != null) {
        throw proto.damaged("the initializer " + Quoted.of(name) + " comes twice");
      }
    }

    private Tensor tensor(String name, List<Long> dims, byte[] raw) {
      long bytes = Float.BYTES;
      for (long size : dims) {
        if (size < 0 || size > Integer.MAX_VALUE || bytes * size > Integer.MAX_VALUE) {
          throw new InputException(
              at(name) + "shape " + dims + " is negative or too large; export the model again");
        }
        bytes *= size;
      }
      if (raw.length != bytes) {
        throw new InputException(
            at(name)
                + "shape "
                + dims
                + " needs "
                + bytes
                + " bytes of raw data, the file has "
                + raw.length
                + "; export the model again with raw data");
      }
      float[] elements = new float[raw.length / Float.BYTES];
      ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(elements);
      return Tensor.of(Shape.of(dims.stream().mapToInt(Math::toIntExact).toArray()), elements);
    }

    private void count() {
      if (++parts > MOST_PARTS) {
        throw proto.damaged("the graph has more than " + MOST_PARTS + " parts");
      }
    }

    private String at(String name) {
      return source + ": initializer " + Quoted.of(name) + ": ";
    }
  }
}
