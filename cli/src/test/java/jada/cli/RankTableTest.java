package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RankTableTest {
  @Test
  void has_a_row_a_layer_and_a_column_a_matrix_whatever_the_order() {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    ranks.put("bert.encoder.layer.10.attention.self.query", 12);
    ranks.put("bert.encoder.layer.2.output.dense", 7);
    ranks.put("bert.encoder.layer.2.attention.output.dense", 1);
    ranks.put("bert.encoder.layer.2.attention.self.query", 0);
    ranks.put("bert.pooler.dense", 3);

    assertThat(RankTable.lines(ranks))
        .containsExactly(
            "  layer   q   o  ffn-out",
            "      2   0   1        7",
            "     10  12   -        -",
            "  bert.pooler.dense: 3");
  }

  @Test
  void is_empty_without_adapters() {
    assertThat(RankTable.lines(Map.of())).isEmpty();
  }
}
