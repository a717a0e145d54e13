package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.Checksum;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceTextTest {
  @TempDir private Path folder;

  private static byte[] packed(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] packed(String content) throws IOException {
    return packed(content.getBytes(StandardCharsets.UTF_8));
  }

  private static SourceText read(byte[] bytes, int largest) {
    return SourceText.read(
        "standard input", new ByteArrayInputStream(bytes), StandardCharsets.UTF_8, largest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.csv.gz", "A.CSV.GZ", "a.csv"})
  void what_gzip_has_packed_is_unpacked(String name) throws IOException {
    byte[] bytes = packed("text,label\n\"a, b\",ok\n");
    Path file = Files.write(folder.resolve(name), bytes);

    Dataset data = new DatasetReader().read(file);
    assertThat(data.examples()).containsExactly(Example.of("a, b", "ok"));
    assertThat(data.place(0)).isEqualTo(file + ":2");
    assertThat(data.checksum()).isEqualTo(Checksum.of(bytes));
  }

  @Test
  void packed_plain_lines_are_plain_lines() throws IOException {
    Path file = Files.write(folder.resolve("l.txt.gz"), packed("it works\nTAB\there\n"));
    DatasetReader reader = new DatasetReader();
    assertThat(reader.isPlainLines(file)).isTrue();
    assertThat(reader.readInputs(file))
        .containsExactly(Input.of("it works"), Input.of("TAB\there"));
    assertThat(
            reader.readInputs(
                "standard input", new ByteArrayInputStream(packed("{\"text\": \"a\"}"))))
        .containsExactly(Input.of("a"));
  }

  @Test
  void a_packed_file_that_is_cut_off_or_damaged_is_named() throws IOException {
    byte[] bytes = packed("text\tlabel\n" + "it works\tok\n".repeat(100));
    String message =
        "standard input: is packed with gzip, and damaged or cut off; copy or fetch it again";
    for (int length : new int[] {2, 9, 10, 20, bytes.length - 8, bytes.length - 1}) {
      assertThatThrownBy(() -> read(Arrays.copyOf(bytes, length), 1 << 20))
          .as("%d bytes", length)
          .isInstanceOf(InputException.class)
          .hasMessage(message);
    }
    byte[] other = bytes.clone();
    other[bytes.length - 6] ^= 1; // of the checksum
    assertThatThrownBy(() -> read(other, 1 << 20)).hasMessage(message);
    Path file = Files.write(folder.resolve("a.tsv.gz"), Arrays.copyOf(bytes, 12));
    assertThatThrownBy(() -> new DatasetReader().isPlainLines(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": is packed with gzip");
  }

  @Test
  void a_packed_file_may_be_no_larger_than_another() throws IOException {
    byte[] bomb = packed(new byte[64 << 20]);
    assertThat(bomb).hasSizeLessThan(1 << 20);
    assertThatThrownBy(() -> read(bomb, 1 << 20))
        .isInstanceOf(InputException.class)
        .hasMessage("standard input: its text is larger than 1 MiB; split the file");
    Path file = Files.write(folder.resolve("bomb.gz"), bomb);
    assertThat(new DatasetReader().isPlainLines(file)).isFalse(); // one line, too long for one
  }

  @Test
  void a_file_of_another_kind_is_called_by_its_name() {
    String text = ", not text; save it as CSV or JSON Lines";
    String packed = ", which is not unpacked here; unpack it, or pack it with gzip";
    Map<String, String> kinds =
        Map.of(
            "PK\u0003\u0004", "a zip archive or a spreadsheet (.xlsx)" + text,
            "PAR1", "Parquet" + text,
            "%PDF", "PDF" + text,
            "BZh9", "packed with bzip2" + packed,
            "\u00FD7zXZ", "packed with xz" + packed,
            "(\u00B5/\u00FD", "packed with zstd" + packed);
    kinds.forEach(
        (start, kind) ->
            assertThatThrownBy(
                    () -> read((start + "\u00FF").getBytes(StandardCharsets.ISO_8859_1), 1 << 20))
                .isInstanceOf(InputException.class)
                .hasMessage("standard input: is " + kind));
  }

  @Test
  void half_characters_of_other_encodings_are_refused() {
    byte[] bytes = {0, 0, 0, 'a', 0, 0, 0, '\n', 0, 0, (byte) 0xD8, 0};
    assertThatThrownBy(
            () ->
                SourceText.read("a", new ByteArrayInputStream(bytes), Charset.forName("UTF-32BE")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "a:2: has one half of a surrogate pair without the other, which is no character; remove"
                + " it");
  }
}
