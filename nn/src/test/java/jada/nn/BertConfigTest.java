package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BertConfigTest {
  private static BertConfig config(int layers, int heads, float epsilon, float dropout) {
    return new BertConfig(30522, 384, layers, heads, 1536, 512, 2, epsilon, dropout, 0.1f);
  }

  @Test
  void splits_the_hidden_size_among_the_heads() {
    assertThat(config(6, 12, 1e-12f, 0.1f).headSize()).isEqualTo(32);
  }

  @Test
  void changes_only_the_dropouts() {
    assertThat(config(6, 12, 1e-12f, 0.1f).withDropout(0, 0.5f))
        .isEqualTo(new BertConfig(30522, 384, 6, 12, 1536, 512, 2, 1e-12f, 0, 0.5f));
  }

  @Test
  void refuses_impossible_numbers_and_names_them() {
    assertThatThrownBy(() -> config(0, 12, 1e-12f, 0.1f))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("BertConfig: layers must be positive, got 0");
    assertThatThrownBy(() -> config(6, 10, 1e-12f, 0.1f))
        .hasMessage("BertConfig: heads must divide hiddenSize, got 10 heads for 384");
    assertThatThrownBy(() -> config(6, 12, 0, 0.1f))
        .hasMessage("BertConfig: layerNormEpsilon must lie between 0 and 1, got 0.0");
    assertThatThrownBy(() -> config(6, 12, Float.NaN, 0.1f))
        .hasMessage("BertConfig: layerNormEpsilon must lie between 0 and 1, got NaN");
    assertThatThrownBy(() -> config(6, 12, 1e-12f, 1))
        .hasMessage("BertConfig: hiddenDropout must be at least 0 and below 1, got 1.0");
  }
}
