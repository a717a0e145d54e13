package jada.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.OnnxEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import jada.nn.Pooling;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Encoding;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// ONNX Runtime and langchain4j, the native programs that Java programs read such folders with,
/// give the numbers of Jada's network. Runs with `mvn -Pnative-peers -pl onnx -am test`.
class NativePeersTest {
  private static final float LIMIT = 1e-5f;
  private static final List<String> TEXTS =
      Stream.concat(TinyModel.TEXTS.stream(), Stream.of(TinyModel.LONG)).toList();

  @TempDir private Path temp;

  static Stream<PretrainedModel> encoders() {
    return Stream.concat(
        Stream.of(TinyModel.miniLm()),
        TinyModel.FAMILIES.stream()
            .flatMap(
                family ->
                    Stream.of(Pooling.values())
                        .map(p -> TinyModel.encoder(family, EmbeddingForm.of(p)))));
  }

  static Stream<PretrainedModel> classifiers() {
    return TinyModel.FAMILIES.stream().map(family -> TinyModel.classifier(family, "a", "b", "c"));
  }

  private Path folder(PretrainedModel model) {
    Path folder = temp.resolve("onnx");
    OnnxFolder.write(model, folder);
    return folder;
  }

  private static List<Encoding> encodings(PretrainedModel model) {
    int length = Purpose.of(model).maxLength();
    return TEXTS.stream().map(text -> model.tokenizer().encode(text, length)).toList();
  }

  @ParameterizedTest
  @MethodSource("encoders")
  void onnx_runtime_gives_the_vectors(PretrainedModel model) throws OrtException {
    float worst = onnxRuntime(model, "sentence_embedding");
    tell("onnxruntime", model, worst);
    assertThat(worst).isLessThan(LIMIT);
  }

  @ParameterizedTest
  @MethodSource("classifiers")
  void onnx_runtime_gives_the_logits(PretrainedModel model) throws OrtException {
    float worst = onnxRuntime(model, "logits");
    tell("onnxruntime", model, worst);
    assertThat(worst).isLessThan(LIMIT);
  }

  /// The largest difference, with each text alone and all in a padded batch.
  private float onnxRuntime(PretrainedModel model, String output) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    float worst = 0;
    List<Encoding> all = encodings(model);
    String file = folder(model).resolve(OnnxFolder.MODEL).toString();
    try (OrtSession session = environment.createSession(file)) {
      float[][] together = run(environment, session, model, output, all);
      for (int i = 0; i < all.size(); i++) {
        float[] own = OnnxCheck.computed(model, all.get(i)).array();
        float[] alone = run(environment, session, model, output, List.of(all.get(i)))[0];
        for (int k = 0; k < alone.length; k++) {
          worst = Math.max(worst, Math.abs(alone[k] - own[k]));
          worst = Math.max(worst, Math.abs(together[i][k] - own[k]));
        }
      }
    }
    return worst;
  }

  private static float[][] run(
      OrtEnvironment environment,
      OrtSession session,
      PretrainedModel model,
      String output,
      List<Encoding> encodings)
      throws OrtException {
    Map<String, Tensor> padded = OnnxCheck.padded(encodings, model.tokenizer().paddingId());
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (String name : session.getInputNames()) {
      inputs.put(name, OnnxTensor.createTensor(environment, longs(padded.get(name))));
    }
    try (OrtSession.Result result = session.run(inputs)) {
      return (float[][]) result.get(output).orElseThrow().getValue();
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static long[][] longs(Tensor x) {
    long[][] rows = new long[x.shape().dim(0)][x.shape().columns()];
    for (int i = 0; i < x.size(); i++) {
      rows[i / x.shape().columns()][i % x.shape().columns()] = (long) x.array()[i];
    }
    return rows;
  }

  // langchain4j cuts a text into tokens, joins them with blanks and cuts it again, which WordPiece
  // and
  // Unigram bear, but the bytes of RoBERTa's tokenizer do not.
  static Stream<PretrainedModel> encodersOfLangchain4j() {
    return encoders().filter(model -> !model.config().family().type().equals("roberta"));
  }

  @ParameterizedTest
  @MethodSource("encodersOfLangchain4j")
  void langchain4j_gives_the_vectors_of_texts(PretrainedModel model) {
    Path folder = folder(model);
    OnnxEmbeddingModel peer =
        new OnnxEmbeddingModel(
            folder.resolve(OnnxFolder.MODEL),
            folder.resolve("tokenizer.json"),
            Purpose.of(model).form().pooling() == Pooling.CLS ? PoolingMode.CLS : PoolingMode.MEAN);
    List<Encoding> encodings = encodings(model);
    float worst = 0;
    for (int i = 0; i < TEXTS.size(); i++) {
      if (TEXTS.get(i).isEmpty()) {
        continue; // langchain4j has no vector of nothing
      }
      float[] own = OnnxCheck.computed(model, encodings.get(i)).array();
      float[] vector = peer.embed(TextSegment.from(TEXTS.get(i))).content().vector();
      assertThat(vector).as(TEXTS.get(i)).containsExactly(own, within(LIMIT));
      for (int k = 0; k < own.length; k++) {
        worst = Math.max(worst, Math.abs(vector[k] - own[k]));
      }
    }
    tell("langchain4j", model, worst);
  }

  private static void tell(String peer, PretrainedModel model, float worst) {
    System.out.println(
        peer + " " + model.name() + " " + Purpose.of(model).form().pooling() + " " + worst);
  }
}
