package jada.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import jada.nn.EncoderConfig;
import jada.nn.Families;
import jada.nn.Family;
import jada.nn.Pooling;
import jada.nn.checkpoint.BertWeights;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.OnnxBert;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxModelTest {
  @TempDir private Path temp;

  static Stream<String> families() {
    return TinyModel.FAMILIES.stream();
  }

  private Path written(PretrainedModel model) {
    Path file = temp.resolve("model.onnx");
    OnnxModel.write(model, file);
    return file;
  }

  private ModelProto proto(PretrainedModel model) throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(written(model)));
  }

  private static String text(ValueInfoProto value) {
    List<String> sizes =
        value.getType().getTensorType().getShape().getDimList().stream()
            .map(OnnxModelTest::text)
            .toList();
    return value.getName() + " " + value.getType().getTensorType().getElemType() + " " + sizes;
  }

  private static String text(TensorShapeProto.Dimension size) {
    return size.hasDimValue() ? "" + size.getDimValue() : size.getDimParam();
  }

  @ParameterizedTest
  @MethodSource("families")
  void inputs_and_outputs_stand_where_programs_look_for_them(String family) throws IOException {
    ModelProto encoder = proto(TinyModel.encoder(family));
    assertThat(encoder.getGraph().getInputList().stream().map(OnnxModelTest::text))
        .containsExactlyElementsOf(
            family.equals("bert")
                ? List.of(
                    "input_ids 7 [batch_size, sequence_length]",
                    "attention_mask 7 [batch_size, sequence_length]",
                    "token_type_ids 7 [batch_size, sequence_length]")
                : List.of(
                    "input_ids 7 [batch_size, sequence_length]",
                    "attention_mask 7 [batch_size, sequence_length]"));
    assertThat(encoder.getGraph().getOutputList().stream().map(OnnxModelTest::text))
        .containsExactly(
            "last_hidden_state 1 [batch_size, sequence_length, 16]",
            "sentence_embedding 1 [batch_size, 16]");

    ModelProto classifier = proto(TinyModel.classifier(family, "a", "b", "c"));
    assertThat(classifier.getGraph().getOutputList().stream().map(OnnxModelTest::text))
        .containsExactly("logits 1 [batch_size, 3]");
  }

  @Test
  void the_file_is_of_an_old_form_and_names_its_maker() throws IOException {
    ModelProto proto = proto(TinyModel.encoder("bert"));

    assertThat(proto.getIrVersion()).isEqualTo(7);
    assertThat(proto.getOpsetImportList())
        .singleElement()
        .satisfies(set -> assertThat(set.getVersion()).isEqualTo(14))
        .satisfies(set -> assertThat(set.getDomain()).isEmpty());
    assertThat(proto.getProducerName()).isEqualTo("jada");
    assertThat(proto.getProducerVersion()).matches("\\d+\\..*");
  }

  @ParameterizedTest
  @MethodSource("families")
  void constants_have_the_names_of_hugging_face(String family) {
    PretrainedModel model = TinyModel.classifier(family, "a", "b");
    Family of = model.config().family();

    Map<String, Tensor> constants = OnnxGraph.read(written(model)).constants();

    model
        .weights()
        .forEach(
            (name, weight) -> {
              boolean isMatrix =
                  weight.shape().rank() == 2
                      && !name.contains("embeddings.")
                      && !name.contains("relative");
              Tensor constant = constants.get(of.path(name) + (isMatrix ? "_transposed" : ""));
              assertThat(constant).as(name).isNotNull();
              Tensor expected = isMatrix ? weight.transpose() : weight;
              assertThat(constant.shape()).isEqualTo(expected.shape());
              assertThat(constant.array()).containsExactly(expected.array());
            });
    assertThat(constants.keySet())
        .filteredOn(name -> !name.startsWith("/constant/"))
        .hasSameSizeAs(model.weights().keySet());
  }

  @Test
  void jada_reads_its_own_weights_again() {
    for (PretrainedModel model :
        List.of(TinyModel.encoder("bert"), TinyModel.classifier("bert", "a", "b"))) {
      BertWeights read = OnnxBert.read(written(model), 4);

      assertThat(read.tensors()).isNotEmpty();
      read.tensors()
          .forEach(
              (name, weight) ->
                  assertThat(weight.array())
                      .as(name)
                      .containsExactly(model.weights().get(name).array()));
    }
  }

  @Test
  void the_file_says_how_vectors_are_made() {
    EmbeddingForm form =
        EmbeddingForm.of(Pooling.CLS)
            .withNormalize(false)
            .withPrompts("query: ", "passage: ")
            .withMaxLength(12);

    Map<String, String> metadata =
        new LinkedHashMap<>(OnnxGraph.read(written(TinyModel.encoder("mpnet", form))).metadata());

    assertThat(metadata.remove("jada_version")).matches("\\d+\\..*");
    assertThat(metadata)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "family", "mpnet",
                "weights_checksum", "c0ffee",
                "max_length", "12",
                "pooling", "cls",
                "normalize", "false",
                "query_prompt", "query: ",
                "document_prompt", "passage: "));
  }

  @Test
  void texts_are_cut_at_the_positions_where_nothing_else_is_known() {
    EmbeddingForm longer = EmbeddingForm.DEFAULT.withMaxLength(512);

    for (PretrainedModel model :
        List.of(
            TinyModel.encoder("roberta"),
            TinyModel.encoder("roberta", longer),
            TinyModel.classifier("roberta", "a"))) {
      assertThat(OnnxGraph.read(written(model)).metadata()).containsEntry("max_length", "20");
    }
  }

  @Test
  void equal_models_give_equal_files() throws IOException {
    byte[] first = Files.readAllBytes(written(TinyModel.encoder("mpnet")));

    assertThat(Files.readAllBytes(written(TinyModel.encoder("mpnet")))).isEqualTo(first);
  }

  @Test
  void a_foreign_family_is_refused_by_its_name() {
    PretrainedModel bert = TinyModel.encoder("bert");
    Family own = proxy(Family.class, Families.BERT, "type", "own");
    EncoderConfig config = proxy(EncoderConfig.class, bert.config(), "family", own);
    PretrainedModel model =
        new PretrainedModel("own", config, bert.tokenizer(), bert.weights(), "none");

    assertThatThrownBy(() -> OnnxModel.write(model, temp.resolve("model.onnx")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("models of the family 'own' cannot be written as ONNX");
    assertThat(temp).isEmptyDirectory();
  }

  /// The same object with another answer to one question.
  private static <T> T proxy(Class<T> type, T same, String method, Object answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, asked, arguments) ->
                asked.getName().equals(method) ? answer : asked.invoke(same, arguments)));
  }

  @Test
  void a_form_that_is_not_computed_is_refused() {
    EmbeddingForm refused =
        new EmbeddingForm(
            Pooling.MEAN,
            true,
            "",
            "",
            OptionalInt.empty(),
            Optional.of("1_Pooling/config.json: the pooling max is not computed here"));

    assertThatThrownBy(() -> written(TinyModel.encoder("bert", refused)))
        .isInstanceOf(InputException.class)
        .hasMessage("1_Pooling/config.json: the pooling max is not computed here");
  }

  @Test
  void a_missing_weight_is_named() {
    PretrainedModel model = TinyModel.classifier("bert", "a", "b");
    Map<String, Tensor> weights = new LinkedHashMap<>(model.weights());
    weights.remove("pooler.dense.weight");

    assertThatThrownBy(
            () ->
                written(
                    new PretrainedModel(
                        "lossy", model.config(), model.tokenizer(), weights, "none")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "onnx: the weight pooler.dense.weight [16, 16] of lossy is missing; use a model with"
                + " all its weights");
  }

  @Test
  void two_gibibytes_are_too_much() {
    OnnxModel.requireRoom("small", (1L << 31) - (16 << 20));

    assertThatThrownBy(() -> OnnxModel.requireRoom("large", 1L << 31))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            "onnx: the weights of large take 2048 MiB, one ONNX file holds less than 2048");
  }
}
