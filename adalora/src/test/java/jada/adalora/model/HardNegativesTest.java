package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.AdaLoraConfig;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Progress;
import jada.adalora.testing.TinyBert;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class HardNegativesTest {
  private static final Embedder EMBEDDER =
      Embedder.of(AdaLora.adapt(TinyBert.encoder(), Task.embedding(), AdaLoraConfig.penalized()));
  private static final List<String> DOCUMENTS = List.of("a b", "c", "d e f", "g", "h i", "j k l");

  private static Dataset pairs() {
    List<Example> pairs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      pairs.add(pair("f g".repeat(i + 1).substring(0, i + 1).strip(), DOCUMENTS.get(i)));
    }
    pairs.add(pair("f", DOCUMENTS.get(2))); // the first query has a second answer
    return Dataset.of("pairs", pairs, DOCUMENTS.subList(4, 6));
  }

  private static Example pair(String query, String document) {
    return new Example(Input.of(query, document), List.of());
  }

  /// The cosine of every query and document.
  private static Map<String, Double> cosines(Dataset pairs) {
    Map<String, Double> cosines = new HashMap<>();
    for (Example example : pairs.examples()) {
      Tensor q = EMBEDDER.queries(List.of(example.text()));
      Tensor d = EMBEDDER.documents(DOCUMENTS);
      for (int i = 0; i < DOCUMENTS.size(); i++) {
        double sum = 0;
        for (int j = 0; j < 16; j++) {
          sum += (double) q.get(0, j) * d.get(i, j);
        }
        cosines.put(example.text() + "|" + DOCUMENTS.get(i), sum);
      }
    }
    return cosines;
  }

  private static HardNegatives mining(int count, int skip, OptionalDouble absolute) {
    OptionalDouble none = OptionalDouble.empty();
    return new HardNegatives(count, skip, 50, absolute, none, none, none);
  }

  @Test
  void without_margins_they_are_the_nearest_documents_that_are_no_answer() {
    Dataset pairs = pairs();
    Map<String, Double> cosines = cosines(pairs);
    Dataset mined = mining(2, 1, OptionalDouble.empty()).mine(pairs, EMBEDDER, Progress.none());
    assertThat(mined.size()).isEqualTo(pairs.size());
    for (Example example : mined.examples()) {
      List<String> wrong = new ArrayList<>(DOCUMENTS);
      wrong.remove(example.pair().orElseThrow());
      if (example.text().equals("f")) {
        wrong.removeAll(List.of(DOCUMENTS.get(0), DOCUMENTS.get(2)));
      }
      wrong.sort(
          (a, b) ->
              Double.compare(
                  cosines.get(example.text() + "|" + b), cosines.get(example.text() + "|" + a)));
      assertThat(example.negatives()).isEqualTo(wrong.subList(1, 3)); // the nearest is passed over
    }
  }

  @Test
  void a_margin_keeps_out_what_lies_as_near_as_the_answer() {
    Dataset pairs = pairs();
    Map<String, Double> cosines = cosines(pairs);
    Dataset mined = mining(6, 0, OptionalDouble.of(0.05)).mine(pairs, EMBEDDER, Progress.none());
    int all = 0;
    for (Example example : mined.examples()) {
      double right = cosines.get(example.text() + "|" + example.pair().orElseThrow());
      for (String negative : example.negatives()) {
        assertThat(cosines.get(example.text() + "|" + negative)).isLessThan(right - 0.05 + 1e-6);
        all++;
      }
    }
    assertThat(all).isBetween(1, 5 * 4);
  }

  @Test
  void refuses_scores_and_ranges_that_hold_nothing() {
    Dataset scored = Dataset.of("scored", List.of(new Example(Input.of("a", "b"), List.of("0.5"))));
    assertThatThrownBy(() -> HardNegatives.DEFAULT.mine(scored, EMBEDDER, Progress.none()))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "scored:1: hard negatives are for pairs of query and document without a score; give"
                + " such pairs");
    assertThatThrownBy(() -> mining(1, 50, OptionalDouble.empty()))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "`negatives` 1, `range-min` 50, `range-max` 50: give 1 or more negatives, and a range"
                + " that holds them");
  }
}
