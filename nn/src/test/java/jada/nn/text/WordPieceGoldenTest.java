package jada.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Ids equal those of Hugging Face's tokenizers, as tokenizer_golden.py wrote them.
class WordPieceGoldenTest {
  private static final int UNLIMITED = Integer.MAX_VALUE;
  private static final long FNV_START = 0xCBF29CE484222325L;
  private static final ObjectMapper JSON = JsonMapper.shared();
  private static final WordPieceTokenizer MINILM =
      WordPieceTokenizer.fromTokenizerJson(
          open("/all-minilm-l6-v2-tokenizer.json"), "all-minilm-l6-v2-tokenizer.json");

  @Test
  void equals_the_reference_on_lines_of_all_corpora() throws IOException {
    Path data = shared().resolve("data");
    assumeThat(data).as("folder of research corpora, see jada.shared").isDirectory();
    List<String> lines = List.of();
    String file = "";
    int compared = 0;
    List<String> differences = new ArrayList<>();
    for (String golden : resourceLines("tokenizer-corpora.txt")) {
      String[] fields = golden.split(" ");
      if (fields[0].equals("file")) {
        file = fields[1];
        byte[] bytes = Files.readAllBytes(data.resolve(file));
        lines = List.of(new String(bytes, Charset.forName(fields[2])).split("\n", -1));
        continue;
      }
      int[] ids = MINILM.encode(lines.get(Integer.parseInt(fields[0]) - 1), UNLIMITED).ids();
      compared++;
      if (ids.length != Integer.parseInt(fields[1])
          || hash(ids, FNV_START) != Long.parseUnsignedLong(fields[2], 16)) {
        differences.add(file + ":" + fields[0]);
      }
    }
    assertThat(differences).isEmpty();
    assertThat(compared).isGreaterThanOrEqualTo(5_000);
  }

  @Test
  void equals_the_reference_on_every_code_point_between_letters() {
    List<String> differences = new ArrayList<>();
    for (String golden : resourceLines("tokenizer-code-points.txt")) {
      String[] fields = golden.split(" ");
      int block = Integer.parseInt(fields[0], 16);
      long hash = FNV_START;
      for (int codePoint = block; codePoint < block + 1024; codePoint++) {
        String text = "a" + Character.toString(codePoint) + "b";
        hash = hash(MINILM.encode(text, UNLIMITED).ids(), hash);
      }
      if (hash != Long.parseUnsignedLong(fields[1], 16)) {
        differences.add(fields[0]);
      }
    }
    assertThat(differences).as("blocks of 1024 code points").isEmpty();
  }

  @Test
  void equals_the_reference_on_hostile_text_pairs_and_truncation() {
    JsonNode cases = JSON.readTree(open("tokenizer-hostile.json"));
    assertThat(cases.size()).isGreaterThan(1_000);
    assertCases(MINILM, cases, "");
  }

  @Test
  void equals_the_reference_under_every_option_and_flag_of_added_tokens() {
    ObjectNode source = (ObjectNode) JSON.readTree(open("small-tokenizer.json"));
    JsonNode variants = JSON.readTree(open("tokenizer-small.json"));
    assertThat(variants.size()).isEqualTo(24);
    for (JsonNode variant : variants) {
      ((ObjectNode) source.get("normalizer")).setAll((ObjectNode) variant.get("options"));
      WordPieceTokenizer tokenizer = WordPieceTokenizer.ofJson(source.toString(), "small");
      assertCases(tokenizer, variant.get("cases"), variant.get("options").toString());
    }
  }

  private static void assertCases(WordPieceTokenizer tokenizer, JsonNode cases, String options) {
    for (JsonNode golden : cases) {
      String text = golden.get("text").stringValue().repeat(golden.path("times").asInt(1));
      int limit = golden.path("maxLength").asInt(UNLIMITED);
      Encoding encoding =
          golden.has("second")
              ? tokenizer.encode(text, golden.get("second").stringValue(), limit)
              : tokenizer.encode(text, limit);
      int[] ids = encoding.ids();
      String description = "%s %.200s".formatted(options, golden);
      if (golden.has("ids")) {
        int[] expected = golden.get("ids").valueStream().mapToInt(JsonNode::intValue).toArray();
        assertThat(ids).as(description).isEqualTo(expected);
      } else {
        assertThat(ids.length).as(description).isEqualTo(golden.get("length").intValue());
        assertThat("%016x".formatted(hash(ids, FNV_START)))
            .as(description)
            .isEqualTo(golden.get("hash").stringValue());
      }
      int firstTypeOne = golden.path("firstTypeOne").asInt(ids.length);
      for (int i = 0; i < ids.length; i++) {
        assertThat(encoding.typeId(i)).as(description).isEqualTo(i < firstTypeOne ? 0 : 1);
      }
    }
  }

  /// 64-bit FNV-1a, one step an id.
  private static long hash(int[] ids, long start) {
    long hash = start;
    for (int id : ids) {
      hash = (hash ^ id) * 0x100000001B3L;
    }
    return hash;
  }

  private static Path shared() {
    String named = System.getProperty("jada.shared");
    return named == null ? Path.of("..", "..", "shared") : Path.of(named);
  }

  private static List<String> resourceLines(String name) {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String name) {
    InputStream in = WordPieceGoldenTest.class.getResourceAsStream(name);
    assertThat(in).as(name).isNotNull();
    return in;
  }
}
