package jada.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import jada.nn.Pooling;
import jada.nn.checkpoint.EmbeddingFiles;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.text.Encoding;
import jada.nn.text.Tokenizers;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class OnnxFolderTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  @TempDir private Path temp;

  static Stream<String> families() {
    return TinyModel.FAMILIES.stream();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private static JsonNode json(Path file) throws IOException {
    return MAPPER.readTree(Files.readString(file));
  }

  @Test
  void the_folder_of_an_encoder_has_all_that_programs_look_for() throws IOException {
    Path folder = temp.resolve("onnx");
    PretrainedModel model =
        TinyModel.encoder(
            "bert", EmbeddingForm.of(Pooling.CLS).withPrompts("query: ", "").withMaxLength(9));

    OnnxFolder.write(model, folder);

    assertThat(names(folder))
        .containsExactly(
            "1_Pooling/config.json",
            "2_Normalize/config.json",
            "config.json",
            "config_sentence_transformers.json",
            "model.onnx",
            "modules.json",
            "sentence_bert_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "vocab.txt");
    assertThat(EmbeddingFiles.read(folder)).isEqualTo(model.embedding());
    assertThat(json(folder.resolve("config.json")).get("architectures").get(0).asString())
        .isEqualTo("BertModel");
    assertThat(OnnxCheck.largestDifference(model, folder.resolve("model.onnx"), TinyModel.TEXTS))
        .isLessThan(1e-5f);
  }

  @Test
  void the_folder_of_a_classifier_names_its_classes() throws IOException {
    Path folder = temp.resolve("onnx");

    OnnxFolder.write(TinyModel.classifier("mpnet", "bad", "good", "so-so"), folder);

    assertThat(names(folder))
        .containsExactly("config.json", "model.onnx", "tokenizer.json", "tokenizer_config.json");
    JsonNode config = json(folder.resolve("config.json"));
    assertThat(config.get("id2label").get("2").asString()).isEqualTo("so-so");
    assertThat(config.get("architectures").get(0).asString())
        .isEqualTo("MPNetForSequenceClassification");
  }

  @Test
  void an_encoder_of_unknown_form_says_the_default() throws IOException {
    Path folder = temp.resolve("onnx");

    OnnxFolder.write(TinyModel.encoder("distilbert"), folder);

    assertThat(EmbeddingFiles.read(folder)).contains(EmbeddingForm.DEFAULT.withMaxLength(20));
  }

  @ParameterizedTest
  @MethodSource("families")
  void the_tokenizer_cuts_at_the_length_of_training_and_pads_nothing(String family)
      throws IOException {
    Path folder = temp.resolve("onnx");
    PretrainedModel model = TinyModel.encoder(family, EmbeddingForm.DEFAULT.withMaxLength(9));

    OnnxFolder.write(model, folder);

    JsonNode json = json(folder.resolve("tokenizer.json"));
    assertThat(json.get("padding").isNull()).isTrue();
    assertThat(json.get("truncation"))
        .isEqualTo(
            MAPPER.readTree(
                "{\"direction\": \"Right\", \"max_length\": 9, \"strategy\": \"LongestFirst\","
                    + " \"stride\": 0}"));
    TinyModel.TEXTS.forEach(
        text ->
            assertThat(Tokenizers.read(folder).encode(text, 9))
                .isEqualTo(model.tokenizer().encode(text, 9)));
  }

  @Test
  void another_length_can_be_asked_for() throws IOException {
    Path folder = temp.resolve("onnx");
    PretrainedModel model = TinyModel.classifier("roberta", "a", "b");

    OnnxFolder.write(model, folder, 7);

    assertThat(json(folder.resolve("tokenizer.json")).at("/truncation/max_length").intValue())
        .isEqualTo(7);
    assertThat(OnnxGraph.read(folder.resolve("model.onnx")).metadata())
        .containsEntry("max_length", "7");
    for (int wrong : new int[] {2, 21}) {
      assertThatThrownBy(() -> OnnxFolder.write(model, temp.resolve("other"), wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "onnx: maxLength must lie between 3 and 20, the model's positions, got " + wrong);
    }
  }

  @Test
  void a_folder_with_something_in_it_is_left_alone() throws IOException {
    Files.writeString(temp.resolve("note.txt"), "mine");

    assertThatThrownBy(() -> OnnxFolder.write(TinyModel.encoder("bert"), temp))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is not empty");
    assertThat(names(temp)).containsExactly("note.txt");
  }

  @Test
  void writes_folders_for_onnxruntime_where_asked_to() throws IOException {
    String out = System.getProperty("jada.onnx.out", "");
    assumeThat(out).as("-Djada.onnx.out=DIR asks for folders to try with onnxruntime").isNotEmpty();
    String given = System.getProperty("jada.onnx.base", "");
    Map<String, PretrainedModel> models = new LinkedHashMap<>();
    models.put("minilm", TinyModel.miniLm());
    if (!given.isEmpty()) {
      models.put("given", HuggingFaceFolder.read(Path.of(given)));
    }
    for (String family : TinyModel.FAMILIES) {
      for (Pooling pooling : Pooling.values()) {
        EmbeddingForm form = EmbeddingForm.of(pooling);
        models.put(family + "-" + pooling, TinyModel.encoder(family, form));
        models.put(
            family + "-" + pooling + "-any-length",
            TinyModel.encoder(family, form.withNormalize(false)));
      }
      models.put(family + "-classifier", TinyModel.classifier(family, "a", "b", "c"));
    }
    models.put("bert-cased", TinyModel.with(TinyModel.vocabulary(false), models.get("bert-mean")));
    for (Map.Entry<String, PretrainedModel> entry : models.entrySet()) {
      Path folder = Path.of(out).resolve(entry.getKey());
      OnnxFolder.write(entry.getValue(), folder);
      Files.writeString(folder.resolve("jada.json"), expected(entry.getValue()).toString());
    }
  }

  /// Texts, their token ids, and what Jada's network computes of each alone.
  private static ObjectNode expected(PretrainedModel model) {
    Purpose purpose = Purpose.of(model);
    ObjectNode json = MAPPER.createObjectNode();
    json.put("padding", model.tokenizer().paddingId());
    ArrayNode texts = json.putArray("texts");
    ArrayNode ids = json.putArray("ids");
    ArrayNode outputs = json.putArray("outputs");
    for (String text :
        Stream.concat(TinyModel.TEXTS.stream(), Stream.of(TinyModel.LONG)).toList()) {
      Encoding encoding = model.tokenizer().encode(text, purpose.maxLength());
      Tensor output = OnnxCheck.computed(model, encoding);
      texts.add(text);
      ids.add(MAPPER.valueToTree(encoding.ids()));
      outputs.add(MAPPER.valueToTree(output.gatherRows(0).array()));
    }
    return json;
  }
}
