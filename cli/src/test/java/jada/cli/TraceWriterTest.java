package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.training.TrainingListener.StepReport;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceWriterTest {
  @TempDir private Path temp;

  private static StepReport report(int step, double loss, Map<String, Integer> ranks) {
    return new StepReport(step, 0, loss, 0.25, 1e-3, 96, 96, 512, 1_234_567, ranks);
  }

  @Test
  void writes_one_object_a_step_with_ranks_when_they_change() {
    Path file = temp.resolve("trace.jsonl");
    try (TraceWriter trace = new TraceWriter(file, () -> {})) {
      trace.stepped(report(0, 1.5, Map.of("layer.0.query", 12)));
      trace.stepped(report(1, Double.NaN, Map.of()));
      trace.publish();
    }

    assertThat(file)
        .hasContent(
            """
            {"step":0,"loss":1.5,"orth_reg":0.25,"learning_rate":0.001,"budget":96,"active_triplets":96,"tokens":512,"millis":1.234,"ranks":{"layer.0.query":12}}
            {"step":1,"loss":null,"orth_reg":0.25,"learning_rate":0.001,"budget":96,"active_triplets":96,"tokens":512,"millis":1.234}
            """);
    assertThat(temp).isDirectoryNotContaining("glob:**.partial");
  }

  @Test
  void leaves_nothing_unless_it_is_complete() {
    try (TraceWriter trace = new TraceWriter(temp.resolve("trace.jsonl"), () -> {})) {
      trace.stepped(report(0, 1, Map.of()));
      assertThat(temp.resolve("trace.jsonl.partial")).isNotEmptyFile();
    }

    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void says_which_file_cannot_be_written() {
    Path file = temp.resolve("missing/trace.jsonl");

    assertThatThrownBy(() -> new TraceWriter(file, () -> {}))
        .isInstanceOf(OutputException.class)
        .hasMessageStartingWith(file + ": cannot be written: ")
        .hasMessageContaining("NoSuchFile");
  }
}
