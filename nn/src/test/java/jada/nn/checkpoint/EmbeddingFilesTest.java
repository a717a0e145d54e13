package jada.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.Pooling;
import jada.nn.files.AtomicFile;
import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingFilesTest {
  @TempDir Path folder;

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /// The modules by the last parts of their types, as releases up to 5.3 write them.
  private void modules(String... kinds) throws IOException {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < kinds.length; i++) {
      String path = kinds[i].equals("Transformer") ? "" : i + "_" + kinds[i];
      text.append(i == 0 ? "" : ",")
          .append("{\"idx\": %s, \"name\": \"%s\", \"path\": \"%s\",".formatted(i, i, path))
          .append(" \"type\": \"sentence_transformers.models.%s\"}".formatted(kinds[i]));
    }
    write("modules.json", text.append(']').toString());
  }

  private EmbeddingForm read() {
    return EmbeddingFiles.read(folder).orElseThrow();
  }

  private void refuses(String message) {
    assertThat(read().refusal()).contains(message.replace("FOLDER", folder.toString()));
  }

  @Test
  void a_folder_without_modules_is_no_sentence_encoder() throws IOException {
    write("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}");
    assertThat(EmbeddingFiles.read(folder)).isEmpty();
  }

  @Test
  void reads_the_dialect_of_truth_values() throws IOException {
    modules("Transformer", "Pooling", "Normalize");
    write(
        "1_Pooling/config.json",
        "{\"word_embedding_dimension\": 384, \"pooling_mode_cls_token\": true,"
            + " \"pooling_mode_mean_tokens\": false}");
    write("sentence_bert_config.json", "{\"max_seq_length\": 256, \"do_lower_case\": false}");
    assertThat(read()).isEqualTo(EmbeddingForm.of(Pooling.CLS).withMaxLength(256));
  }

  @Test
  void reads_the_dialect_of_words() throws IOException {
    write(
        "modules.json",
        """
        [{"idx": 0, "name": "0", "path": "",
          "type": "sentence_transformers.base.modules.transformer.Transformer"},
         {"idx": 1, "name": "1", "path": "1_Pooling",
          "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"}]
        """);
    write("1_Pooling/config.json", "{\"embedding_dimension\": 4, \"pooling_mode\": \"mean\"}");
    assertThat(read()).isEqualTo(EmbeddingForm.DEFAULT.withNormalize(false));
  }

  @Test
  void a_pooling_that_is_not_named_is_the_mean() throws IOException {
    modules("Transformer", "Pooling");
    write("1_Pooling/config.json", "{}");
    assertThat(read().pooling()).isEqualTo(Pooling.MEAN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"query\": \"q: \", \"document\": \"d: \"} | null | 'q: ' | 'd: '",
        "{\"query\": \"q: \", \"passage\": \"p: \"} | null | 'q: ' | 'p: '",
        "{\"query\": \"q: \"} | null | 'q: ' | ''",
        "{\"s2s\": \"Instruct: \"} | \"s2s\" | 'Instruct: ' | 'Instruct: '",
        "{\"query\": \"q: \", \"any\": \"a: \"} | \"any\" | 'q: ' | 'a: '",
        "{} | null | '' | ''"
      })
  void reads_prompts(String prompts, String usual, String query, String document)
      throws IOException {
    modules("Transformer", "Pooling");
    write("1_Pooling/config.json", "{\"pooling_mode\": \"mean\"}");
    write(
        "config_sentence_transformers.json",
        "{\"prompts\": %s, \"default_prompt_name\": %s}".formatted(prompts, usual));
    assertThat(read().queryPrompt()).isEqualTo(query);
    assertThat(read().documentPrompt()).isEqualTo(document);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mean", "cls"})
  void what_is_written_is_read_again(String pooling) {
    EmbeddingForm form =
        EmbeddingForm.of(Pooling.valueOf(pooling.toUpperCase(java.util.Locale.ROOT)))
            .withPrompts("query: ", "passage: ")
            .withMaxLength(128);
    for (EmbeddingForm each : new EmbeddingForm[] {form, form.withNormalize(false)}) {
      AtomicFile.writeTexts(folder, EmbeddingFiles.texts(each, 384));
      assertThat(EmbeddingFiles.read(folder)).isEqualTo(Optional.of(each));
    }
  }

  @Test
  void writes_no_length_that_is_not_known() {
    AtomicFile.writeTexts(folder, EmbeddingFiles.texts(EmbeddingForm.DEFAULT, 384));
    assertThat(folder.resolve("sentence_bert_config.json"))
        .content()
        .contains("\"max_seq_length\" : null");
    assertThat(read()).isEqualTo(EmbeddingForm.DEFAULT);
  }

  // ---- what cannot be computed: the model is still read, its vectors are refused ----------------

  @Test
  void refuses_other_modules() throws IOException {
    modules("Transformer", "Pooling", "Dense");
    write("1_Pooling/config.json", "{\"pooling_mode\": \"mean\"}");
    refuses(
        "FOLDER/modules.json: the module 'Dense' is not computed here; use a model of Transformer,"
            + " Pooling and Normalize");
  }

  @Test
  void refuses_another_order() throws IOException {
    modules("Transformer", "Normalize", "Pooling");
    write("2_Pooling/config.json", "{\"pooling_mode\": \"mean\"}");
    refuses(
        "FOLDER/modules.json: the modules are [Transformer, Normalize, Pooling]; Transformer,"
            + " Pooling and perhaps Normalize are computed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"pooling_mode\": \"lasttoken\"} | lasttoken",
        "{\"pooling_mode\": [\"mean\", \"max\"]} | mean and max",
        "{\"pooling_mode_mean_tokens\": true, \"pooling_mode_cls_token\": true} | cls and mean",
        "{\"pooling_mode_weightedmean_tokens\": true} | weightedmean"
      })
  void refuses_other_poolings(String json, String named) throws IOException {
    modules("Transformer", "Pooling");
    write("1_Pooling/config.json", json);
    refuses(
        ("FOLDER/1_Pooling/config.json: the pooling %s is not computed here; use a model with mean"
                + " or cls, or say which of them: `pooling`")
            .formatted(named));
  }

  @Test
  void refuses_a_mean_without_the_prompt() throws IOException {
    modules("Transformer", "Pooling");
    write("1_Pooling/config.json", "{\"pooling_mode\": \"mean\", \"include_prompt\": false}");
    refuses(
        "FOLDER/1_Pooling/config.json: include_prompt false leaves the prompt out of the mean,"
            + " which is not computed here; use a model that includes it");
  }

  @Test
  void a_chosen_pooling_takes_the_place_of_one_that_is_refused() throws IOException {
    modules("Transformer", "Pooling");
    write("1_Pooling/config.json", "{\"pooling_mode\": \"lasttoken\"}");
    assertThat(read().withPooling(Pooling.CLS).refusal()).isEmpty();
  }

  // ---- damaged files ---------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}",
        "[{\"path\": \"\"}]",
        "[{\"type\": \"a.Pooling\", \"path\": \"../elsewhere\"}]",
        "[{\"type\": \"a.Pooling\", \"path\": \"/elsewhere\"}]",
        "[",
        "[{\"type\": \"a.Pooling\", \"path\": \"missing\"}]"
      })
  void a_damaged_file_is_named(String text) throws IOException {
    write("modules.json", text);
    assertThatThrownBy(() -> EmbeddingFiles.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(folder.toString());
  }
}
