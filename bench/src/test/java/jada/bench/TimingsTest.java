package jada.bench;

import static org.assertj.core.api.Assertions.assertThat;

import jada.nn.checkpoint.HuggingFaceFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The programs that the scripts of `compare/` start print what the scripts read.
class TimingsTest {
  private static final String NUMBER = "\\d+\\.\\d+";

  private interface Program {
    void main(String... arguments) throws Exception;
  }

  /// What a program prints when it is given this on standard input.
  private static String printed(String input, Program program, String... arguments)
      throws Exception {
    PrintStream out = System.out;
    InputStream in = System.in;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.main(arguments);
    } finally {
      System.setOut(out);
      System.setIn(in);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Path model(Path folder) {
    Path model = folder.resolve("model");
    HuggingFaceFolder.write(model, RandomModel.named("tiny", 105).model());
    return model;
  }

  @Test
  void steps_are_timed_with_their_memory() throws Exception {
    assertThat(printed("", StepTiming::main, "tiny", "adalora", "2", "6", "6", "2"))
        .matches(
            "tiny adalora 2 6 6 2 min \\d+ ms med \\d+ ms tokens/s \\d+ peak "
                + NUMBER
                + " % allocated "
                + NUMBER
                + " MB/step rss \\d+ MB\n");
  }

  @Test
  void products_are_timed_on_request() throws Exception {
    String requests =
        "33x20x17 linear 1 0.001\n33x20x17 prepacked 2 0.001\n33x20x17 gradient 1 0.001\n";
    assertThat(printed(requests, GemmTiming::main).lines())
        .hasSize(3)
        .allMatch(line -> line.matches(NUMBER + " " + NUMBER));
  }

  @Test
  void the_cost_of_the_budget_is_told_in_steps_and_parts() throws Exception {
    List<String> rows =
        printed("", BudgetTiming::main, "tiny", "2", "6", "3", "1")
            .lines()
            .filter(line -> line.startsWith("| ") && !line.contains(" ms |"))
            .toList();
    assertThat(rows)
        .hasSize(6)
        .allMatch(row -> row.matches("\\|[^|]+\\| +" + NUMBER + " \\| +" + NUMBER + "( %)? \\|"));
    assertThat(rows.get(2)).startsWith("| LoRA").endsWith("| 1.000 |"); // to itself
  }

  @Test
  void operations_grow_in_proportion_to_the_texts() throws Exception {
    String table = printed("", GrowthTiming::main, "texts", "2", "1", "1", "2");
    Matcher power = Pattern.compile("operations with (" + NUMBER + ")\\.").matcher(table);
    assertThat(power.find()).isTrue();
    assertThat(Double.parseDouble(power.group(1))).isBetween(0.98, 1.01);
    assertThat(table.lines().filter(line -> line.matches("\\| [12] \\|.*"))).hasSize(2);
  }

  @Test
  void fine_tuning_tells_of_its_first_step_and_of_its_end(@TempDir Path folder) throws Exception {
    Path train = folder.resolve("train.tsv");
    Files.writeString(train, "w1 w2\t0\nw3 w4 w5\t1\nw6\t0\n".repeat(12));
    assertThat(
            printed(
                "",
                TuneTiming::main,
                model(folder).toString(),
                train.toString(),
                "adalora",
                "4",
                "16",
                "1"))
        .matches("step 1 done\n9 steps \\d+ tokens " + NUMBER + " s\n");
  }

  @Test
  void predictions_are_timed_on_request(@TempDir Path folder) throws Exception {
    String requests = "encoder 1 3\ntext 2 3\nlabel 1 3\n";
    List<String> lines =
        printed(requests, PredictTiming::main, model(folder).toString(), "w1 w2").lines().toList();
    assertThat(lines.getFirst().split(" ")).hasSize(64); // channels
    assertThat(lines.subList(1, lines.size())).hasSize(3).allMatch(line -> line.matches(NUMBER));
  }

  @Test
  void the_answers_to_many_texts_are_timed_on_request(@TempDir Path folder) throws Exception {
    Path texts = Files.writeString(folder.resolve("texts"), "w1 w2\nw3 w4 w5\nw6\n".repeat(100));
    String requests =
        "encoder shared 1\nencoder callers 2\nlabel shared 2\nlabel callers 2\nlabel shared 1\n";
    List<String[]> answers =
        printed(requests, ScoreTiming::main, model(folder).toString(), texts.toString())
            .lines()
            .map(line -> line.split(" "))
            .toList();
    assertThat(answers).hasSize(5).allMatch(answer -> answer[1].equals("1200")); // [CLS], [SEP]
    assertThat(answers.get(0)[3]).isEqualTo(answers.get(1)[3]);
    assertThat(answers.get(2)[3]).isEqualTo(answers.get(3)[3]).isEqualTo(answers.get(4)[3]);
  }
}
