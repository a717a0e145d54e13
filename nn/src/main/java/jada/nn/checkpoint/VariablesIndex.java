package jada.nn.checkpoint;

import jada.nn.files.InputException;
import jada.nn.files.InputFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// The index of TensorFlow's variables, `variables.index`: where in `variables.data-…` each tensor
/// lies.
///
/// It is a [SortedTable] of protobuf messages. The empty key holds BundleHeaderProto: num_shards
/// (1), endianness (2, 0 for little). Every other key is a variable's name and holds
/// BundleEntryProto: dtype (1), shape (2: dim 2: size 1), shard_id (3), offset (4), size (5),
/// crc32c (6, masked), slices (7).
///
/// @param variables by name, in the order of their names
record VariablesIndex(SequencedMap<String, Variable> variables) {
  private static final int MAX_RANK = 4;

  /// One tensor.
  ///
  /// @param type 1 for float32
  /// @param dims its shape
  /// @param offset of its first byte in the data
  /// @param size in bytes
  /// @param checksum masked CRC-32C of its bytes
  /// @param sliced whether the data hold it in several pieces under other names
  record Variable(
      long type, List<Long> dims, long offset, long size, int checksum, boolean sliced) {
    private static final int FLOAT = 1;

    /// Refuses an entry that is not a tensor of float32.
    void requireFloats(String at) {
      if (type != FLOAT || sliced || dims.size() > MAX_RANK) {
        throw new InputException(
            at
                + "is not one float32 tensor of at most "
                + MAX_RANK
                + " dimensions; save the model unpartitioned, in float32");
      }
      long bytes = Float.BYTES;
      for (long dim : dims) {
        if (dim < 0 || dim > Integer.MAX_VALUE || bytes * dim > Integer.MAX_VALUE) {
          throw new InputException(
              at + "shape " + dims + " is negative or too large; fetch the model again");
        }
        bytes *= dim;
      }
      if (size != bytes || offset < 0 || offset > Long.MAX_VALUE - size) {
        throw new InputException(
            at
                + "shape "
                + dims
                + " needs "
                + bytes
                + " bytes, the index names "
                + size
                + " at "
                + offset
                + "; fetch the model again");
      }
    }
  }

  /// Reads an index.
  ///
  /// @param source named in errors
  /// @throws InputException if it is damaged, or its data are in several files or big-endian
  static VariablesIndex read(byte[] file, String source) {
    SequencedMap<String, Variable> variables = new LinkedHashMap<>();
    for (Map.Entry<String, byte[]> entry : SortedTable.read(file, source).entrySet()) {
      ProtobufReader proto =
          new ProtobufReader(
              new ByteArrayInputStream(entry.getValue()), source, "an index of variables");
      try {
        if (entry.getKey().isEmpty()) {
          header(proto, source);
        } else {
          variables.put(entry.getKey(), variable(proto));
        }
      } catch (IOException e) {
        throw InputFile.unreadable(source, e);
      }
    }
    return new VariablesIndex(variables);
  }

  private static void header(ProtobufReader proto, String source) throws IOException {
    long shards = 0;
    long endianness = 0;
    while (proto.next()) {
      switch (proto.field()) {
        case 1 -> shards = proto.varint();
        case 2 -> endianness = proto.varint();
        default -> proto.skip();
      }
    }
    if (shards != 1 || endianness != 0) {
      throw new InputException(
          source
              + ": the variables lie in "
              + shards
              + " files"
              + (endianness == 0 ? "" : ", big-endian")
              + "; save the model to one little-endian file");
    }
  }

  private static Variable variable(ProtobufReader proto) throws IOException {
    long type = 0;
    List<Long> dims = new ArrayList<>(MAX_RANK);
    long offset = 0;
    long size = 0;
    int checksum = 0;
    boolean sliced = false;
    while (proto.next()) {
      switch (proto.field()) {
        case 1 -> type = proto.varint();
        case 2 -> proto.message(() -> shape(proto, dims));
        case 4 -> offset = proto.varint();
        case 5 -> size = proto.varint();
        case 6 -> checksum = proto.fixed32();
        case 7 -> {
          sliced = true;
          proto.skip();
        }
        default -> proto.skip();
      }
    }
    return new Variable(type, List.copyOf(dims), offset, size, checksum, sliced);
  }

  private static void shape(ProtobufReader proto, List<Long> dims) throws IOException {
    while (proto.next()) {
      if (proto.field() == 2) {
        proto.message(() -> dims.add(dimension(proto)));
      } else {
        proto.skip();
      }
    }
  }

  private static long dimension(ProtobufReader proto) throws IOException {
    long size = 0;
    while (proto.next()) {
      if (proto.field() == 1) {
        size = proto.varint();
      } else {
        proto.skip();
      }
    }
    return size;
  }
}
