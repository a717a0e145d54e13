package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.Method;
import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeapNeedTest {
  @TempDir private Path temp;

  @Test
  void counts_the_numbers_in_a_folder_without_reading_them() {
    Path model = new TinyWorld(temp).model();

    // Embeddings 57·32, their norm 64, two layers of 8,544.
    assertThat(HeapNeed.of(model.toString()))
        .contains(new HeapNeed(model.toString(), 59 * 32 + 64 + 2 * 8544));
  }

  @Test
  void knows_the_models_that_have_names() {
    assertThat(HeapNeed.of("all-minilm-l6-v2")).get().returns(22_565_376L, HeapNeed::parameters);
    for (String alias : List.of("minilm", "MiniLM", "All-MiniLM-L6-v2")) {
      assertThat(HeapNeed.of(alias)).as(alias).contains(new HeapNeed(alias, 22_565_376L));
    }
    assertThat(HeapNeed.of(temp.toString())).isEmpty();
  }

  @Test
  void says_how_much_is_needed_and_how_to_get_it() {
    HeapNeed bert = new HeapNeed("bert", 110_000_000);

    assertThatCode(() -> bert.require(500_000_000, Method.ADALORA)).doesNotThrowAnyException();
    assertThatThrownBy(() -> bert.require(256L << 20, Method.ADALORA))
        .isInstanceOf(InputException.class)
        .hasMessageMatching(
            "--model bert: has 110,000,000 parameters, which need 4[0-9.]+ MB of heap at the very"
                + " least, but Java may use 2[0-9.]+ MB; start it with JADA_OPTS=-Xmx2g");
    assertThatThrownBy(() -> bert.require(500_000_000, Method.FULL))
        .hasMessageContaining("1.76 GB")
        .hasMessageEndingWith("JADA_OPTS=-Xmx7g");
  }
}
