package jada.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.text.Encoding;
import jada.nn.text.Input;
import jada.nn.text.Tokenizer;
import jada.nn.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class TokenizerFileTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String CONFIG = "tokenizer_config.json";

  @TempDir private Path temp;

  private static ObjectNode json(Tokenizer tokenizer) {
    PretrainedModel model = TinyModel.with(tokenizer, TinyModel.encoder("bert"));
    return (ObjectNode) MAPPER.readTree(TokenizerFile.text(model, 12));
  }

  /// The tokenizer of these files, which a folder has.
  private Tokenizer tokenizer(Map<String, String> files) throws IOException {
    Path folder = Files.createTempDirectory(temp, "files");
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    return Tokenizers.read(folder);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_vocabulary_becomes_a_whole_tokenizer(boolean lowercase) throws IOException {
    Tokenizer own = TinyModel.vocabulary(lowercase);

    ObjectNode json = json(own);

    assertThat(json.at("/normalizer/lowercase").booleanValue()).isEqualTo(lowercase);
    assertThat(json.at("/normalizer/strip_accents").booleanValue()).isEqualTo(lowercase);
    assertThat(json.at("/added_tokens")).hasSize(5);
    assertThat(json.at("/post_processor/special_tokens/[SEP]/ids/0").intValue()).isEqualTo(3);
    Tokenizer read =
        tokenizer(
            Map.of(
                "tokenizer.json",
                json.toString(),
                CONFIG,
                "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": " + lowercase + "}"));
    for (Input input : new Input[] {Input.of("Ab É c?"), Input.of("a [MASK]", "B É")}) {
      assertThat(read.encode(input, 12)).isEqualTo(own.encode(input, 12));
    }
  }

  @Test
  void what_the_file_beside_it_says_is_in_the_file() throws IOException {
    ObjectNode cased = json(TinyModel.vocabulary(false));
    // transformers and Jada heed do_lower_case; who reads tokenizer.json alone would not.
    Tokenizer uncased =
        tokenizer(
            Map.of(
                "tokenizer.json",
                cased.toString(),
                CONFIG,
                "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": true}"));
    assertThat(uncased.encode("É", 9)).isNotEqualTo(TinyModel.vocabulary(false).encode("É", 9));

    assertThat(json(uncased).at("/normalizer/lowercase").booleanValue()).isTrue();
    assertThat(json(TinyModel.vocabulary(false)).at("/normalizer/lowercase").booleanValue())
        .isFalse();
  }

  @Test
  void a_published_length_and_padding_do_not_stay() throws IOException {
    ObjectNode published = json(TinyModel.vocabulary(true));
    published.putObject("padding").putObject("strategy").put("Fixed", 128);
    published.putObject("truncation").put("max_length", 128);

    ObjectNode json = json(tokenizer(Map.of("tokenizer.json", published.toString())));

    assertThat(json.get("padding").isNull()).isTrue();
    assertThat(json.at("/truncation/max_length").intValue()).isEqualTo(12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TemplateProcessing", "BertProcessing"})
  void a_second_text_is_of_the_type_that_the_model_was_trained_with(String processing)
      throws IOException {
    ObjectNode file = json(TinyModel.vocabulary(true));
    if (processing.equals("BertProcessing")) {
      file.set(
          "post_processor",
          MAPPER.readTree(
              "{\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 3], \"cls\": [\"[CLS]\", 2]}"));
    }
    SequencedMap<String, String> files = new LinkedHashMap<>();
    files.put("tokenizer.json", file.toString());
    files.put(CONFIG, "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
    Tokenizer general = tokenizer(files); // to transformers' general class both texts are of type 0
    assertThat(general.encode("a", "b", 9).typeIds()).containsOnly(0);

    JsonNode pair = json(general).at("/post_processor/pair");
    assertThat(pair.findValuesAsString("type_id")).containsExactly("0", "0", "0", "0", "0");

    files.put(CONFIG, "{\"tokenizer_class\": \"BertTokenizer\"}");
    if (processing.equals("TemplateProcessing")) {
      assertThat(json(tokenizer(files)).at("/post_processor/pair").findValuesAsString("type_id"))
          .containsExactly("0", "0", "0", "1", "1");
    }
  }

  @Test
  void scores_keep_their_digits() throws IOException {
    String text = Files.readString(TinyModel.resources("camembert").resolve("tokenizer.json"));
    String score = "-1.23456789012345678901234567890";
    String changed = text.replaceFirst("-\\d+\\.\\d+", score);
    assertThat(changed).contains(score);
    Path folder = Files.createTempDirectory(temp, "camembert");
    Files.writeString(folder.resolve("tokenizer.json"), changed);
    Files.copy(TinyModel.resources("camembert").resolve(CONFIG), folder.resolve(CONFIG));
    PretrainedModel model = TinyModel.with(Tokenizers.read(folder), TinyModel.encoder("camembert"));

    assertThat(TokenizerFile.text(model, 12)).contains("-1.2345678901234567890123456789");
  }

  @Test
  void a_tokenizer_that_one_file_cannot_describe_is_refused() throws IOException {
    PretrainedModel roberta = TinyModel.encoder("roberta");
    Path folder = TinyModel.resources("roberta");
    String json = Files.readString(folder.resolve("tokenizer.json"));
    String config = Files.readString(folder.resolve(CONFIG)).replace("false", "true");
    assertThat(config).contains("\"add_prefix_space\": true");
    // transformers puts a blank before texts then, which tokenizer.json does not say.
    Tokenizer blank = tokenizer(Map.of("tokenizer.json", json, CONFIG, config));

    assertThatThrownBy(() -> TokenizerFile.text(TinyModel.with(blank, roberta), 12))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("does what its tokenizer.json alone does not say");
    assertThatThrownBy(() -> TokenizerFile.text(TinyModel.with(new Own(), roberta), 12))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has no tokenizer.json");
  }

  /// A tokenizer of a program's own.
  private record Own() implements Tokenizer {
    @Override
    public Encoding encode(Input input, int maxLength) {
      return new Encoding(new int[] {0, 2}, 2);
    }

    @Override
    public String kind() {
      return "own";
    }

    @Override
    public int vocabularySize() {
      return 3;
    }

    @Override
    public String token(int id) {
      return "x";
    }

    @Override
    public int paddingId() {
      return 1;
    }

    @Override
    public SequencedMap<String, String> files() {
      return new LinkedHashMap<>();
    }
  }
}
