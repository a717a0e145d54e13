package jada.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import jada.nn.BertConfig;
import jada.nn.files.Checksum;
import jada.nn.files.InputException;
import jada.nn.files.Mutation;
import jada.nn.files.Safetensors;
import jada.nn.text.Encoding;
import jada.nn.text.Input;
import jada.nn.text.Tokenizer;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFaceFolderTest {
  /// 320 digits: a whole number that no double can hold.
  private static final String DIGITS =
      "99999999999999999999999999999999999999999999999999999999999999999999999999999999"
          + "99999999999999999999999999999999999999999999999999999999999999999999999999999999"
          + "99999999999999999999999999999999999999999999999999999999999999999999999999999999"
          + "99999999999999999999999999999999999999999999999999999999999999999999999999999999";

  private static final String VOCABULARY =
      "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nriver\nfroze\n##n\nRiver\n.\n";
  private static final String CONFIG =
      """
      {
        "model_type": "bert",
        "vocab_size": 11,
        "hidden_size": 4,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 6,
        "max_position_embeddings": 5,
        "type_vocab_size": 2,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1
      }
      """;

  @TempDir Path temp;
  private Path folder;

  @BeforeEach
  void writes_a_sound_folder() throws IOException {
    folder = Files.createDirectory(temp.resolve("tiny"));
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.writeString(folder.resolve("vocab.txt"), VOCABULARY);
    writeWeights(name -> "bert." + name, Map.of());
  }

  private void writeWeights(UnaryOperator<String> rename, Map<String, Tensor> more) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    new EncoderWeights(TinyOnnx.CONFIG)
        .forEach(
            (name, sizes) -> {
              Shape shape = Shape.of(sizes.stream().mapToInt(Math::toIntExact).toArray());
              float[] elements = new float[shape.size()];
              for (int i = 0; i < elements.length; i++) {
                elements[i] = TinyOnnx.element(name, i);
              }
              weights.put(rename.apply(name), Tensor.of(shape, elements));
            });
    weights.putAll(more);
    Safetensors.write(folder.resolve("model.safetensors"), weights);
  }

  private void config(String from, String to) throws IOException {
    assertThat(CONFIG).contains(from);
    Files.writeString(folder.resolve("config.json"), CONFIG.replace(from, to));
  }

  private void refuses(String message) {
    assertThatThrownBy(() -> HuggingFaceFolder.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessage(message.replace("FOLDER", folder.toString()));
  }

  // ---- what is right -------------------------------------------------------------------------

  @Test
  void reads_all_that_a_folder_holds() throws IOException {
    PretrainedModel model = HuggingFaceFolder.read(folder);
    assertThat(model.name()).isEqualTo("tiny");
    assertThat(model.source()).isEqualTo(folder.toString());
    assertThat(model.config()).isEqualTo(TinyOnnx.CONFIG);
    assertThat(model.checksum()).isEqualTo(Checksum.of(folder.resolve("model.safetensors")));
    assertThat(model.checksum()).matches("[0-9a-f]{64}");
    assertThat(model.labels()).isEmpty();
    assertThat(model.problemType()).isEmpty();
    assertThat(model.tokenizer().files()).containsExactly(Map.entry("vocab.txt", VOCABULARY));
    assertThat(model.tokenizer().encode("The river froze", 9).ids()).containsExactly(2, 5, 6, 7, 3);
    assertHoldsTheTinyWeights(model);
  }

  private static void assertHoldsTheTinyWeights(PretrainedModel model) {
    assertThat(String.join("\n", model.weights().keySet())).startsWith(TinyOnnx.names());
    new EncoderWeights(TinyOnnx.CONFIG)
        .forEach(
            (name, _) -> {
              float[] elements = model.weights().get(name).array();
              for (int i = 0; i < elements.length; i++) {
                assertThat(elements[i]).as(name).isEqualTo(TinyOnnx.element(name, i));
              }
            });
  }

  @Test
  void reads_a_classifier_that_transformers_saved_in_bfloat16() throws Exception {
    Path saved = Path.of(getClass().getResource("transformers/config.json").toURI()).getParent();
    PretrainedModel model = HuggingFaceFolder.read(saved);
    assertThat(model.config()).isEqualTo(new BertConfig(11, 4, 1, 2, 6, 5, 2, 1e-6f, 0.2f, 0.3f));
    assertThat(model.labels()).containsExactly("bad", "good", "so-so");
    assertThat(model.problemType()).contains("single_label_classification");
    assertThat(model.weights()).hasSize(5 + 16 + 4);
    model
        .weights()
        .forEach(
            (name, tensor) -> {
              int length =
                  name.startsWith("classifier.") ? name.length() : "bert.".length() + name.length();
              for (int i = 0; i < tensor.size(); i++) {
                // As hugging_face_fixture.py set them.
                assertThat(tensor.array()[i])
                    .as(name)
                    .isEqualTo(((7 * i + length) % 31 - 15) / 16f);
              }
            });
  }

  @Test
  void reads_weights_under_old_and_bare_names() {
    writeWeights(
        name ->
            name.replace("LayerNorm.weight", "LayerNorm.gamma")
                .replace("LayerNorm.bias", "LayerNorm.beta"),
        Map.of());
    assertHoldsTheTinyWeights(HuggingFaceFolder.read(folder));
  }

  @Test
  void reads_a_head_and_leaves_other_heads_alone() throws IOException {
    writeWeights(
        name -> "bert." + name,
        Map.of(
            "bert.pooler.dense.weight", Tensor.zeros(Shape.of(4, 4)),
            "bert.pooler.dense.bias", Tensor.vector(1, 2, 3, 4),
            "classifier.weight", Tensor.zeros(Shape.of(3, 4)),
            "classifier.bias", Tensor.vector(5, 6, 7),
            "cls.predictions.bias", Tensor.vector(8)));
    config(
        "\"hidden_act\"",
        """
        "problem_type": "single_label_classification",
        "id2label": {"2": "so-so", "0": "bad", "1": "good"},
        "hidden_act\"\
        """);
    PretrainedModel model = HuggingFaceFolder.read(folder);
    assertThat(model.weights())
        .containsKeys("pooler.dense.weight", "classifier.weight")
        .doesNotContainKey("cls.predictions.bias");
    assertThat(model.weights().get("classifier.bias").array()).containsExactly(5, 6, 7);
    assertThat(model.weights().get("pooler.dense.bias").array()).containsExactly(1, 2, 3, 4);
    assertThat(model.labels()).containsExactly("bad", "good", "so-so");
    assertThat(model.problemType()).contains("single_label_classification");
  }

  @Test
  void classes_are_named_and_counted_as_transformers_does() throws IOException {
    writeWeights(
        name -> name,
        Map.of(
            "classifier.weight", Tensor.zeros(Shape.of(2, 4)),
            "classifier.bias", Tensor.vector(5, 6)));
    config("\"hidden_act\"", "\"label2id\": {\"b\": 1, \"a\": 0}, \"hidden_act\"");
    assertThat(HuggingFaceFolder.read(folder).labels()).as("label2id names nothing").isEmpty();
    String three = "\"id2label\": {\"0\": \"a\", \"1\": \"b\", \"2\": \"c\"}, ";
    config("\"hidden_act\"", three + "\"num_labels\": 2, \"hidden_act\"");
    assertThat(HuggingFaceFolder.read(folder).labels()).as("num_labels wins").isEmpty();
    config(
        "\"hidden_act\"",
        "\"id2label\": {\"0\": \"a\", \"1\": \"b\"}, \"num_labels\": 3, \"hidden_act\"");
    refuses(
        "FOLDER/config.json: num_labels has 3 classes, the classifier of the weights 2; use"
            + " configuration and weights of the same model");
  }

  @Test
  void a_head_without_named_classes_has_two() throws IOException {
    writeWeights(
        name -> name,
        Map.of(
            "classifier.weight", Tensor.zeros(Shape.of(3, 4)),
            "classifier.bias", Tensor.vector(5, 6, 7)));
    refuses(
        "FOLDER/config.json: id2label is missing, which means 2 classes, the classifier of the"
            + " weights 3; use configuration and weights of the same model");
  }

  @Test
  void keeps_case_where_the_tokenizer_is_told_to() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"do_lower_case\": false, \"strip_accents\": null}");
    PretrainedModel model = HuggingFaceFolder.read(folder);
    assertThat(model.tokenizer().encode("River river", 9).ids()).containsExactly(2, 9, 6, 3);
    assertThat(model.tokenizer().files()).containsOnlyKeys("vocab.txt", "tokenizer_config.json");
  }

  @Test
  void takes_defaults_of_transformers_for_what_old_configurations_lack() throws IOException {
    Files.writeString(
        folder.resolve("config.json"), CONFIG.replaceAll("(?s),\\s*\"hidden_act\".*\\}", "}"));
    assertThat(HuggingFaceFolder.read(folder).config()).isEqualTo(TinyOnnx.CONFIG);
  }

  // ---- writing -------------------------------------------------------------------------------

  @Test
  void reads_back_what_it_wrote() throws IOException {
    writeWeights(
        name -> name,
        Map.of(
            "pooler.dense.weight", Tensor.zeros(Shape.of(4, 4)),
            "pooler.dense.bias", Tensor.vector(1, 2, 3, 4),
            "classifier.weight", Tensor.zeros(Shape.of(2, 4)),
            "classifier.bias", Tensor.vector(5, 6)));
    config("\"hidden_act\"", "\"id2label\": {\"0\": \"no\", \"1\": \"yes\"}, \"hidden_act\"");
    PretrainedModel model = HuggingFaceFolder.read(folder);
    Path copy = temp.resolve("deep/copy");
    HuggingFaceFolder.write(copy, model);
    PretrainedModel read = HuggingFaceFolder.read(copy);
    assertThat(read.config()).isEqualTo(model.config());
    assertThat(read.labels()).isEqualTo(model.labels());
    assertThat(read.tokenizer().files()).isEqualTo(model.tokenizer().files());
    assertThat(read.weights().keySet()).isEqualTo(model.weights().keySet());
    assertHoldsTheTinyWeights(read);
    assertThat(read.weights().get("classifier.bias").array()).containsExactly(5, 6);
    assertThat(Safetensors.open(copy.resolve("model.safetensors")).names())
        .contains("bert.encoder.layer.1.output.dense.weight", "bert.pooler.dense.bias")
        .contains("classifier.weight");
    try (Stream<Path> beside = Files.list(copy.getParent())) {
      assertThat(beside).containsExactly(copy);
    }
  }

  @Test
  void writes_into_an_empty_folder_but_over_nothing() throws IOException {
    PretrainedModel model = HuggingFaceFolder.read(folder);
    Path empty = Files.createDirectory(temp.resolve("empty"));
    HuggingFaceFolder.write(empty, model);
    assertThat(empty.resolve("config.json")).exists();
    assertThatThrownBy(() -> HuggingFaceFolder.write(empty, model))
        .isInstanceOf(InputException.class)
        .hasMessage(empty + ": is not empty; name a new folder or empty this one");
    Path file = folder.resolve("vocab.txt");
    assertThatThrownBy(() -> HuggingFaceFolder.write(file, model))
        .hasMessage(file + ": is a file; name a new folder");
  }

  private record Unwritable(Tokenizer tokenizer) implements Tokenizer {
    @Override
    public Encoding encode(Input input, int maxLength) {
      return tokenizer.encode(input, maxLength);
    }

    @Override
    public String kind() {
      return tokenizer.kind();
    }

    @Override
    public int vocabularySize() {
      return tokenizer.vocabularySize();
    }

    @Override
    public String token(int id) {
      return tokenizer.token(id);
    }

    @Override
    public int paddingId() {
      return tokenizer.paddingId();
    }

    @Override
    public SequencedMap<String, String> files() {
      SequencedMap<String, String> files = new LinkedHashMap<>(tokenizer.files());
      files.put("config.json/below.json", "{}"); // a file is in the way of its folder
      return files;
    }
  }

  @Test
  void leaves_nothing_behind_when_it_fails_half_way() throws IOException {
    PretrainedModel model = HuggingFaceFolder.read(folder);
    PretrainedModel unwritable =
        new PretrainedModel(
            "x",
            model.config(),
            new Unwritable(model.tokenizer()),
            model.weights(),
            "none",
            "x",
            List.of(),
            Optional.empty());
    Path target = temp.resolve("out");
    assertThatThrownBy(() -> HuggingFaceFolder.write(target, unwritable))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("below.json: cannot be written (");
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).containsExactly(folder);
    }
  }

  // ---- what is wrong -------------------------------------------------------------------------

  @Test
  void says_what_is_wrong_with_the_folder() throws IOException {
    assertThatThrownBy(() -> HuggingFaceFolder.read(temp.resolve("nowhere")))
        .isInstanceOf(InputException.class)
        .hasMessage(temp.resolve("nowhere") + ": no such folder; check the path");
    Path file = folder.resolve("vocab.txt");
    assertThatThrownBy(() -> HuggingFaceFolder.read(file))
        .hasMessage(
            file + ": is a file; name the folder that holds config.json and model.safetensors");
    Files.delete(folder.resolve("config.json"));
    refuses("FOLDER: holds no config.json; name the folder of a model in Hugging Face layout");
  }

  @Test
  void says_what_is_wanted_when_there_are_no_weights() throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    refuses(
        "FOLDER: holds no model.safetensors and no pytorch_model.bin; name the folder of a model"
            + " in Hugging Face layout");
    Files.createFile(folder.resolve("pytorch_model.bin"));
    assertThatThrownBy(() -> HuggingFaceFolder.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("pytorch_model.bin: is not a file of torch.save since PyTorch 1.6");
  }

  @Test
  void refuses_what_it_may_not_read() throws IOException {
    Path file = folder.resolve("config.json");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeThat(Files.isReadable(file)).as("run by a user who may read everything").isFalse();
    refuses("FOLDER/config.json: is not readable; check its permissions");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"model_type\": \"bert\"| \"x\": 1| model_type is missing; use the file as it was"
            + " published",
        "\"bert\"| 3| model_type is not text; use the file as it was published",
        "\"bert\"| \"distilbert\"| hidden_size '4' is not supported: it is another name of dim; use"
            + " a model without it",
        "\"bert\"| \"gpt2\"| model_type 'gpt2' is not supported; use a model whose model_type is"
            + " 'bert', 'distilbert', 'roberta', 'xlm-roberta', 'camembert' or 'mpnet'",
        "\"gelu\"| \"relu\"| hidden_act 'relu' is not supported: the activation is"
            + " the exact GELU; use a model with 'gelu'",
        "\"gelu\"| \"gelu_new\"| hidden_act 'gelu_new' is not supported: the activation"
            + " is the exact GELU; use a model with 'gelu'",
        "\"hidden_act\"| \"position_embedding_type\": \"relative_key\", \"x\"|"
            + " position_embedding_type 'relative_key' is not supported: positions are learnt and"
            + " absolute; use a model with 'absolute'",
        "\"hidden_act\"| \"is_decoder\": true, \"x\"| is_decoder 'true' is not supported: only"
            + " encoders are supported; use a model with 'false'",
        "\"hidden_size\": 4| \"x\": 4| hidden_size is missing; use the file as it was published",
        "\"hidden_size\": 4| \"hidden_size\": null| hidden_size is missing; use the file as it was"
            + " published",
        "\"hidden_size\": 4| \"hidden_size\": \"4\"| hidden_size is not a whole number up to"
            + " 2147483647; use the file as it was published",
        "\"hidden_size\": 4| \"hidden_size\": 4.0| hidden_size is not a whole number up to"
            + " 2147483647; use the file as it was published",
        "\"hidden_size\": 4| \"hidden_size\": 4294967300| hidden_size is not a whole number up to"
            + " 2147483647; use the file as it was published",
        "\"num_attention_heads\": 2| \"num_attention_heads\": 3| BertConfig: heads must divide"
            + " hiddenSize, got 3 heads for 4; use the file as it was published",
        "1e-12| \"small\"| layer_norm_eps is not a number that 32 bits can hold; use the file as it"
            + " was published",
        "1e-12| 1e400| layer_norm_eps is not a number that 32 bits can hold; use the file as it was"
            + " published",
        "1e-12| "
            + DIGITS
            + "| layer_norm_eps is not a number that 32 bits can hold; use the file"
            + " as it was published",
        "\"hidden_act\"| \"problem_type\": 1, \"x\"| problem_type is not text; use the file as it"
            + " was published",
        "\"hidden_act\"| \"id2label\": [], \"x\"| id2label is not an object; use the file as it was"
            + " published",
        "\"hidden_act\"| \"id2label\": {\"0\": \"a\", \"2\": \"b\"}, \"x\"| id2label does not"
            + " number its 2 labels from 0 without a gap; use the file as it was published",
        "\"hidden_act\"| \"id2label\": {\"zero\": \"a\"}, \"x\"| id2label holds an id that is not a"
            + " whole number or a label that is not text; use the file as it was published",
        "\"model_type\"| \"hidden_size\": 4, \"model_type\"| is not sound JSON: 'Duplicate Object"
            + " property \"hidden_size\"'; use the file as it was published",
      })
  void names_the_key_of_a_configuration_that_cannot_be_used(
      String from, String to, String complaint) throws IOException {
    config(from, to);
    refuses("FOLDER/config.json: " + complaint);
  }

  @Test
  void refuses_a_configuration_that_is_no_object_no_json_or_no_text() throws IOException {
    Path file = folder.resolve("config.json");
    Files.writeString(file, "[]");
    refuses("FOLDER/config.json: is not a JSON object; use the file as it was published");
    for (String bad : List.of("", "{", "{} {}", "[".repeat(10_000))) {
      Files.writeString(file, bad);
      assertThatThrownBy(() -> HuggingFaceFolder.read(folder))
          .as(bad)
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith(file + ": is not ");
    }
    Files.write(file, new byte[] {'{', (byte) 0xff, '}'});
    assertThatThrownBy(() -> HuggingFaceFolder.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": cannot be read (");
  }

  @Test
  void survives_two_thousand_mutated_configurations_with_nothing_but_input_errors()
      throws IOException {
    byte[] sound =
        CONFIG
            .replace(
                "\"hidden_act\"", "\"id2label\": {\"0\": \"no\", \"1\": \"yes\"}, \"hidden_act\"")
            .getBytes(StandardCharsets.UTF_8);
    SplittableRandom random = new SplittableRandom(20260101);
    Path file = temp.resolve("mutant.json");
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      Files.deleteIfExists(file);
      Files.write(file, Mutation.of(sound, random));
      try {
        ModelConfigJson json = ModelConfigJson.read(file);
        assertThat(json.encoder().layers()).isPositive();
        assertThat(json.labels()).hasSizeLessThan(3);
      } catch (InputException e) {
        refused++;
        assertThat(e.getMessage()).startsWith(file + ": ").doesNotContainPattern("\\R");
      }
    }
    // Some mutations only touch white space or digits and are sound.
    assertThat(refused).isBetween(1000, 1999);
  }

  @Test
  void refuses_weights_that_are_no_numbers() {
    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      writeWeights(name -> name, Map.of("embeddings.LayerNorm.bias", Tensor.vector(1, 2, bad, 4)));
      refuses(
          "FOLDER/model.safetensors: the weight embeddings.LayerNorm.bias holds NaN or infinite"
              + " numbers; train or fetch the model again");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"id2label\": {\"0\": \"a\", \"1\": \"b\", \"2\": \"c\"}| id2label has 3",
        "\"id2label\": {\"0\": \"a\"}| id2label has 1",
        "\"num_labels\": 5| num_labels has 5",
      })
  void refuses_classes_that_are_more_or_fewer_than_the_rows_of_the_head(String key, String found)
      throws IOException {
    writeWeights(
        name -> name,
        Map.of(
            "classifier.weight", Tensor.zeros(Shape.of(2, 4)),
            "classifier.bias", Tensor.vector(5, 6)));
    config("\"hidden_act\"", key + ", \"hidden_act\"");
    refuses(
        "FOLDER/config.json: "
            + found
            + " classes, the classifier of the weights 2; use configuration and weights of the same"
            + " model");
  }

  @Test
  void a_dropout_of_the_head_may_differ_from_the_others() throws IOException {
    config("\"hidden_act\"", "\"classifier_dropout\": 0.25, \"hidden_act\"");
    PretrainedModel model = HuggingFaceFolder.read(folder);
    assertThat(model.config().headDropout()).isEqualTo(0.25f);
    assertThat(model.config().hiddenDropout()).isEqualTo(0.1f);
    HuggingFaceFolder.write(temp.resolve("copy"), model);
    assertThat(HuggingFaceFolder.read(temp.resolve("copy")).config()).isEqualTo(model.config());
  }

  @Test
  void names_the_weight_that_is_missing_or_does_not_fit() throws IOException {
    writeWeights(
        name -> name.replace("layer.1.output.dense.bias", "layer.1.output.bias"), Map.of());
    refuses(
        "FOLDER/model.safetensors: the weight encoder.layer.1.output.dense.bias [4] is missing;"
            + " use the weights of a float32 encoder with all its layers");
    writeWeights(name -> name, Map.of("classifier.weight", Tensor.zeros(Shape.of(2, 3))));
    refuses(
        "FOLDER/model.safetensors: the weight classifier.weight has shape [2, 3], the model's"
            + " configuration asks for [2, 4]; use weights and configuration of the same model");
    writeWeights(name -> name, Map.of("bert.pooler.dense.bias", Tensor.vector(1)));
    refuses(
        "FOLDER/model.safetensors: the weight pooler.dense.bias has shape [1], the model's"
            + " configuration asks for [4]; use weights and configuration of the same model");
    writeWeights(name -> name, Map.of("bert.embeddings.LayerNorm.bias", Tensor.vector(1)));
    refuses(
        "FOLDER/model.safetensors: holds 'bert.embeddings.LayerNorm.bias' and"
            + " 'embeddings.LayerNorm.bias', which name the same weight; save the model again");
    writeWeights(name -> name, Map.of());
    config("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 2147483647");
    refuses(
        "FOLDER/model.safetensors: the weight encoder.layer.2.attention.self.query.weight [4, 4] is"
            + " missing; use the weights of a float32 encoder with all its layers");
    config("\"intermediate_size\": 6", "\"intermediate_size\": 2147483647");
    assertThatThrownBy(() -> HuggingFaceFolder.read(folder))
        .hasMessageContaining("encoder.layer.0.intermediate.dense.weight has shape [6, 4]");
  }

  @Test
  void says_what_is_wrong_with_the_tokenizer() throws IOException {
    config("\"vocab_size\": 11", "\"vocab_size\": 10");
    refuses(
        "FOLDER: the tokenizer has 11 tokens, the model only 10;"
            + " use tokenizer and weights of the same model");
    config("\"vocab_size\": 11", "\"vocab_size\": 11");
    Path rules = folder.resolve("tokenizer_config.json");
    Files.writeString(rules, "{\"do_lower_case\": \"yes\"}");
    refuses(
        "FOLDER/tokenizer_config.json: do_lower_case is neither true nor false;"
            + " use the file as it was published");
    Files.delete(rules);
    Files.delete(folder.resolve("vocab.txt"));
    refuses("FOLDER: holds neither tokenizer.json nor vocab.txt; copy the model's tokenizer there");
  }
}
