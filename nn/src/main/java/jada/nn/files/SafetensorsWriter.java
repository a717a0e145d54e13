package jada.nn.files;

import jada.tensor.Tensor;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes tensors as the format's reference library does: names in byte order, header padded with
/// spaces so that the elements start at a multiple of eight bytes.
final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final int BUFFER = 1 << 20;

  private SafetensorsWriter() {}

  static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    SequencedMap<String, Tensor> sorted =
        new TreeMap<>((a, b) -> Arrays.compareUnsigned(utf8(a), utf8(b)));
    sorted.putAll(tensors);
    byte[] header = header(sorted, metadata);
    AtomicFile.write(
        file,
        channel -> {
          ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
          buffer.putLong(header.length);
          drain(buffer, channel);
          drainAll(ByteBuffer.wrap(header), channel);
          for (Tensor tensor : sorted.values()) {
            writeElements(tensor.array(), buffer, channel);
          }
        });
  }

  private static byte[] header(Map<String, Tensor> tensors, Map<String, String> metadata) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json =
        JsonFactory.builder().build().createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeName("__metadata__");
        json.writeStartObject();
        new TreeMap<>(metadata).forEach(json::writeStringProperty);
        json.writeEndObject();
      }
      long end = 0;
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        if (entry.getKey().equals("__metadata__")) {
          throw new IllegalArgumentException(
              "safetensors: no tensor may be named __metadata__; rename it");
        }
        Tensor tensor = entry.getValue();
        json.writeName(entry.getKey());
        json.writeStartObject();
        json.writeStringProperty("dtype", "F32");
        json.writeName("shape");
        json.writeStartArray();
        for (int i = 0; i < tensor.shape().rank(); i++) {
          json.writeNumber(tensor.shape().dim(i));
        }
        json.writeEndArray();
        json.writeName("data_offsets");
        json.writeStartArray();
        json.writeNumber(end);
        end += (long) tensor.size() * Float.BYTES;
        json.writeNumber(end);
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    byte[] bytes = utf8(text.toString());
    byte[] padded = Arrays.copyOf(bytes, Math.ceilDiv(bytes.length, ALIGNMENT) * ALIGNMENT);
    Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
    return padded;
  }

  private static void writeElements(float[] elements, ByteBuffer buffer, FileChannel channel)
      throws IOException {
    for (int from = 0; from < elements.length; ) {
      int count = Math.min(elements.length - from, BUFFER / Float.BYTES);
      buffer.asFloatBuffer().put(elements, from, count);
      buffer.position(count * Float.BYTES);
      drain(buffer, channel);
      from += count;
    }
  }

  private static void drain(ByteBuffer buffer, FileChannel channel) throws IOException {
    drainAll(buffer.flip(), channel);
    buffer.clear();
  }

  private static void drainAll(ByteBuffer buffer, FileChannel channel) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
