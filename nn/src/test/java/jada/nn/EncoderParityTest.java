package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.autograd.Constant;
import jada.nn.checkpoint.BertWeights;
import jada.nn.checkpoint.OnnxBert;
import jada.nn.text.Encoding;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The hidden states of all-MiniLM-L6-v2 for ten sentences, in one ragged batch, equal those that
/// onnxruntime computes for each sentence alone. Its numbers were made by
/// src/test/python/encoder_golden.py.
class EncoderParityTest {
  private static final int HEADS = 12;
  private static final int CHANNELS = 384;

  private static JsonNode golden;
  private static Encoder encoder;
  private static Batch batch;
  private static Tensor hidden;

  @BeforeAll
  static void computes() throws IOException {
    golden = Golden.read("encoder_golden.json");
    String model = "/all-minilm-l6-v2.onnx";
    try (InputStream in = EncoderParityTest.class.getResourceAsStream(model)) {
      BertWeights weights = OnnxBert.read(in, model, HEADS);
      encoder =
          Encoder.build(
              weights.config(),
              name -> Constant.of(weights.tensors().get(name)),
              LinearFactory.PLAIN);
    }
    List<Encoding> sequences = new ArrayList<>();
    for (JsonNode sentence : golden.get("cases")) {
      int[] types = Golden.ints(sentence.get("types"));
      int first = (int) Arrays.stream(types).filter(type -> type == 0).count();
      sequences.add(new Encoding(Golden.ints(sentence.get("ids")), first));
    }
    batch = Batch.of(sequences);
    try (Workers workers = Workers.of(2)) {
      hidden = workers.call(() -> encoder.forward(batch).value());
    }
  }

  @Test
  void reads_ten_sentences_of_different_lengths_one_of_them_a_pair() {
    assertThat(batch.sequences()).isEqualTo(10);
    assertThat(batch.tokenTypes()).contains(1);
    assertThat(hidden.shape()).isEqualTo(Shape.of(batch.tokens(), CHANNELS));
  }

  @Test
  void gives_the_first_tokens_that_onnxruntime_gives() {
    for (int i = 0; i < batch.sequences(); i++) {
      float[] expected = Golden.floats(golden.get("cases").get(i).get("first"));
      assertThat(expected).hasSize(CHANNELS);
      Tensor row = hidden.gatherRows(batch.offsets()[i]);
      Golden.assertClose("sentence " + i, row, expected, 1e-5, 0);
    }
  }

  @Test
  void gives_every_token_that_onnxruntime_gives() {
    int[] channels = Golden.ints(golden.get("channels"));
    for (int i = 0; i < batch.sequences(); i++) {
      JsonNode sentence = golden.get("cases").get(i);
      for (int position = 0; position < batch.length(i); position++) {
        Tensor row = hidden.gatherRows(batch.offsets()[i] + position);
        String what = "sentence " + i + " position " + position;
        float[] expected = Golden.floats(sentence.get("channels").get(position));
        Golden.assertClose(what, row.gatherColumns(channels), expected, 1e-5, 0);
        // The sum of 384 errors of random sign.
        assertThat((double) row.sum().item())
            .as(what)
            .isCloseTo(sentence.get("sums").get(position).asDouble(), within(1e-4));
      }
    }
  }

  @Test
  void gives_the_first_tokens_alone_too() {
    Tensor first = encoder.forward(batch, Rows.FIRST).value();

    for (int i = 0; i < batch.sequences(); i++) {
      float[] expected = Golden.floats(golden.get("cases").get(i).get("first"));
      Golden.assertClose("sentence " + i, first.gatherRows(i), expected, 1e-5, 0);
    }
  }
}
