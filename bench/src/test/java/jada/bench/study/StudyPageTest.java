package jada.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyPageTest {
  private static final double[] LORA = {0.90, 0.92, 0.91};
  private static final double[] JADA = {0.91, 0.95, 0.93};

  @TempDir private Path folder;
  private Path plan;
  private Path results;

  @BeforeEach
  void write() throws IOException {
    plan =
        Files.writeString(
            folder.resolve("plan.json"),
            """
            {"name": "Ranks", "budgets": [4], "seeds": [1, 2, 3], "reference": "lora",
             "arms": [{"name": "lora", "method": "lora"}, {"name": "jada", "preset": "jada"}],
             "tasks": [{"name": "one", "train": "a", "dev": "b"}]}
            """);
    results = folder.resolve("results.jsonl");
    StringBuilder lines = new StringBuilder();
    for (Cell cell : StudyPlan.read(plan).cells()) {
      double[] of = cell.arm().name().equals("lora") ? LORA : JADA;
      lines.append(line(cell, of[cell.seed() - 1], "d").json()).append('\n');
    }
    Files.writeString(results, lines);
  }

  private static ResultLine line(Cell cell, double accuracy, String data) {
    SequencedMap<String, Double> values = new LinkedHashMap<>(Map.of("accuracy", accuracy));
    ResultLine.Score score = new ResultLine.Score(10, values);
    return new ResultLine(
        cell.arm().name(),
        cell.task().name(),
        cell.budget(),
        cell.seed(),
        cell.settings(),
        List.of("t", data),
        ResultLine.FINISHED,
        "accuracy",
        score,
        List.of(score),
        0.25,
        10,
        100,
        2,
        50,
        90,
        60,
        new LinkedHashMap<>(Map.of("m", 4)),
        new LinkedHashMap<>(Map.of(5, 1.5, 10, 2.0)),
        List.of());
  }

  private String said(Path page) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    StudyPage.run(print, plan.toString(), results.toString(), "-o", page.toString());
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void tables_hold_what_can_be_worked_out_by_hand() throws IOException {
    Path page = folder.resolve("page.md");
    assertThat(said(page)).startsWith("6 of 6 runs: ");
    assertThat(Files.readString(page))
        .contains("# Ranks")
        .contains("| lora | 91.00 ± 1.00 (3) | 91.00 | 0 |")
        .contains("| jada | 93.00 ± 2.00 (3) | 93.00 | 0 |")
        // Differences 1, 3, 2: mean 2, s = 1, t = 2·√3 with two degrees of freedom: p = 0.074.
        // Half of the interval is 4.3027/√3 = 2.484. Within 0.3: t = −1.7·√3, p = 0.951.
        .contains("| jada | one | 3 | +2.00 | −0.48 to +4.48 | 0.074 | 0.074 | 0.951 |")
        // The least and the greatest of 27 samples have 1/27 each, more than 2.5 %.
        .contains("| jada | all tasks | 3 | +2.00 | +1.00 to +3.00 |  |  | not shown |")
        .contains("| jada | 60 | 90 | 2.00 | 0.25 | 0 |")
        .contains("| jada | one | 4 | 91.00 | 95.00 | 93.00 |")
        .contains("page-1.svg", "page-2.svg", "page-3.svg");
    assertThat(Files.readString(folder.resolve("page-1.svg")))
        .startsWith("<svg")
        .contains(">one<", ">jada<");
  }

  @Test
  void one_html_file_holds_tables_and_plots_and_the_same_bytes_again() throws IOException {
    Path page = folder.resolve("page.html");
    said(page);
    String html = Files.readString(page);
    assertThat(html).contains("<td>93.00 ± 2.00 (3)</td>").contains("<svg").endsWith("</html>\n");
    assertThat(html.split("r=\"2.5\"")).hasSize(6 + 1); // a dot for every run
    said(page);
    assertThat(page).hasContent(html);
  }

  @Test
  void runs_that_are_missing_leave_room() throws IOException {
    List<String> lines = Files.readAllLines(results);
    Files.writeString(results, String.join("\n", lines.subList(0, 5)) + "\n");
    Path page = folder.resolve("page.md");
    assertThat(said(page)).startsWith("5 of 6 runs: ");
    assertThat(Files.readString(page)).contains("| jada | one | 2 | +2.00 |");
  }

  @Test
  void a_failed_run_is_counted() throws IOException {
    Cell cell = StudyPlan.read(plan).cells().get(1);
    assertThat(cell.arm().name()).isEqualTo("jada");
    Files.writeString(results, Files.readString(results) + line(cell, 0.5, "d").json() + "\n");
    said(folder.resolve("page.md"));
    // The last line of a cell counts: 50, 95, 93.
    assertThat(Files.readString(folder.resolve("page.md")))
        .contains("| jada | 79.33 ± 25.42 (3) | 79.33 | 1 |");
  }

  @Test
  void runs_on_different_examples_are_not_compared() throws IOException {
    Cell cell = StudyPlan.read(plan).cells().get(1);
    Files.writeString(results, Files.readString(results) + line(cell, 0.9, "e").json() + "\n");
    assertThat(said(folder.resolve("page.md"))).contains("were run on different examples");
  }

  @Test
  void a_line_that_was_changed_by_hand_is_refused() throws IOException {
    Files.writeString(
        results, Files.readString(results).replaceFirst("\"beta1\":\"0.85\"", "\"beta1\":\"0.9\""));
    assertThat(said(folder.resolve("page.md")))
        .contains("results.jsonl:1: the settings are not those that the hash is of");
  }
}
