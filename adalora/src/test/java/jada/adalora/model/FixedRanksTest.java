package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.AdaLoraConfig;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.FineTuner;
import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each matrix with a number of triplets of its own from the start.
class FixedRanksTest {
  @TempDir private Path temp;

  private static Map<String, Integer> ranks() {
    Map<String, Integer> ranks = new LinkedHashMap<>(TinyRun.model(TinyRun.CONFIG).ranks());
    int[] next = {0};
    ranks.replaceAll((_, _) -> 1 + next[0]++ % 3);
    ranks.remove(ranks.keySet().iterator().next());
    return ranks;
  }

  private static AdaptedModel adapted(AdaLoraConfig config, Map<String, Integer> ranks) {
    return AdaLora.adapt(TinyBert.encoder(), TinyRun.TASK, config, 3, ranks);
  }

  @Test
  void ranks_are_kept_through_training_and_in_folders() {
    for (AdaLoraConfig config : List.of(TinyRun.CONFIG, TinyRun.EXACT)) {
      AdaptedModel model = adapted(config.withInitRank(3).withTargetRank(3), ranks());
      assertThat(model.ranks()).isEqualTo(ranks());
      FineTuner.of(model).options(TinyRun.OPTIONS).run(TinyRun.TRAIN, TinyRun.DEV);
      assertThat(model.ranks()).isEqualTo(ranks());

      Path folder = temp.resolve(config.gauge().name());
      PeftFolder.save(model, folder);
      AdaptedModel again = PeftFolder.load(TinyBert.encoder(), folder);
      ranks().forEach((name, rank) -> assertThat(again.ranks()).containsEntry(name, rank));
      assertThat(Evaluator.evaluate(again, TinyRun.DEV, 16).metrics())
          .isEqualTo(Evaluator.evaluate(model, TinyRun.DEV, 16).metrics());
    }
  }

  @Test
  void all_of_the_same_rank_are_the_run_without_pruning() {
    AdaLoraConfig config = TinyRun.CONFIG.withInitRank(3).withTargetRank(3);
    AdaptedModel usual = TinyRun.model(config);
    Map<String, Integer> same = new LinkedHashMap<>(usual.ranks());
    AdaptedModel fixed = adapted(config, same);
    for (AdaptedModel model : List.of(usual, fixed)) {
      FineTuner.of(model).options(TinyRun.OPTIONS).run(TinyRun.TRAIN, TinyRun.DEV);
    }
    assertThat(TinyRun.bits(fixed)).isEqualTo(TinyRun.bits(usual));
  }

  @Test
  void what_does_not_fit_is_refused() {
    AdaLoraConfig flat = TinyRun.CONFIG.withInitRank(3).withTargetRank(3);
    String name = ranks().keySet().iterator().next();
    assertThatThrownBy(() -> adapted(TinyRun.CONFIG, ranks()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("without pruning; got adalora with init-r 4 and target-r 2");
    assertThatThrownBy(() -> adapted(flat, Map.of(name, 4)))
        .hasMessageContaining(name + " must have from 1 to init-r 3 triplets, got 4");
    assertThatThrownBy(() -> adapted(flat, Map.of("nowhere", 1)))
        .hasMessageContaining("\"nowhere\" is none of the target modules");
  }
}
