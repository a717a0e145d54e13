package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import jada.adalora.AdaLoraConfig;
import jada.adalora.testing.TinyBert;
import jada.nn.BertConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PredictorTest {
  private static final Path STATUS = Path.of("/proc/self/status");

  /// 12.6 million weights, nearly all of them in matrices: 50 MB, and 50 MB packed. Matrices of
  /// less than half a megabyte: the collector gives a larger one whole regions of its own, which
  /// would be counted as used.
  private static final BertConfig LARGE = new BertConfig(20, 320, 20, 4, 384, 12, 2, 1e-12f, 0, 0);

  private static Predictor predictor(BertConfig config) {
    Task task = Task.classification("no", "yes");
    return Predictor.of(AdaLora.adapt(TinyBert.encoder(config), task, AdaLoraConfig.defaults()));
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /// Bytes of this process that are in memory, heap included.
  private static long resident() throws IOException {
    try (var lines = Files.lines(STATUS)) {
      String line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
  }

  @Test
  void says_what_it_costs() throws IOException {
    assumeThat(STATUS).isReadable();
    predictor(TinyBert.CONFIG).predict("a b"); // classes are loaded, threads are there

    // What else the process does moves its resident memory, so that some attempts miss. A wrong
    // figure misses in all of them.
    List<String> misses = new ArrayList<>();
    for (int attempt = 0; attempt < 8 && misses.size() == attempt; attempt++) {
      measure().ifPresent(misses::add);
    }
    assertThat(misses).hasSizeLessThan(8);
  }

  /// Compares what a predictor takes with what it says; tells by how much it is wrong.
  private static Optional<String> measure() throws IOException {
    long heapBefore = heap();
    Predictor predictor = predictor(LARGE);
    long inHeap = heap() - heapBefore;
    long residentBefore = resident();
    predictor.predict("a b c");
    long packed = resident() - residentBefore;
    long said = predictor.bytes();
    predictor.close();
    long kept = heap() - heapBefore;
    return Math.abs(inHeap + packed - said) <= said / 5 && kept < inHeap / 10
        ? Optional.empty()
        : Optional.of(
            "in heap %s, packed %s, said %s, kept %s".formatted(inHeap, packed, said, kept));
  }

  @Test
  void does_not_answer_once_it_is_closed() {
    Predictor predictor = predictor(TinyBert.CONFIG);
    Predictor shorter = predictor.withMaxLength(4);
    Prediction answer = shorter.predict("a b c");

    predictor.close();
    predictor.close();

    assertThatThrownBy(() -> predictor.predict("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(predictor::bytes).isInstanceOf(IllegalStateException.class);
    assertThat(shorter.predict("a b c")).as("it is another").isEqualTo(answer);
  }

  @Test
  void refuses_a_length_without_room_for_a_text_or_beyond_the_models_positions() {
    try (Predictor predictor = predictor(TinyBert.CONFIG)) {
      assertThatThrownBy(() -> predictor.withMaxLength(1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> predictor.withMaxLength(13))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("texts of 13 tokens; the model has positions for 12");
      assertThat(predictor.withMaxLength(12).predict("a b c")).isNotNull();
    }
  }
}
