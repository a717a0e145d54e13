package jada.nn.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {
  private static final String LONG_SHAPE =
      IntStream.range(0, 65).mapToObj(i -> "1").collect(Collectors.joining(","));

  @TempDir Path folder;

  // ---- reading -------------------------------------------------------------------------------

  @Test
  void reads_what_the_reference_library_wrote_bit_by_bit() throws IOException {
    Map<String, Tensor> tensors = Safetensors.read(fixture("mixed.safetensors"));
    String expected = Files.readString(fixture("mixed.txt"));
    for (String line : expected.lines().toList()) {
      String[] words = line.split(" ");
      float[] actual = tensors.get(words[0]).array();
      assertThat(actual).hasSize(words.length - 1);
      for (int i = 0; i < actual.length; i++) {
        float value = Float.intBitsToFloat(Integer.parseUnsignedInt(words[i + 1], 16));
        assertThat(Float.floatToIntBits(actual[i]))
            .as("%s[%d]", words[0], i)
            .isEqualTo(Float.floatToIntBits(value));
      }
    }
    assertThat(tensors.get("f16").shape()).isEqualTo(Shape.of(3, 4));
    assertThat(tensors.get("bf16").shape()).isEqualTo(Shape.of(2, 2, 3));
    assertThat(tensors.get("scalar").item()).isEqualTo(2.5f);
    assertThat(tensors.get("empty").shape()).isEqualTo(Shape.of(0, 5));
    assertThat(tensors.get("wörter.weight").array()).containsExactly(1, 2);
  }

  @Test
  void lists_what_it_cannot_read_and_refuses_it_only_when_asked() throws IOException {
    Path file = fixture("mixed.safetensors");
    Safetensors opened = Safetensors.open(file);
    assertThat(opened.names()).contains("position_ids", "five", "f16");
    assertThat(opened.dtype("position_ids")).isEqualTo("I64");
    assertThat(opened.sizes("five")).containsExactly(1L, 1L, 1L, 1L, 2L);
    assertThat(opened.isReadable("five")).isFalse();
    assertThat(opened.metadata()).containsEntry("format", "pt").containsEntry("note", "ten\nlines");
    assertThat(Safetensors.read(file)).doesNotContainKeys("position_ids", "five");
    assertThatThrownBy(() -> opened.tensor("position_ids"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            file
                + ": tensor 'position_ids': dtype I64 is not a float type;"
                + " save it as F32, F16 or BF16");
    assertThatThrownBy(() -> opened.tensor("five"))
        .hasMessageEndingWith(
            "shape [1, 1, 1, 1, 2] has more than 4 dimensions; save it flattened");
    assertThatThrownBy(() -> opened.tensor("six"))
        .hasMessage(
            file
                + ": holds no tensor 'six' among its 8; check that the file belongs to this model");
  }

  @Test
  void reads_a_tensor_longer_than_its_buffer() throws IOException {
    float[] elements = new float[700_001];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = i;
    }
    Path file = folder.resolve("long.safetensors");
    Safetensors.write(file, Map.of("before", Tensor.vector(5), "long", Tensor.vector(elements)));
    assertThat(Safetensors.open(file).tensor("long").array()).isEqualTo(elements);
  }

  @Test
  void says_so_when_the_file_shrank_after_it_was_opened() throws IOException {
    Path file = folder.resolve("shrunk.safetensors");
    Safetensors.write(file, Map.of("a", Tensor.vector(1, 2, 3)));
    Safetensors opened = Safetensors.open(file);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> opened.tensor("a"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("truncated");
  }

  // ---- writing -------------------------------------------------------------------------------

  @Test
  void writes_the_bytes_that_the_reference_library_writes() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("scalar", Tensor.scalar(7));
    tensors.put("none", Tensor.zeros(Shape.of(0, 3)));
    tensors.put("b.weight", Tensor.of(Shape.of(2, 3), 0, 0.25f, 0.5f, 0.75f, 1, 1.25f));
    tensors.put("a.bias", Tensor.vector(-1.5f));
    Path file = folder.resolve("plain.safetensors");
    Safetensors.write(file, tensors);
    assertThat(Files.readAllBytes(file))
        .isEqualTo(Files.readAllBytes(fixture("plain.safetensors")));
  }

  @Test
  void leaves_nothing_but_the_target_and_replaces_what_was_there() throws IOException {
    Path file = folder.resolve("w.safetensors");
    Safetensors.write(file, Map.of("a", Tensor.vector(1)));
    Safetensors.write(file, Map.of("b", Tensor.vector(2)));
    assertThat(Safetensors.read(file)).containsOnlyKeys("b");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void refuses_a_target_in_a_folder_that_is_not_there() {
    Path file = folder.resolve("no/w.safetensors");
    assertThatThrownBy(() -> Safetensors.write(file, Map.of("a", Tensor.vector(1))))
        .isInstanceOf(InputException.class)
        .hasMessage(
            file
                + ": cannot be written (its folder does not exist);"
                + " choose a writable folder with enough room");
  }

  // ---- lies ----------------------------------------------------------------------------------

  static Stream<Arguments> lies() {
    String a = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
    return Stream.of(
        lie("[1]", 0, "not a JSON object"),
        lie("{\"a\":", 0, "not usable JSON"),
        lie("{" + a, 8, "not usable JSON"),
        lie("{" + a + "} x", 8, "not usable JSON"),
        lie("{" + a + "}{}", 8, "goes on after its JSON object"),
        lie("{" + a + "," + a + "}", 8, "Duplicate"),
        lie("{\"a\":1}", 0, "tensor 'a': its description is not an object"),
        lie("{\"a\":{}}", 0, "are missing"),
        lie("{\"a\":null}", 0, "not an object"),
        lie("{\"__metadata__\":[]}", 0, "__metadata__ is not an object"),
        lie("{\"__metadata__\":{\"k\":1}}", 0, "the value of 'k' is not text"),
        lie(entry("\"F33\"", "[2]", "[0,8]"), 8, "tensor 'a': dtype 'F33' is unknown"),
        lie(entry("\"f32\"", "[2]", "[0,8]"), 8, "dtype 'f32' is unknown"),
        lie(entry("1", "[2]", "[0,8]"), 8, "dtype is not text"),
        lie(entry("\"F32\"", "2", "[0,8]"), 8, "shape is not a list"),
        lie(entry("\"F32\"", "[-2]", "[0,8]"), 8, "shape holds the negative number -2"),
        lie(entry("\"F32\"", "[-2,-1]", "[0,8]"), 8, "negative number -2"),
        lie(entry("\"F32\"", "[2.0]", "[0,8]"), 8, "not a whole number"),
        lie(entry("\"F32\"", "[\"2\"]", "[0,8]"), 8, "not a whole number"),
        lie(entry("\"F32\"", "[[2]]", "[0,8]"), 8, "not a whole number"),
        lie(entry("\"F32\"", "[" + LONG_SHAPE + "]", "[0,4]"), 4, "more than 64 entries"),
        lie(entry("\"F32\"", "[9223372036854775808]", "[0,8]"), 8, "too large"),
        lie(entry("\"F32\"", "[1" + "0".repeat(50) + "]", "[0,8]"), 8, "not usable JSON"),
        lie(entry("\"F32\"", "[4294967296,4294967296]", "[0,0]"), 0, "can be counted"),
        lie(entry("\"F32\"", "[4611686018427387904]", "[0,0]"), 0, "can be counted"),
        lie(entry("\"F32\"", "[3]", "[0,8]"), 8, "[0, 8] hold 8 bytes, F32 [3] needs 12"),
        lie(entry("\"F16\"", "[2]", "[0,8]"), 8, "hold 8 bytes, F16 [2] needs 4"),
        lie(entry("\"F32\"", "[]", "[0,8]"), 8, "hold 8 bytes, F32 [] needs 4"),
        lie(entry("\"F32\"", "[2]", "[8,0]"), 8, "[8, 0] end before they begin"),
        lie(entry("\"F32\"", "[2]", "[-8,0]"), 8, "negative number -8"),
        lie(entry("\"F32\"", "[2]", "[0]"), 8, "are missing"),
        lie(entry("\"F32\"", "[2]", "[0,8,16]"), 8, "are missing"),
        lie(entry("\"F32\"", "[2]", "{}"), 8, "data_offsets is not a list"),
        lie(
            entry("\"F32\"", "[2]", "[9223372036854775799,9223372036854775807]"),
            8,
            "beyond the end of the file"),
        lie(entry("\"F32\"", "[2]", "[0,9223372036854775808]"), 8, "too large"),
        lie(entry("\"F32\"", "[2]", "[0,8]"), 7, "(truncated?)"),
        lie(entry("\"F32\"", "[2]", "[0,8]"), 9, "1 bytes at its end belong to no tensor"),
        lie(entry("\"F32\"", "[2]", "[4,12]"), 12, "4 bytes before it belong to no tensor"),
        lie(pair("[0,8]", "[4,12]"), 12, "tensor 'b': its bytes overlap those of another tensor"),
        lie(pair("[0,8]", "[0,8]"), 8, "overlap"),
        lie(pair("[0,8]", "[12,20]"), 20, "4 bytes before it belong to no tensor"),
        lie("{\"a\":" + "[".repeat(10_000), 0, "not an object"),
        lie("{\"a\":{\"x\":" + "{\"y\":".repeat(10_000), 0, "not usable JSON"),
        lie("{\"a\\u001b[2J\\n\":1}", 0, "tensor 'a?[2J?': its description"));
  }

  @ParameterizedTest
  @MethodSource("lies")
  void refuses_a_header_that_lies_in_one_line(String header, int dataBytes, String complaint)
      throws IOException {
    Path file = folder.resolve("lie.safetensors");
    Files.write(file, bytes(header, dataBytes));
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(complaint)
        .hasMessageContaining("; ")
        .satisfies(
            e -> assertThat(e.getMessage().chars().anyMatch(Character::isISOControl)).isFalse());
  }

  @Test
  void refuses_a_length_that_the_file_cannot_hold_without_taking_memory() throws IOException {
    Path file = folder.resolve("length.safetensors");
    for (long length : new long[] {3, 100, 1L << 40, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      byte[] bytes = bytes("{}", 0);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      Files.write(file, bytes);
      assertThatThrownBy(() -> Safetensors.open(file))
          .isInstanceOf(InputException.class)
          .hasMessage(
              file
                  + ": claims a header of "
                  + Long.toUnsignedString(length)
                  + " bytes in a file of 10; it is truncated or not a safetensors file,"
                  + " fetch or save it again");
    }
  }

  @Test
  void refuses_a_header_longer_than_the_format_allows() throws IOException {
    Path file = folder.resolve("long.safetensors");
    byte[] start = bytes("{}", 0);
    ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).putLong(100_000_001);
    Files.write(file, start);
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), 100_000_100); // a sparse file
    }
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("more than the 100000000 that the format allows");
  }

  @Test
  void refuses_text_that_is_not_utf8() throws IOException {
    Path file = folder.resolve("latin.safetensors");
    byte[] bytes = bytes(entry("\"F32\"", "[2]", "[0,8]"), 8);
    bytes[LENGTH + 2] = (byte) 0xe9;
    Files.write(file, bytes);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("not valid UTF-8");
    Files.write(file, bytes("{}", StandardCharsets.UTF_16LE));
    assertThatThrownBy(() -> Safetensors.open(file)).isInstanceOf(InputException.class);
  }

  @Test
  void accepts_what_is_odd_but_sound() throws IOException {
    Path file = folder.resolve("odd.safetensors");
    Files.write(file, bytes("{}", 0));
    assertThat(Safetensors.read(file)).isEmpty();
    Files.write(
        file,
        bytes(
            "{\"b\":{\"more\":[{\"x\":1}],\"data_offsets\":[8,16],\"shape\":[2],\"dtype\":\"F32\"},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1,1,1],\"data_offsets\":[0,8]},\"huge\":{\"dtype\":\"F32\",\"shape\":[0,4611686018427387904],\"data_offsets\":[8,8]}}"
                + "   ",
            16));
    Safetensors opened = Safetensors.open(file);
    assertThat(opened.names()).containsExactly("a", "huge", "b");
    assertThat(opened.tensor("a").shape()).isEqualTo(Shape.of(2, 1, 1, 1));
    assertThatThrownBy(() -> opened.tensor("huge"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("more than 2147483647 elements");
  }

  @Test
  void says_what_is_wrong_with_a_file_that_holds_no_tensors_at_all() throws IOException {
    Path file = folder.resolve("x.safetensors");
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": no such file; check the path");
    assertThatThrownBy(() -> Safetensors.open(folder))
        .hasMessage(folder + ": is a folder, not a file; name the file in it");
    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> Safetensors.open(file))
        .hasMessage(file + ": 0 bytes are too few for a safetensors file; fetch or save it again");
    Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n");
    assertThatThrownBy(() -> Safetensors.open(file))
        .hasMessage(
            file + ": is a Git LFS pointer, not the weights; fetch them with 'git lfs pull'");
  }

  @Test
  void survives_two_thousand_mutations_with_nothing_but_input_errors() throws IOException {
    byte[] sound = Files.readAllBytes(fixture("mixed.safetensors"));
    SplittableRandom random = new SplittableRandom(20260101);
    Path file = folder.resolve("mutant.safetensors");
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] mutant = Mutation.of(sound, random);
      Files.deleteIfExists(file); // some file systems flush what is overwritten: 5 ms each time
      Files.write(file, mutant);
      try {
        Safetensors opened = Safetensors.open(file);
        for (String name : opened.names()) {
          if (opened.isReadable(name)) {
            assertThat(opened.tensor(name).size()).isLessThanOrEqualTo(mutant.length);
          }
        }
      } catch (InputException e) {
        refused++;
        assertThat(e.getMessage()).startsWith(file + ": ").doesNotContainPattern("\\R");
      }
    }
    // Some mutations only touch elements or names and are sound.
    assertThat(refused).isBetween(1000, 1999);
  }

  // ---- how -----------------------------------------------------------------------------------

  private static final int LENGTH = 8;

  private static Arguments lie(String header, int dataBytes, String complaint) {
    return Arguments.of(header, dataBytes, complaint);
  }

  private static String entry(String dtype, String shape, String offsets) {
    return "{\"a\":{\"dtype\":"
        + dtype
        + ",\"shape\":"
        + shape
        + ",\"data_offsets\":"
        + offsets
        + "}}";
  }

  private static String pair(String first, String second) {
    return "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":"
        + first
        + "},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":"
        + second
        + "}}";
  }

  private static byte[] bytes(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(LENGTH + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private static byte[] bytes(String header, Charset charset) {
    byte[] json = header.getBytes(charset);
    return ByteBuffer.allocate(LENGTH + json.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private Path fixture(String name) throws IOException {
    Path copy = folder.resolve("fixture-" + name);
    try (InputStream in = SafetensorsTest.class.getResourceAsStream(name)) {
      Files.write(copy, in.readAllBytes());
    }
    return copy;
  }
}
