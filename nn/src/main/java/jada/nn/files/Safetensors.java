package jada.nn.files;

import static java.nio.file.StandardOpenOption.READ;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// A safetensors file: its header is read and checked when it is opened, a tensor when it is asked
/// for.
///
/// The format: 8 bytes that hold the little-endian length of the header, the header in JSON, then
/// the tensors' elements without gaps, little-endian, row-major. F32, F16 and BF16 are read as
/// floats. Tensors of other types, with more than four dimensions or more than 2³¹−1 elements may
/// be in the file; only asking for one of them is an error.
///
/// Reading takes memory for the header and the tensors asked for; the file's own numbers are
/// believed only after they were compared with its size.
public final class Safetensors implements TensorFile {
  /// The longest header in bytes; the limit of the format's reference library.
  static final int MAX_HEADER = 100_000_000;

  private static final int LENGTH_BYTES = 8;
  private static final int MAX_RANK = 4;
  private static final int BUFFER = 1 << 20;
  private static final long GIT_LFS_POINTER =
      ByteBuffer.wrap("version ".getBytes(StandardCharsets.US_ASCII))
          .order(ByteOrder.LITTLE_ENDIAN)
          .getLong();

  private final Path file;
  private final SafetensorsHeader header;

  private Safetensors(Path file, SafetensorsHeader header) {
    this.file = file;
    this.header = header;
  }

  /// Opens a file: reads and checks the header.
  ///
  /// @throws InputException if the file cannot be read or its header contradicts itself or the
  ///   file's size
  public static Safetensors open(Path file) {
    InputFile.require(file);
    try (FileChannel channel = FileChannel.open(file, READ)) {
      long fileSize = channel.size();
      if (fileSize < LENGTH_BYTES) {
        throw new InputException(
            file
                + ": "
                + fileSize
                + " bytes are too few for a safetensors file; fetch or save it again");
      }
      ByteBuffer first = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      fill(file, channel, first, 0);
      long length = first.getLong();
      checkLength(file, length, fileSize);
      ByteBuffer json = ByteBuffer.allocate((int) length);
      fill(file, channel, json, LENGTH_BYTES);
      return new Safetensors(
          file, SafetensorsHeader.parse(file, json, LENGTH_BYTES + length, fileSize));
    } catch (IOException e) {
      throw InputFile.unreadable(file, e);
    }
  }

  /// All tensors of a file that can be read as floats, in the order of their bytes.
  ///
  /// @throws InputException if the file cannot be read or is not a sound safetensors file
  public static SequencedMap<String, Tensor> read(Path file) {
    Safetensors opened = open(file);
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : opened.names()) {
      if (opened.isReadable(name)) {
        tensors.put(name, opened.tensor(name));
      }
    }
    return tensors;
  }

  /// Writes tensors as F32 with the metadata `{"format": "pt"}`: the bytes that the format's
  /// reference library writes for them.
  ///
  /// The file is written aside and renamed: what was there before stays until all is on disk.
  ///
  /// @throws InputException if the file cannot be written
  public static void write(Path file, Map<String, Tensor> tensors) {
    write(file, tensors, Map.of("format", "pt"));
  }

  /// Writes tensors as F32 with the given metadata.
  ///
  /// @throws InputException if the file cannot be written
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    SafetensorsWriter.write(file, tensors, metadata);
  }

  /// The names of all tensors, readable as floats or not, in the order of their bytes.
  @Override
  public Set<String> names() {
    return header.entries().keySet();
  }

  @Override
  public Path file() {
    return file;
  }

  /// The free text pairs of the file, such as `format`: `pt`.
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /// The sizes of a tensor.
  ///
  /// @throws InputException if the file holds no tensor of this name
  @Override
  public List<Long> sizes(String name) {
    return entry(name).shape();
  }

  /// The element type of a tensor as the file names it, for example `F16`.
  ///
  /// @throws InputException if the file holds no tensor of this name
  public String dtype(String name) {
    return entry(name).dtype().name();
  }

  /// Whether [#tensor] can read this tensor: F32, F16 or BF16, at most four dimensions and 2³¹−1
  /// elements.
  ///
  /// @throws InputException if the file holds no tensor of this name
  public boolean isReadable(String name) {
    return obstacle(entry(name)).isEmpty();
  }

  /// Reads one tensor.
  ///
  /// @throws InputException if the file holds no tensor of this name, the tensor cannot be read as
  ///   floats, or the file changed since it was opened
  @Override
  public Tensor tensor(String name) {
    SafetensorsHeader.Entry entry = entry(name);
    String obstacle = obstacle(entry);
    if (!obstacle.isEmpty()) {
      throw new InputException(SafetensorsHeader.at(file, name) + obstacle);
    }
    Shape shape = Shape.of(entry.shape().stream().mapToInt(Math::toIntExact).toArray());
    float[] elements = new float[shape.size()];
    try (FileChannel channel = FileChannel.open(file, READ)) {
      readElements(channel, entry, elements);
    } catch (IOException e) {
      throw InputFile.unreadable(file, e);
    }
    return Tensor.of(shape, elements);
  }

  private SafetensorsHeader.Entry entry(String name) {
    SafetensorsHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new InputException(
          file
              + ": holds no tensor "
              + Quoted.of(name)
              + " among its "
              + names().size()
              + "; check that the file belongs to this model");
    }
    return entry;
  }

  // Empty if the tensor can be read.
  private static String obstacle(SafetensorsHeader.Entry entry) {
    if (!entry.dtype().isReadable()) {
      return "dtype " + entry.dtype() + " is not a float type; save it as F32, F16 or BF16";
    }
    String shape = "shape " + entry.shape();
    if (entry.shape().size() > MAX_RANK) {
      return shape + " has more than 4 dimensions; save it flattened";
    }
    // Sizes first: (0, 2⁶²) has no elements and still no Java array sizes.
    long elements = 1;
    for (long size : entry.shape()) {
      if (size > Integer.MAX_VALUE || elements * size > Integer.MAX_VALUE) {
        return shape + " has more than 2147483647 elements; save it in parts";
      }
      elements *= size;
    }
    return "";
  }

  private void readElements(FileChannel channel, SafetensorsHeader.Entry entry, float[] elements)
      throws IOException {
    long length = entry.end() - entry.begin();
    ByteBuffer buffer =
        ByteBuffer.allocateDirect((int) Math.min(length, BUFFER)).order(ByteOrder.LITTLE_ENDIAN);
    int done = 0;
    for (long at = entry.begin(); at < entry.end(); at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(entry.end() - at, BUFFER));
      fill(file, channel, buffer, at);
      done = entry.dtype().decode(buffer, elements, done);
    }
  }

  // Leaves the buffer ready to be read from its start.
  private static void fill(Path file, FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    int start = buffer.position();
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position() - start) < 0) {
        throw new InputException(
            file + ": ends before its tensors do; the file is truncated, fetch or save it again");
      }
    }
    buffer.position(start);
  }

  private static void checkLength(Path file, long length, long fileSize) {
    if (length == GIT_LFS_POINTER) {
      throw new InputException(
          file + ": is a Git LFS pointer, not the weights; fetch them with 'git lfs pull'");
    }
    if (length < 0 || length > fileSize - LENGTH_BYTES) {
      throw new InputException(
          file
              + ": claims a header of "
              + Long.toUnsignedString(length)
              + " bytes in a file of "
              + fileSize
              + "; it is truncated or not a safetensors file, fetch or save it again");
    }
    if (length > MAX_HEADER) {
      throw new InputException(
          file
              + ": claims a header of "
              + length
              + " bytes, more than the "
              + MAX_HEADER
              + " that the format allows; fetch or save it again");
    }
  }
}
