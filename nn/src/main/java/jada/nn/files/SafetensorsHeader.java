package jada.nn.files;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// The checked header of a safetensors file: what it holds and where.
///
/// `{"__metadata__": {text: text}, name: {"dtype": …, "shape": […], "data_offsets": [begin,
/// end]}}`; offsets count from the end of the header. An instance exists only if every tensor has a
/// known type, as many bytes as type and shape ask for, and all of them together fill the rest of
/// the file without a hole or an overlap.
///
/// @param metadata the free text pairs of the file
/// @param entries the tensors in the order of their bytes
record SafetensorsHeader(Map<String, String> metadata, Map<String, Entry> entries) {
  // The limit of PyTorch and NumPy; keeps a header that consists of sizes from filling the memory.
  private static final int MAX_DIMENSIONS = 64;
  private static final String METADATA = "__metadata__";
  private static final String DAMAGED = "; the file is damaged, fetch or save it again";

  // Jackson's own limits suit documents of unknown length; here the length is known and checked.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(16)
                  .maxNumberLength(32)
                  .maxNameLength(65_536)
                  .maxStringLength(Safetensors.MAX_HEADER)
                  .build())
          .build();

  /// Type, sizes and place of one tensor; `begin` and `end` count bytes from the start of the file.
  record Entry(Dtype dtype, List<Long> shape, long begin, long end) {}

  /// Reads and checks a header.
  ///
  /// @param file named in errors
  /// @param json the bytes of the header
  /// @param dataStart where the tensors' bytes begin in the file
  /// @param fileSize bytes in the file
  static SafetensorsHeader parse(Path file, ByteBuffer json, long dataStart, long fileSize) {
    if (!json.hasRemaining() || json.get(json.position()) != '{') {
      throw damaged(file, "the header is not a JSON object");
    }
    CharBuffer text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(json);
    } catch (CharacterCodingException e) {
      throw damaged(file, "the header is not valid UTF-8");
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, Entry> found = new LinkedHashMap<>();
    try (JsonParser parser =
        JSON.createParser(
            ObjectReadContext.empty(),
            text.array(),
            text.arrayOffset() + text.position(),
            text.remaining())) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals(METADATA)) {
          readMetadata(file, parser, metadata);
        } else {
          found.put(name, readEntry(file, name, parser, dataStart));
        }
      }
      if (parser.nextToken() != null) {
        throw damaged(file, "the header goes on after its JSON object");
      }
    } catch (JacksonException e) {
      throw new InputException(
          file + ": the header is not usable JSON: " + Quoted.of(e.getOriginalMessage()) + DAMAGED,
          e);
    }
    return new SafetensorsHeader(
        Collections.unmodifiableMap(metadata),
        Collections.unmodifiableMap(inOrder(file, found, dataStart, fileSize)));
  }

  private static void readMetadata(Path file, JsonParser parser, Map<String, String> metadata) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw damaged(file, METADATA + " is not an object");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw damaged(file, METADATA + ": the value of " + Quoted.of(key) + " is not text");
      }
      metadata.put(key, parser.getString());
    }
  }

  private static Entry readEntry(Path file, String name, JsonParser parser, long dataStart) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw damaged(file, name, "its description is not an object");
    }
    String dtype = "";
    List<Long> shape = null;
    List<Long> offsets = List.of();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case "dtype" -> {
          if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw damaged(file, name, "dtype is not text");
          }
          dtype = parser.getString();
        }
        case "shape" -> shape = readSizes(file, name, "shape", parser);
        case "data_offsets" -> offsets = readSizes(file, name, "data_offsets", parser);
        default -> parser.skipChildren();
      }
    }
    if (dtype.isEmpty() || shape == null || offsets.size() != 2) {
      throw damaged(file, name, "dtype, shape or the two data_offsets are missing");
    }
    return checked(file, name, dtype, shape, offsets, dataStart);
  }

  private static List<Long> readSizes(Path file, String name, String key, JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw damaged(file, name, key + " is not a list");
    }
    List<Long> sizes = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw damaged(file, name, key + " holds something that is not a whole number");
      }
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw damaged(file, name, key + " holds a number that is too large");
      }
      if (parser.getLongValue() < 0) {
        throw damaged(file, name, key + " holds the negative number " + parser.getLongValue());
      }
      sizes.add(parser.getLongValue());
      if (sizes.size() > MAX_DIMENSIONS) {
        throw damaged(file, name, key + " has more than " + MAX_DIMENSIONS + " entries");
      }
    }
    return List.copyOf(sizes);
  }

  private static Entry checked(
      Path file, String name, String type, List<Long> shape, List<Long> offsets, long dataStart) {
    Dtype dtype =
        Dtype.named(type)
            .orElseThrow(
                () ->
                    new InputException(
                        at(file, name)
                            + "dtype "
                            + Quoted.of(type)
                            + " is unknown; save the tensor as F32, F16 or BF16"));
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (begin > end) {
      throw damaged(file, name, "data_offsets " + offsets + " end before they begin");
    }
    long needed;
    try {
      long bits = dtype.bits();
      // Sizes of zero first: (0, 2⁶²) is an empty tensor, not an overflow.
      for (long size : shape.contains(0L) ? List.of(0L) : shape) {
        bits = Math.multiplyExact(bits, size);
      }
      needed = Math.ceilDiv(bits, 8L);
    } catch (ArithmeticException e) {
      throw damaged(file, name, "shape " + shape + " has more elements than can be counted");
    }
    if (end - begin != needed) {
      throw damaged(
          file,
          name,
          "data_offsets "
              + offsets
              + " hold "
              + (end - begin)
              + " bytes, "
              + dtype
              + " "
              + shape
              + " needs "
              + needed);
    }
    if (end > Long.MAX_VALUE - dataStart) {
      throw damaged(file, name, "data_offsets " + offsets + " lie beyond the end of the file");
    }
    return new Entry(dtype, shape, dataStart + begin, dataStart + end);
  }

  private static Map<String, Entry> inOrder(
      Path file, Map<String, Entry> found, long dataStart, long fileSize) {
    List<Map.Entry<String, Entry>> sorted = new ArrayList<>(found.entrySet());
    sorted.sort(
        Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    Map<String, Entry> entries = new LinkedHashMap<>();
    long position = dataStart;
    for (Map.Entry<String, Entry> next : sorted) {
      Entry entry = next.getValue();
      if (entry.end() > fileSize) {
        throw damaged(
            file,
            next.getKey(),
            "its bytes end at " + entry.end() + ", the file at " + fileSize + " (truncated?)");
      }
      if (entry.begin() != position) {
        throw damaged(
            file,
            next.getKey(),
            entry.begin() < position
                ? "its bytes overlap those of another tensor"
                : (entry.begin() - position) + " bytes before it belong to no tensor");
      }
      position = entry.end();
      entries.put(next.getKey(), entry);
    }
    if (position != fileSize) {
      throw damaged(file, (fileSize - position) + " bytes at its end belong to no tensor");
    }
    return entries;
  }

  /// The start of a message about one tensor.
  static String at(Path file, String name) {
    return file + ": tensor " + Quoted.of(name) + ": ";
  }

  private static InputException damaged(Path file, String what) {
    return new InputException(file + ": " + what + DAMAGED);
  }

  private static InputException damaged(Path file, String name, String what) {
    return new InputException(at(file, name) + what + DAMAGED);
  }
}
