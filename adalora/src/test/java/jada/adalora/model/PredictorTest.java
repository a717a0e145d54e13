package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import jada.adalora.AdaLoraConfig;
import jada.adalora.testing.TinyBert;
import jada.nn.BertConfig;
import jada.nn.text.Input;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PredictorTest {
  private static final Path STATUS = Path.of("/proc/self/status");

  /// 12.6 million weights, nearly all of them in matrices: 50 MB, and 50 MB packed. Matrices of
  /// less than half a megabyte: the collector gives a larger one whole regions of its own, which
  /// would be counted as used.
  private static final BertConfig LARGE = new BertConfig(20, 320, 20, 4, 384, 12, 2, 1e-12f, 0, 0);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

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

  /// The bytes that the calling thread allocates, the least of many times: kernels that are not yet
  /// compiled allocate their vectors.
  private static long allocatedBy(Supplier<Predictor> predictor, List<Input> texts) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 400; i++) {
      Predictor answering = predictor.get();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      answering.predict(texts);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  @Test
  void uses_the_memory_of_a_batch_again_from_layer_to_layer_and_from_call_to_call() {
    List<Input> texts = Collections.nCopies(32, Input.of("a b c d e f g h"));
    List<Predictor> predictors =
        IntStream.of(2, 8)
            .mapToObj(n -> new BertConfig(20, 64, n, 4, 128, 40, 2, 1e-12f, 0.1f, 0.1f))
            .map(PredictorTest::predictor)
            .toList();

    long few = allocatedBy(() -> predictors.getFirst().withMaxLength(12), texts); // a new one
    long many = allocatedBy(() -> predictors.getLast().withMaxLength(12), texts);
    long again = allocatedBy(predictors::getLast, texts);

    assertThat(many).as("8 layers, not 2").isLessThan(few + few / 2);
    assertThat(again).as("a later call").isLessThan(many / 2);
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
