package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
  private static final String REVIEWS =
      "id,review,sentiment\n1,good,pos\n2,bad,neg\n3,fine,pos\n4,sad,neg\n";

  @TempDir private Path folder;

  private Path file(String name, String content) {
    try {
      return Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static DatasetReader reader(Columns columns) {
    return new DatasetReader(columns, StandardCharsets.UTF_8);
  }

  private static Columns numbers(int text, int label) {
    return Columns.byHeader().withText(Integer.toString(text)).withLabel(Integer.toString(label));
  }

  /// The message without the folder.
  private String refusal(DatasetReader reader, Path file) {
    InputException e = catchThrowableOfType(InputException.class, () -> reader.read(file));
    assertThat(e).as("refused").isNotNull();
    return e.getMessage().replace(folder + "/", "");
  }

  @Test
  void a_header_is_suspected_also_where_columns_are_given_by_number() {
    DatasetReader reader = reader(numbers(2, 3));
    Path file = file("a.csv", REVIEWS);

    assertThat(refusal(reader, file))
        .isEqualTo(
            "a.csv:1: the label 'sentiment' occurs only here, so this row looks like a header: 'id,"
                + " review, sentiment'; if it is, give `text-column` and `label-column` by name, or"
                + " `header` yes beside their numbers; if it is an example, `header` no");
    assertThat(refusal(reader, file("b.csv", "id,Review,Label\n1,good,pos\n")))
        .startsWith("b.csv:1: the label 'Label' occurs only here");
    assertThat(refusal(reader, file("c.csv", "a,b,grade\n1,x,4.5\n2,y,3\n3,z,1\n")))
        .startsWith("c.csv:1: the label 'grade' occurs only here");
  }

  @Test
  void a_header_is_what_it_is_said_to_be() {
    DatasetReader reader = reader(numbers(2, 3));
    Path file = file("a.csv", REVIEWS);

    assertThat(reader.withHeader(HeaderRow.YES).read(file).examples())
        .hasSize(4)
        .first()
        .isEqualTo(Example.of("good", "pos"));
    assertThat(reader.withHeader(HeaderRow.NO).read(file).examples())
        .hasSize(5)
        .first()
        .isEqualTo(Example.of("review", "sentiment"));
    DatasetReader named = reader(Columns.byHeader().withText("Review").withLabel("sentiment"));
    assertThat(named.read(file).size()).isEqualTo(4);
    assertThat(refusal(named.withHeader(HeaderRow.NO), file))
        .isEqualTo("a.csv: `header` no, so no column is called 'Review'; give its number");
    assertThat(new DatasetReader().withHeader(HeaderRow.NO).read(file("k.csv", "text,label\n")))
        .extracting(Dataset::size)
        .isEqualTo(1);
    assertThat(refusal(new DatasetReader().withHeader(HeaderRow.YES), file("u.csv", "a,b\nx,y\n")))
        .startsWith("u.csv:1: no column");
  }

  @Test
  void more_columns_than_two_without_a_known_name_are_shown() {
    assertThat(refusal(new DatasetReader(), file("a.csv", REVIEWS)))
        .isEqualTo(
            "a.csv:1: 3 columns and no known column name among 'id, review, sentiment'; say which"
                + " with `text-column` and `label-column`, by name or by number from 1");
  }

  @Test
  void a_header_is_no_input_either() {
    Path file = file("a.csv", "id,review\n1,good\n");
    DatasetReader reader = reader(Columns.byHeader().withText("2"));

    assertThat(catchThrowableOfType(InputException.class, () -> reader.readInputs(file)))
        .hasMessage(
            file
                + ":1: this row looks like a header: 'id, review'; if it is, give `text-column` by"
                + " name, or `header` yes beside their numbers; if it is an example, `header` no");
    assertThat(reader.withHeader(HeaderRow.YES).readInputs(file)).containsExactly(Input.of("good"));
    assertThat(reader.withHeader(HeaderRow.NO).readInputs(file)).hasSize(2);
  }

  @Test
  void a_header_that_comes_again_is_no_example() {
    assertThat(
            refusal(new DatasetReader(), file("a.tsv", "text\tlabel\nx\ty\ntext\tlabel\nz\ty\n")))
        .isEqualTo("a.tsv:3: is the header once more; remove it, or it would be an example");
  }

  @ParameterizedTest
  @CsvSource({
    "text,text_pair",
    "question,sentence",
    "sentence1,sentence2",
    "sentence_A,sentence_B",
    "premise,hypothesis",
    "question1,question2",
    "query,document",
    "Question,Passage"
  })
  void usual_pairs_are_pairs(String first, String second) {
    Path file = file("a.tsv", second + "\tidx\t" + first + "\tlabel\nb\t0\ta\tsame\n");
    Dataset data = new DatasetReader().read(file);

    assertThat(data.examples()).containsExactly(Example.of("a", "b", "same"));
    assertThat(data.columns().orElseThrow().description())
        .isEqualTo(
            "%s, pair = %s, label; not read: idx"
                .formatted(first.equals("text") ? "text" : "text = " + first, second));
    assertThat(new DatasetReader().readInputs(file)).containsExactly(Input.of("a", "b"));
  }

  @Test
  void columns_that_are_not_read_are_known() {
    Path file = file("a.csv", "title,text,label,te\u001bxt2\nx,y,z,w\n");
    UsedColumns columns = new DatasetReader().read(file).columns().orElseThrow();
    assertThat(columns.unread()).hasSize(2);
    assertThat(columns.description()).isEqualTo("text, label; not read: title, te?xt2");

    Path bare = file("b.csv", "1,x,y,2\n");
    assertThat(reader(numbers(2, 3)).read(bare).columns().orElseThrow().description())
        .isEqualTo("text = 2, label = 3; not read: 1, 4");
    assertThat(new DatasetReader().read(file("c.tsv", "x\ty\n")).columns().orElseThrow().unread())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'\"good, \"\"so\"\"\"\t\"pos\"\nbad\t\"neg\"\n'|'good, \"so\"'|pos",
        "'\"text\"\t\"label\"\n\"good\"\t1\n'|good|1",
        "'text\tlabel\n\"He said \"\"no\"\"\"\tneg\n'|'He said \"no\"'|neg"
      })
  void tsv_that_is_quoted_as_csv_is_read_so(String content, String text, String label) {
    String tabs = content.replace("\\t", "\t").replace("\\n", "\n");
    assertThat(new DatasetReader().read(file("a.tsv", tabs)).examples().getFirst())
        .isEqualTo(Example.of(text, label));
  }

  @Test
  void quotes_in_tsv_are_letters_where_one_does_not_stand_around_a_cell() {
    Path file = file("a.tsv", "\"All of it.\"\tx\n\"Go,\" he said\ty\n");
    assertThat(new DatasetReader().read(file).examples())
        .containsExactly(Example.of("\"All of it.\"", "x"), Example.of("\"Go,\" he said", "y"));
  }

  @ParameterizedTest
  @CsvSource({"a.tsv,'\t'", "a.csv,', '"})
  void a_label_does_not_keep_its_quotes(String name, String separator) {
    String content = "say \"hi\" x%s\"pos\"\nbad%s\"neg\"\n".formatted(separator, separator);
    assertThat(refusal(new DatasetReader(), file(name, content)))
        .isEqualTo(
            name
                + ":1: the label '\"pos\"' would be a class with its quotes, because not all quotes"
                + " of the file stand around a cell; remove them, or use CSV without spaces beside"
                + " the commas");
  }

  @Test
  void the_first_line_of_plain_lines_is_a_text() {
    DatasetReader reader = new DatasetReader();
    for (String name : List.of("l.txt", "l", "l.log")) {
      Path file = file(name, "Text\nit works\n");
      assertThat(reader.readInputs(file)).containsExactly(Input.of("Text"), Input.of("it works"));
      assertThat(reader.isPlainLines(file)).isTrue();
      assertThat(reader.withHeader(HeaderRow.YES).isPlainLines(file)).isFalse();
      assertThat(reader.withHeader(HeaderRow.YES).readInputs(file))
          .containsExactly(Input.of("it works"));
      Path table = file(name, "text\tlabel\nit works\tx\n");
      assertThat(reader.readInputs(table)).containsExactly(Input.of("it works"));
    }
    for (String name : List.of("l.tsv", "l.csv")) {
      Path file = file(name, "Text\nit works\n");
      assertThat(reader.readInputs(file)).containsExactly(Input.of("it works"));
      assertThat(reader.isPlainLines(file)).isFalse();
    }
    assertThat(reader.withHeader(HeaderRow.NO).readInputs(file("l.tsv", "Text\nit works\n")))
        .hasSize(2);
  }

  @Test
  void a_colon_makes_no_class_of_a_text_without_labels() {
    DatasetReader reader = new DatasetReader();
    Path log = file("app.log", "WARN:disk usage is bad\n");
    assertThat(reader.readInputs(log)).containsExactly(Input.of("WARN:disk usage is bad"));
    assertThat(reader.isPlainLines(log)).isTrue();
    Path trec = file("a.label", "NUM:date When ?\n");
    assertThat(reader.readInputs(trec)).containsExactly(Input.of("When ?"));
    assertThat(reader.isPlainLines(trec)).isFalse();
    assertThat(reader.read(file("data", "NUM:date When ?\tok\n")).examples())
        .containsExactly(Example.of("NUM:date When ?", "ok"));
  }

  @Test
  void a_table_has_no_lists() {
    assertThat(new DatasetReader().read(file("a.csv", "text,label\nx,\"a,b\"\n")).hasLists())
        .isFalse();
    assertThat(
            new DatasetReader()
                .read(file("a.jsonl", "{\"text\": \"x\", \"label\": [\"a\"]}"))
                .hasLists())
        .isTrue();
  }
}
