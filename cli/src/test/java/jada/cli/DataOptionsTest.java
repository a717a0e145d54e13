package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `finetune` and `evaluate` say about the data, and how they are told to read them.
class DataOptionsTest {
  private static final String PAIRS =
      "question\tsentence\tlabel\tindex\nlumo\tbrisa\tyes\t1\nmorbo\tlumo\tno\t2\n";

  @TempDir private Path temp;
  private TinyWorld world;

  @BeforeEach
  void make() {
    world = new TinyWorld(temp);
  }

  private Captured finetune(int status, Path train, Object dev, Object... more) {
    Captured jada = new Captured();
    Object[] all = new Object[11 + more.length];
    Object[] usual = {
      "finetune",
      "--model",
      world.model(),
      "--train",
      train,
      "--dev",
      dev,
      "--max-steps",
      1,
      "--out",
      temp.resolve("out")
    };
    System.arraycopy(usual, 0, all, 0, usual.length);
    System.arraycopy(more, 0, all, usual.length, more.length);
    assertThat(jada.run(all)).as(jada.err()).isEqualTo(status);
    return jada;
  }

  @Test
  void columns_that_are_not_read_are_told_once() {
    Path train = world.file("train.tsv", PAIRS);
    Path dev = world.file("dev.tsv", PAIRS.replace("lumo\t", "tavo\t").replace("morbo", "keldo"));

    Captured jada = finetune(0, train, dev);

    assertThat(jada.errLines())
        .filteredOn(line -> line.contains("columns"))
        .containsExactly(
            train + ": columns: text = question, pair = sentence, label; not read: index");
    assertThat(jada.err()).doesNotContain("also in train");
    Path other = world.file("other.tsv", PAIRS.replace("index", "idx"));
    Captured evaluate = new Captured();
    assertThat(evaluate.run("evaluate", "--adapter", temp.resolve("out"), "--data", other))
        .isZero();
    assertThat(evaluate.errLines())
        .contains(other + ": columns: text = question, pair = sentence, label; not read: idx");
  }

  @Test
  void nothing_is_said_where_all_columns_are_read() {
    assertThat(finetune(0, world.data("train.tsv", 40, 1), world.data("dev.tsv", 10, 2)).err())
        .doesNotContain("columns", "also in train");
  }

  @Test
  void texts_of_dev_that_are_in_train_are_counted() {
    Path train = world.data("train.tsv", 40, 1);

    assertThat(finetune(0, train, train).errLines())
        .contains(
            "jada: dev: 40 of 40 texts are also in train; the answers to them say little about new"
                + " texts");
  }

  @Test
  void so_are_those_of_a_part_that_is_held_out() throws IOException {
    Path train = world.data("train.tsv", 40, 1);
    String rows = Files.readString(train).replaceFirst("sentence\tlabel\n", "");
    Files.writeString(train, "sentence\tlabel\n" + rows.repeat(20));

    assertThat(finetune(0, train, "10%").errLines())
        .contains(
            "jada: dev: 80 of 80 texts are also in train; the answers to them say little about new"
                + " texts");
  }

  @Test
  void the_header_is_what_the_option_says_and_the_record_knows_it() throws IOException {
    StringBuilder rows = new StringBuilder("id\treview\tsentiment\n");
    for (int i = 0; i < 10; i++) {
      rows.append(i).append(i % 2 == 0 ? "\tlumo brisa\tpos\n" : "\tmorbo sulk\tneg\n");
    }
    Path file = world.file("reviews.tsv", rows.toString());
    Object[] numbers = {"--text-column", 2, "--label-column", 3};

    assertThat(finetune(2, file, file, numbers).errLines())
        .containsExactly(
            "jada: %s:1: the label 'sentiment' occurs only here, so this row looks like a header:"
                    .formatted(file)
                + " 'id?review?sentiment'; if it is, give --text-column and --label-column by name,"
                    .replace("?", ", ")
                + " or --header yes beside their numbers; if it is an example, --header no");
    finetune(0, file, file, "--text-column", 2, "--label-column", 3, "--header", "yes");
    JsonNode run = new JsonMapper().readTree(Files.readString(temp.resolve("out/run.json")));
    assertThat(run.at("/task/labels")).hasSize(2);
    assertThat(run.at("/options/header").stringValue()).isEqualTo("yes");
    Captured again = new Captured();
    assertThat(again.run("finetune", "--repeat", temp.resolve("out"), "--out", temp.resolve("2")))
        .as(again.err())
        .isZero();
    assertThat(finetune(2, file, file, "--header", "maybe").errLines())
        .containsExactly(
            "jada: --header: must be find, yes or no, got maybe; see jada finetune --help");
  }

  @Test
  void a_table_has_no_several_labels() {
    Path file = world.file("multi.csv", "text,label\nlumo,\"a,b\"\nmorbo,b\n");

    assertThat(
            finetune(
                    2, file, world.file("dev.csv", "text,label\ntavo,b\n"), "--task", "multi-label")
                .errLines())
        .containsExactly(
            "jada: --task multi-label: no text of %s has a list of labels, and 'a,b' would be one"
                    .formatted(file)
                + " label; give JSON Lines with lists: {\"text\": \"…\", \"label\": [\"a\","
                + " \"b\"]}");
  }
}
