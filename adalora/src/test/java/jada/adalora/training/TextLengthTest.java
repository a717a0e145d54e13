package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.Method;
import jada.adalora.Methods;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EncodedExamples;
import jada.adalora.model.Evaluator;
import jada.adalora.model.Predictor;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The length at which training cut texts goes with the adapter: what is saved reads texts as far
/// as training did.
class TextLengthTest {
  /// Room for `b c` and two special tokens in training; whatever comes after c must not matter.
  private static final int TOKENS = 4;

  private static final String LONG = "b c a a a a";
  private static final String CUT = "b c";

  @TempDir private Path temp;

  private static AdaptedModel trained(Method method) {
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG.withMethod(method).withLoraDropout(0));
    FineTuner.of(model)
        .options(TinyRun.OPTIONS.withMaxSteps(3).withMaxLength(TOKENS))
        .run(TinyRun.TRAIN, TinyRun.DEV);
    return model;
  }

  private static void readsAsTrained(AdaptedModel model) {
    Predictor predictor = Predictor.of(model);
    assertThat(predictor.predict(LONG).logits()).isEqualTo(predictor.predict(CUT).logits());
    assertThat(predictor.withMaxLength(12).predict(LONG).logits())
        .isNotEqualTo(predictor.predict(CUT).logits());
    assertThat(Evaluator.evaluate(model, labelled(LONG)).loss())
        .isEqualTo(Evaluator.evaluate(model, labelled(CUT)).loss());
  }

  private static Dataset labelled(String text) {
    return Dataset.of("one", List.of(Example.of(text, "yes")));
  }

  static List<Method> methods() {
    return Methods.all();
  }

  @ParameterizedTest
  @MethodSource("methods")
  void a_saved_adapter_reads_texts_as_far_as_training_did(Method method) {
    AdaptedModel model = trained(method);
    Path folder = temp.resolve("saved");
    PeftFolder.save(model, folder);
    PretrainedModel base =
        method == Method.FULL ? HuggingFaceFolder.read(folder) : TinyBert.encoder();

    readsAsTrained(model);
    readsAsTrained(PeftFolder.load(base, folder));
  }

  @Test
  void so_do_a_merged_model_and_one_made_plain_lora() {
    AdaptedModel model = trained(Method.ADALORA);
    PeftFolder.saveMerged(model, temp.resolve("merged"));
    PretrainedModel merged = HuggingFaceFolder.read(temp.resolve("merged"));

    readsAsTrained(PeftFolder.load(merged, temp.resolve("merged")));
    readsAsTrained(model.toLora());
  }

  @Test
  void an_adapter_that_does_not_tell_has_the_usual_length_as_far_as_there_are_positions() {
    PeftFolder.save(TinyRun.model(TinyRun.CONFIG), temp.resolve("untrained"));
    AdaptedModel model = PeftFolder.load(TinyBert.encoder(), temp.resolve("untrained"));

    assertThat(model.textLength()).isEmpty();
    assertThat(model.maxLength()).isEqualTo(TinyBert.CONFIG.maxPositions());
  }

  @Test
  void an_earlier_adapter_in_the_folder_leaves_no_length_behind() {
    Path folder = temp.resolve("adapter");
    PeftFolder.save(trained(Method.LORA), folder);
    PeftFolder.save(TinyRun.model(TinyRun.CONFIG.withMethod(Method.LORA)), folder);

    assertThat(PeftFolder.load(TinyBert.encoder(), folder).textLength()).isEmpty();
  }

  @Test
  void a_length_that_no_pair_fits_is_refused() throws IOException {
    Path folder = temp.resolve("adapter");
    PeftFolder.save(trained(Method.LORA), folder);
    Files.writeString(folder.resolve("jada.json"), "{\"max_length\": 2}");

    assertThatThrownBy(() -> PeftFolder.load(TinyBert.encoder(), folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("jada.json")
        .hasMessageContaining("\"max_length\" must be at least 3 tokens");
  }

  @Test
  void a_text_is_cut_if_it_is_longer_not_if_it_just_fits() {
    PretrainedModel base = TinyBert.encoder();

    assertThat(EncodedExamples.isCut(Input.of(CUT), base, TOKENS)).isFalse();
    assertThat(EncodedExamples.isCut(Input.of("b c d"), base, TOKENS)).isTrue();
    assertThat(EncodedExamples.isCut(Input.of("b", "c d"), base, 6)).isFalse();
    assertThat(EncodedExamples.isCut(Input.of("b", "c d"), base, 5)).isTrue();
    assertThat(EncodedExamples.isCut(Input.of("b ".repeat(11)), base, 100)).isTrue();
  }
}
