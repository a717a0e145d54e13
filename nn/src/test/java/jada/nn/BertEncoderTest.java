package jada.nn;

import static jada.nn.RandomBert.CONFIG;
import static jada.nn.RandomBert.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.files.InputException;
import jada.nn.text.Encoding;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BertEncoderTest {
  private static final Encoding LONG = new Encoding(new int[] {2, 7, 3, 8, 19, 3}, 3);
  private static final Encoding SHORT = sequence(2, 11, 3);

  private final Map<String, Variable> weights =
      RandomBert.constants(RandomBert.weights(CONFIG, 2, 0.3f, 1));
  private final Encoder encoder = Encoder.build(CONFIG, weights::get, LinearFactory.PLAIN);

  @Test
  void gives_one_hidden_state_for_each_token() {
    assertThat(encoder.forward(Batch.of(List.of(LONG, SHORT))).shape()).isEqualTo(Shape.of(9, 16));
  }

  @Test
  void lets_no_sequence_see_another() {
    Tensor together = encoder.forward(Batch.of(List.of(LONG, SHORT))).value();
    Tensor alone = encoder.forward(Batch.of(List.of(SHORT))).value();

    Golden.assertClose("short", together.gatherRows(6, 7, 8), alone.array(), 1e-6, 0);
  }

  @Test
  void lets_every_token_see_its_whole_sequence() {
    Tensor before = encoder.forward(Batch.of(List.of(sequence(2, 7, 3)))).value();
    Tensor after = encoder.forward(Batch.of(List.of(sequence(2, 7, 4)))).value();

    for (int token = 0; token < 3; token++) {
      assertThat(before.gatherRows(token).subtract(after.gatherRows(token)).norm())
          .isGreaterThan(1e-3f);
    }
  }

  @Test
  void gives_the_first_tokens_what_it_gives_them_among_all() {
    Batch batch = Batch.of(List.of(LONG, SHORT, sequence(2, 3)));

    Tensor all = encoder.forward(batch).value();
    Tensor first = encoder.forward(batch, Rows.FIRST).value();

    Golden.assertClose("first", first, all.gatherRows(0, 6, 9).array(), 1e-6, 0);
  }

  @Test
  void gives_the_gradients_of_the_whole_computation_where_only_first_tokens_are_wanted() {
    Batch batch = Batch.of(List.of(LONG, SHORT, sequence(2, 3)));
    Map<String, Variable> parameters =
        RandomBert.parameters(RandomBert.weights(CONFIG, 2, 0.3f, 1));
    Encoder trained = Encoder.build(CONFIG, parameters::get, LinearFactory.PLAIN);
    Head head = ClassificationHead.build(CONFIG, 2, parameters::get, LinearFactory.PLAIN);

    Variable wanted = head.forward(trained.forward(batch, Rows.FIRST), batch);
    Variable all = head.forward(Rows.FIRST.of(trained.forward(batch), batch), batch);
    Gradients shortcut = Gradients.of(Ops.mean(Ops.multiply(wanted, wanted)));
    Gradients whole = Gradients.of(Ops.mean(Ops.multiply(all, all)));

    Golden.assertClose("logits", wanted.value(), all.value().array(), 1e-6, 0);
    assertThat(whole.parameters()).hasSize(parameters.size());
    for (Parameter parameter : RandomBert.trained(parameters)) {
      Golden.assertClose(
          parameter.name(), shortcut.of(parameter), whole.of(parameter).array(), 1e-6, 1e-6);
    }
  }

  /// What a workspace takes back holds NaN where assertions are enabled.
  @Test
  void reads_nothing_that_it_has_given_back() {
    BertConfig config = new BertConfig(20, 64, 3, 4, 128, 40, 2, 1e-12f, 0.1f, 0.1f);
    Map<String, Variable> frozen = RandomBert.constants(RandomBert.weights(config, 2, 0.3f, 1));
    Encoder large = Encoder.build(config, frozen::get, LinearFactory.PLAIN);
    Encoding text = sequence(IntStream.range(2, 20).toArray());
    Batch batch = Batch.of(List.of(text, SHORT, text, text));

    for (Rows rows : List.of(Rows.ALL, Rows.FIRST)) {
      Tensor expected = large.forward(batch, rows).value();
      Workspace workspace = new Workspace();
      for (int i = 0; i < 2; i++) {
        Tensor copy = workspace.call(() -> large.forward(batch, rows).value().copy());
        assertThat(copy.array()).isEqualTo(Arrays.copyOf(expected.array(), expected.size()));
      }
    }
  }

  /// The same with a bias for each distance, large enough to be lent, which all layers read.
  @Test
  void keeps_the_bias_of_all_layers() {
    Mpnet.Config config =
        new Mpnet.Config(new BertConfig(20, 64, 3, 32, 128, 40, 1, 1e-12f, 0.1f, 0.1f));
    Map<String, Variable> frozen = new HashMap<>();
    RandomSource random = RandomSource.of(5);
    config
        .family()
        .weights(config)
        .forEach(
            weight -> {
              int[] sizes = weight.sizes().stream().mapToInt(Math::toIntExact).toArray();
              Tensor value = Tensor.normal(Shape.of(sizes), 0.3f, random);
              frozen.put(weight.name(), Constant.of(value));
            });
    Encoder encoder = Encoder.build(config, frozen::get, LinearFactory.PLAIN);
    Batch batch = Batch.of(List.of(sequence(IntStream.range(0, 20).toArray()), SHORT));
    Tensor expected = encoder.forward(batch).value();

    Tensor copy = new Workspace().call(() -> encoder.forward(batch).value().copy());

    assertThat(copy.array()).isEqualTo(Arrays.copyOf(expected.array(), expected.size()));
    assertThat(copy.isFinite()).isTrue();
  }

  @Test
  void asks_the_factory_for_every_matrix_by_its_path_in_transformers() {
    List<String> names = new ArrayList<>();

    Encoder.build(
        CONFIG,
        weights::get,
        (name, weight, bias) -> {
          names.add(name + " " + weight.shape());
          return new Linear(name, weight, bias);
        });

    assertThat(names)
        .containsExactly(
            "bert.encoder.layer.0.attention.self.query (16, 16)",
            "bert.encoder.layer.0.attention.self.key (16, 16)",
            "bert.encoder.layer.0.attention.self.value (16, 16)",
            "bert.encoder.layer.0.attention.output.dense (16, 16)",
            "bert.encoder.layer.0.intermediate.dense (32, 16)",
            "bert.encoder.layer.0.output.dense (16, 32)",
            "bert.encoder.layer.1.attention.self.query (16, 16)",
            "bert.encoder.layer.1.attention.self.key (16, 16)",
            "bert.encoder.layer.1.attention.self.value (16, 16)",
            "bert.encoder.layer.1.attention.output.dense (16, 16)",
            "bert.encoder.layer.1.intermediate.dense (32, 16)",
            "bert.encoder.layer.1.output.dense (16, 32)");
  }

  @Test
  void does_no_gradient_work_for_constants() {
    assertThat(encoder.forward(Batch.of(List.of(SHORT))).differentiable()).isFalse();
  }

  @Test
  void trains_a_single_parameter_among_constants() {
    String name = "encoder.layer.1.attention.self.value.weight";
    Map<String, Variable> mixed =
        RandomBert.with(weights, name, frozen -> Parameter.of(name, frozen.value()));
    Encoder partly = Encoder.build(CONFIG, mixed::get, LinearFactory.PLAIN);

    Variable y = partly.forward(Batch.of(List.of(SHORT)));
    Gradients gradients = Gradients.of(Ops.sum(Ops.multiply(y, y)));

    assertThat(gradients.parameters()).containsExactly((Parameter) mixed.get(name));
    assertThat(gradients.of((Parameter) mixed.get(name)).norm()).isGreaterThan(1e-3f);
  }

  @Test
  void drops_in_training_only() {
    BertConfig config = CONFIG.withDropout(0.1f, 0.1f);
    Encoder dropping = Encoder.build(config, weights::get, LinearFactory.PLAIN);
    Batch batch = Batch.of(List.of(LONG, SHORT));
    float[] plain = encoder.forward(batch).value().array();

    assertThat(dropping.forward(batch).value().array()).isEqualTo(plain);
    assertThat(new TrainingStep(1, 0).call(() -> dropping.forward(batch)).value().array())
        .isNotEqualTo(plain)
        .isEqualTo(new TrainingStep(1, 0).call(() -> dropping.forward(batch)).value().array())
        .isNotEqualTo(new TrainingStep(1, 1).call(() -> dropping.forward(batch)).value().array());
  }

  @Test
  void drops_attention_weights_in_training() {
    BertConfig config = CONFIG.withDropout(0, 0.5f);
    Encoder dropping = Encoder.build(config, weights::get, LinearFactory.PLAIN);
    Batch batch = Batch.of(List.of(LONG));

    assertThat(new TrainingStep(1, 0).call(() -> dropping.forward(batch)).value().array())
        .isNotEqualTo(encoder.forward(batch).value().array());
  }

  @Test
  void refuses_a_token_outside_the_vocabulary() {
    Batch batch = Batch.of(List.of(SHORT, sequence(2, 5, 20, 3)));

    assertThatThrownBy(() -> encoder.forward(batch))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "embeddings: token id 20 of sequence 1 at position 2 is outside the vocabulary (0 to"
                + " 19); use the tokenizer that belongs to the model");
  }

  @Test
  void refuses_a_token_type_that_the_model_does_not_have() {
    BertConfig single = new BertConfig(20, 16, 2, 4, 32, 12, 1, 1e-12f, 0, 0);
    Map<String, Variable> oneType = RandomBert.constants(RandomBert.weights(single, 2, 0.3f, 1));
    Encoder model = Encoder.build(single, oneType::get, LinearFactory.PLAIN);

    assertThatThrownBy(() -> model.forward(Batch.of(List.of(LONG))))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "embeddings: token type 1 of sequence 0 at position 3 is outside the token types (0 to"
                + " 0); use the tokenizer that belongs to the model");
  }

  @Test
  void refuses_a_sequence_with_more_tokens_than_positions() {
    Encoding tooLong = sequence(IntStream.generate(() -> 5).limit(13).toArray());

    assertThatThrownBy(() -> encoder.forward(Batch.of(List.of(SHORT, tooLong))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("sequence 1 has 13 tokens")
        .hasMessageContaining("12 positions")
        .hasMessageContaining("`max-length`");
  }

  @Test
  void refuses_a_missing_weight() {
    Map<String, Variable> incomplete = new HashMap<>(weights);
    incomplete.remove("encoder.layer.1.output.dense.bias");

    assertThatThrownBy(() -> Encoder.build(CONFIG, incomplete::get, LinearFactory.PLAIN))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "bert encoder: weight encoder.layer.1.output.dense.bias (16) is missing; is the model"
                + " file complete?");
  }

  @Test
  void refuses_a_weight_of_another_shape() {
    Map<String, Variable> wrong =
        RandomBert.with(
            weights,
            "encoder.layer.0.intermediate.dense.weight",
            weight -> Constant.of(weight.value().transpose()));

    assertThatThrownBy(() -> Encoder.build(CONFIG, wrong::get, LinearFactory.PLAIN))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "bert encoder: weight encoder.layer.0.intermediate.dense.weight is (16, 32), the"
                + " configuration needs (32, 16); the configuration and the weights do not belong"
                + " together");
  }
}
