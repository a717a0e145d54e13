package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Adapter;
import jada.adalora.AdapterType;
import jada.adalora.Method;
import jada.adalora.Methods;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Predictor;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.Ia3;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.nn.Linear;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An adapter type that Jada does not know, [Ia3], found as a service: it is trained, saved,
/// loaded, merged and predicts like Jada's own. [FineTunerTest] sees its loss fall,
/// [CheckpointTest] resumes it bit for bit, `PeftExchangeTest` compares it with PEFT.
class AdapterTypeTest {
  private static final Method IA3 = Methods.named("ia3").orElseThrow();
  private static final List<String> TEXTS = List.of("b a c", "d e f", "n o a");

  @TempDir private Path temp;

  private static AdaptedModel trained() {
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG.withMethod(IA3));
    FineTuner.of(model).options(TinyRun.OPTIONS).run(TinyRun.TRAIN, TinyRun.DEV);
    return model;
  }

  private static List<List<Float>> answers(AdaptedModel model) {
    Predictor predictor = Predictor.of(model);
    return TEXTS.stream().map(text -> predictor.predict(text).logits()).toList();
  }

  @Test
  void is_found_behind_those_of_jada() {
    assertThat(Methods.all())
        .extracting(Method::name)
        .containsExactly("adalora", "lora", "head", "full", "ia3");
    assertThat(IA3).isInstanceOf(Ia3.class);
  }

  @Test
  void trains_its_own_parameters_beside_a_frozen_encoder() {
    AdaptedModel model = trained();

    assertThat(model.adapters()).hasSize(12);
    // 2 layers: five matrices of 16 outputs, one of 32; classifier and pooler
    assertThat(model.trainableParameters()).isEqualTo(2 * (5 * 16 + 32) + (16 * 16 + 16) + 34);
    for (Adapter adapter : model.adapters().values()) {
      assertThat(adapter.parameters().getFirst().value().array()).isNotEqualTo(ones(adapter));
      assertThat(adapter.weight().value())
          .isSameAs(
              model.base().weights().get(adapter.name().substring("bert.".length()) + ".weight"));
    }
  }

  private static float[] ones(Adapter adapter) {
    float[] ones = new float[adapter.bias().shape().dim(0)];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void comes_back_from_its_folder_bit_for_bit() {
    AdaptedModel model = trained();
    PeftFolder.save(model, temp);

    AdaptedModel loaded = PeftFolder.load(TinyBert.encoder(), temp);
    assertThat(loaded.config().method()).isSameAs(IA3);
    assertThat(TinyRun.bits(loaded)).isEqualTo(TinyRun.bits(model));
    assertThat(answers(loaded)).containsExactlyElementsOf(answers(model));
  }

  @Test
  void is_merged_into_weights_and_biases() {
    AdaptedModel model = trained();
    PeftFolder.saveMerged(model, temp);

    AdaptedModel merged = PeftFolder.load(HuggingFaceFolder.read(temp), temp);
    assertThat(merged.adapters()).isEmpty();
    float[] expected = model.output(TinyBert.BATCH).value().array();
    assertThat(merged.output(TinyBert.BATCH).value().array())
        .containsExactly(expected, within(1e-5f));
  }

  @Test
  void cannot_be_saved_without_a_saved_form() {
    AdaLoraConfig config = TinyRun.CONFIG.withMethod(new NotSaved());
    assertThatThrownBy(() -> PeftFolder.save(TinyRun.model(config), temp.resolve("new")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(NotSaved.class.getName())
        .hasMessageContaining("SavedForm");
  }

  /// A type without a form in a folder.
  private static final class NotSaved implements AdapterType {
    @Override
    public String name() {
      return "not-saved";
    }

    @Override
    public String peftType() {
      return "NOT_SAVED";
    }

    @Override
    public String toString() {
      return name();
    }

    @Override
    public Adapter start(Linear layer, AdaLoraConfig config, RandomSource random) {
      return new Ia3().start(layer, config, random);
    }
  }
}
