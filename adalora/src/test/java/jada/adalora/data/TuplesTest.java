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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TuplesTest {
  @TempDir Path folder;

  private Path file(String name, String content) {
    try {
      return Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// Content with | for tabs.
  private Path table(String content) {
    return file("a.tsv", content.replace('|', '\t'));
  }

  private Path lines(String... lines) {
    return file("a.jsonl", String.join("\n", lines).replace('\'', '"'));
  }

  private static List<Example> read(Path file) {
    return new DatasetReader().readTuples(file).examples();
  }

  private static DatasetReader reader(Columns columns) {
    return new DatasetReader(columns, StandardCharsets.UTF_8);
  }

  private static Columns columns(String query, String document) {
    return Columns.byHeader().withText(query).withPair(document);
  }

  private String refusal(DatasetReader reader, Path file) {
    InputException e = catchThrowableOfType(InputException.class, () -> reader.readTuples(file));
    assertThat(e).as("refused").isNotNull();
    assertThat(e.getMessage()).doesNotContain("\n").startsWith(file.toString());
    return e.getMessage().substring(folder.toString().length() + 1);
  }

  private String refusal(Path file) {
    return refusal(new DatasetReader(), file);
  }

  private static Example pair(String query, String document) {
    return new Example(Input.of(query, document), List.of());
  }

  private static Example tuple(String query, String document, String... negatives) {
    return new Example(Input.of(query, document), List.of(), List.of(negatives));
  }

  @ParameterizedTest
  @CsvSource({
    "anchor,positive",
    "Query,Answer",
    "question,passage",
    "sentence1,sentence2",
    "sentence_A,sentence_B",
    "text1,text2",
    "title,body",
    "premise,hypothesis",
    "question1,question2"
  })
  void known_names_are_a_header(String query, String document) {
    Path file = table(query + "|" + document + "\na|b\nc|d\n");
    assertThat(read(file)).containsExactly(pair("a", "b"), pair("c", "d"));
    assertThat(new DatasetReader().readTuples(file).place(1)).isEqualTo(file + ":3");
  }

  @Test
  void columns_behind_the_second_are_negatives() {
    assertThat(read(table("anchor|positive|negative_1|negative_2\na|b|n1|n2\n")))
        .containsExactly(tuple("a", "b", "n1", "n2"));
    assertThat(read(table("anchor|entailment|contradiction\na|b|n\n")))
        .containsExactly(tuple("a", "b", "n"));
    assertThat(read(file("a.csv", "a,\"b, c\",n\nd,e,f\n")))
        .containsExactly(tuple("a", "b, c", "n"), tuple("d", "e", "f"));
  }

  @Test
  void empty_cells_at_the_end_are_no_negatives() {
    Path file = table("anchor|positive|negative_1|negative_2|negative_3\na|b|n||\nc|d|o|p|q\n");
    assertThat(read(file)).containsExactly(tuple("a", "b", "n"), tuple("c", "d", "o", "p", "q"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"label", "labels", "Score", "SCORES"})
  void the_score_is_found_by_its_name_wherever_it_stands(String name) {
    Dataset data =
        new DatasetReader().readTuples(table(name + "|text|text_b\n 0.5 |a|b\n-1e-3|c|d\n"));
    assertThat(data.examples())
        .containsExactly(Example.of("a", "b", "0.5"), Example.of("c", "d", "-1e-3"));
    assertThat(data.targets()).containsExactly(0.5f, -1e-3f);
    assertThat(data.columns().orElseThrow().description())
        .isEqualTo("text, pair = text_b, label" + (name.equals("label") ? "" : " = " + name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id",
        "Idx",
        "index",
        "query_id",
        "query-id",
        "docID",
        "#1 ID",
        "Unnamed: 0",
        "DOC_ID"
      })
  void ids_are_not_read_and_that_is_known(String name) {
    Dataset data =
        new DatasetReader().readTuples(table("query|" + name + "|document\na|7|b\nc|8|d\n"));
    assertThat(data.examples()).containsExactly(pair("a", "b"), pair("c", "d"));
    assertThat(data.columns().orElseThrow().description())
        .isEqualTo("text = query, pair = document; not read: " + name);
  }

  @Test
  void row_numbers_without_a_name_are_ids() {
    Dataset data =
        new DatasetReader().readTuples(file("a.csv", ",anchor,positive\n0,a,b\n1,c,d\n"));
    assertThat(data.examples()).containsExactly(pair("a", "b"), pair("c", "d"));
    assertThat(data.columns().orElseThrow().unread()).containsExactly("1");
  }

  @Test
  void a_name_that_ends_like_an_id_may_be_a_text() {
    assertThat(read(table("query|document|COVID\na|b|n\n"))).containsExactly(tuple("a", "b", "n"));
  }

  @Test
  void negatives_are_described() {
    Dataset data =
        new DatasetReader()
            .readTuples(table("anchor|positive|negative_1|negative_2|score\na|b|n|m|1\n"));
    assertThat(data.columns().orElseThrow().description())
        .isEqualTo(
            "text = anchor, pair = positive, negatives = negative_1, negative_2, label = score");
    assertThat(data.hasLists()).isFalse();
    assertThat(data.corpus()).isEmpty();
  }

  @Test
  void columns_that_were_given_are_read_and_no_others() {
    Path file = table("a|score|text|b|n\nx|1|t|y|m\nz|2|u|w|o\n");
    Dataset data = reader(columns("B", "a")).readTuples(file);
    assertThat(data.examples()).containsExactly(pair("y", "x"), pair("w", "z"));
    assertThat(data.columns().orElseThrow().description())
        .isEqualTo("text = b, pair = a; not read: score, text, n");
    assertThat(reader(columns("b", "a").withLabel("score")).readTuples(file).examples())
        .containsExactly(Example.of("y", "x", "1"), Example.of("w", "z", "2"));
    assertThat(reader(columns("2", "1").withLabel("3")).readTuples(table("a|b|1\n")).examples())
        .containsExactly(Example.of("b", "a", "1"));
    assertThat(
            reader(columns("q", "d"))
                .readTuples(lines("{'d': '1', 'q': '2', 'x': [{}]}"))
                .examples())
        .containsExactly(pair("2", "1"));
  }

  @Test
  void a_score_column_that_was_given_leaves_the_texts_in_order() {
    Columns label = Columns.byHeader().withLabel("similarity");
    assertThat(reader(label).readTuples(table("a|b|similarity|label\nx|y|0.5|3\n")).examples())
        .containsExactly(Example.of("x", "y", "0.5"));
    assertThat(
            reader(label)
                .readTuples(lines("{'similarity': 0.5, 'label': 3, 'a': 'x', 'b': 'y'}"))
                .examples())
        .containsExactly(Example.of("x", "y", "0.5"));
  }

  @Test
  void without_a_header_the_last_of_three_columns_is_the_score_if_it_holds_numbers() {
    assertThat(read(table("a|b|1\nc|d|0.25\n")))
        .containsExactly(Example.of("a", "b", "1"), Example.of("c", "d", "0.25"));
    assertThat(read(table("a|b|n|1\n")))
        .containsExactly(new Example(Input.of("a", "b"), List.of("1"), List.of("n")));
    assertThat(read(table("a|b|x\nc|d|1\n")))
        .containsExactly(tuple("a", "b", "x"), tuple("c", "d", "1"));
    assertThat(read(table("a|b\n1|2\n"))).containsExactly(pair("a", "b"), pair("1", "2"));
  }

  @Test
  void the_header_can_be_said() {
    Path file = table("query|document\na|b\n");
    assertThat(new DatasetReader().withHeader(HeaderRow.NO).readTuples(file).examples())
        .containsExactly(pair("query", "document"), pair("a", "b"));
    assertThat(
            new DatasetReader()
                .withHeader(HeaderRow.YES)
                .readTuples(table("frage|antwort|score\na|b|1\n"))
                .examples())
        .containsExactly(Example.of("a", "b", "1"));
  }

  @Test
  void a_row_of_texts_is_no_header() {
    assertThat(read(table("answer|what is given to a question\nc|d\n"))).hasSize(2);
    assertThat(read(table("text|sentence|0.5\nc|d|1\n"))).hasSize(2);
  }

  @Test
  void the_first_line_decides_where_the_extension_says_nothing() {
    assertThat(read(file("data", "anchor,positive\na,b\n"))).containsExactly(pair("a", "b"));
    assertThat(read(file("data", "a\tb, c\n"))).containsExactly(pair("a", "b, c"));
    assertThat(read(file("data", "{\"q\": \"a\", \"d\": \"b\"}"))).containsExactly(pair("a", "b"));
  }

  @Test
  void keys_of_the_first_object_are_columns() {
    Dataset data =
        new DatasetReader()
            .readTuples(
                lines(
                    "{'_id': 3, 'frage': 'a', 'antwort': 'b', 'other': 'n', 'score': 0.5}",
                    "",
                    "{'score': '1', 'antwort': 'd', 'frage': 'c', 'negative_2': 'm'}"));
    assertThat(data.examples())
        .containsExactly(
            new Example(Input.of("a", "b"), List.of("0.5"), List.of("n")),
            new Example(Input.of("c", "d"), List.of("1"), List.of("m")));
    assertThat(data.place(1)).endsWith("a.jsonl:3");
    assertThat(data.columns().orElseThrow().description())
        .isEqualTo(
            "text = frage, pair = antwort, negatives = other, negative_2, label = score;"
                + " not read: _id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"negative", "Negatives", "neg"})
  void a_list_holds_several_negatives(String key) {
    assertThat(
            read(
                lines(
                    "{'anchor': 'a', 'positive': 'b', '%s': ['n', 'm']}".formatted(key),
                    "{'anchor': 'c', 'positive': 'd', '%s': []}".formatted(key),
                    "{'anchor': 'e', 'positive': 'f', '%s': null}".formatted(key),
                    "{'anchor': 'g', 'positive': 'h', '%s': 'o'}".formatted(key))))
        .containsExactly(
            tuple("a", "b", "n", "m"), pair("c", "d"), pair("e", "f"), tuple("g", "h", "o"));
  }

  @Test
  void a_query_may_have_several_documents() {
    assertThat(read(table("query|document\na|b\na|c\na|b\n")))
        .containsExactly(pair("a", "b"), pair("a", "c"), pair("a", "b"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "query|document|negative\\na||n\\nc|d|m;document",
        "query|document|negative\\n |b|n\\nc|d|m;query",
        "query|document|negative\\na|b|\\nc|d|m;negative",
        "query|document|negative_1|negative_2\\na|b||n\\nc|d|m|o;negative"
      })
  void empty_texts_are_refused_left_out_or_kept(String content, String part) {
    Path file = table(content.replace("\\n", "\n"));
    assertThat(refusal(file))
        .isEqualTo(
            "a.tsv:2: the %s is empty; correct the file, or say what is done with such rows: `empty`"
                    .formatted(part)
                + " keep, or skip");
    Dataset skipped = new DatasetReader().withEmpty(EmptyTexts.SKIP).readTuples(file);
    assertThat(skipped.size()).isEqualTo(1);
    assertThat(skipped.skipped()).isEqualTo(1);
    assertThat(skipped.place(0)).endsWith(":3");
    Dataset kept = new DatasetReader().withEmpty(EmptyTexts.KEEP).readTuples(file);
    assertThat(kept.size()).isEqualTo(2);
  }

  @Test
  void an_empty_negative_of_a_list_is_an_empty_text() {
    assertThat(refusal(lines("{'anchor': 'a', 'positive': 'b', 'neg': ['n', '']}")))
        .startsWith("a.jsonl:1: the negative is empty;");
  }

  @Test
  void one_column_of_texts_is_refused() {
    assertThat(refusal(table("id|text|label\n1|a|1\n")))
        .isEqualTo(
            "a.tsv:1: only one column of texts among 'id, text, label'; a query and a document are"
                + " expected: name them with `text-column` and `pair-column`");
    assertThat(refusal(table("a;b\nc;d\n")))
        .isEqualTo(
            "a.tsv:1: only one column of texts; a query and a document are expected, separated by a"
                + " tab (TSV) or a comma (CSV); semicolons separate nothing: save it with commas");
    assertThat(refusal(lines("{'text': 'a', 'label': 1}")))
        .startsWith("a.jsonl:1: only one column of texts among 'text, label';");
    assertThat(refusal(table("query-id|corpus-id|score\n1|2|1\n")))
        .startsWith("a.tsv:1: no column of texts among 'query-id, corpus-id, score';");
    assertThat(refusal(file("a.label", "NUM:date When ?\n"))).contains("one text a line");
  }

  @Test
  void numbers_are_no_texts() {
    String rest =
        " holds numbers alone, where texts are expected; if it is the score, name it label or"
            + " score, or with `label-column`; else say which columns are the texts with"
            + " `text-column` and `pair-column`";
    assertThat(refusal(table("query|document|similarity\na|b|0.5\nc|d|1\n")))
        .isEqualTo("a.tsv: column 'similarity'" + rest);
    assertThat(refusal(table("a|1\nc|2.5\n"))).isEqualTo("a.tsv: column 2" + rest);
    assertThat(refusal(table("1|a|b\n2|c|d\n"))).isEqualTo("a.tsv: column 1" + rest);
    assertThat(refusal(lines("{'q': 'a', 'd': '1'}"))).isEqualTo("a.jsonl: column 'd'" + rest);
    assertThat(reader(columns("1", "2")).readTuples(table("a|1\nc|2.5\n")).examples())
        .containsExactly(pair("a", "1"), pair("c", "2.5"));
  }

  @Test
  void data_that_teach_nothing_are_refused() {
    assertThat(refusal(table("a|b\na|b\n")))
        .isEqualTo(
            "a.tsv: all 2 rows are the same, so there is nothing to tell apart; give different"
                + " pairs");
    assertThat(refusal(table("a|a\nb|b\n")))
        .isEqualTo(
            "a.tsv: query and document are the same in all rows, so there is nothing to learn; give"
                + " different texts, or say which they are with `text-column` and `pair-column`");
    assertThat(read(table("a|a\nb|c\n"))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "1e99", "0x1p3", "1d", "entailment", "\"1"})
  void a_score_must_be_a_finite_number(String score) {
    assertThat(refusal(table("query|document|score\na|b|1\nc|d|" + score + "\n")))
        .isEqualTo(
            "a.tsv:3: the score '%s' is not a finite number; correct it, or leave the column out"
                .formatted(score));
  }

  @Test
  void some_scores_and_others_not_are_refused() {
    assertThat(refusal(table("query|document|score\na|b|1\nc|d| \n")))
        .isEqualTo("a.tsv:3: no score in column 3; give one, or remove the row");
    assertThat(refusal(lines("{'q': 'a', 'd': 'b'}", "{'q': 'c', 'd': 'd', 'score': 1}")))
        .isEqualTo("a.jsonl:1: no score, but line 2 has one; give all pairs a score, or none");
    assertThat(refusal(lines("{'q': 'a', 'd': 'b', 'score': 2}", "{'q': 'c', 'd': 'd'}")))
        .isEqualTo("a.jsonl:2: no score, but line 1 has one; give all pairs a score, or none");
    assertThat(refusal(table("a|b|1\nc|d|2\ne|f|?\n")))
        .isEqualTo(
            "a.tsv:3: the score '?' is not a finite number, as most of column 3 are; correct it, or"
                + " name the texts with `text-column` and `pair-column`");
  }

  @Test
  void two_scores_are_refused() {
    String two = ": 'label' and 'score' can both be the score; say which is with `label-column`";
    assertThat(refusal(table("query|document|label|score\na|b|1|2\n"))).isEqualTo("a.tsv:1" + two);
    assertThat(
            refusal(
                lines(
                    "{'q': 'a', 'd': 'b', 'label': 1}",
                    "{'q': 'a', 'd': 'b', 'label': 1, 'score': 1}")))
        .isEqualTo("a.jsonl:2" + two);
  }

  @Test
  void a_row_of_another_width_is_refused() {
    assertThat(refusal(table("query|document\na|b|c\n")))
        .startsWith("a.tsv:2: 3 columns, but line 1 has 2;");
    assertThat(refusal(file("a.csv", "a,b\nc\n")))
        .startsWith("a.csv:2: 1 columns, but line 1 has 2;");
  }

  @Test
  void headers_that_are_none_or_stand_alone_are_refused() {
    assertThat(refusal(table("query|document\n")))
        .isEqualTo("a.tsv: only a header; one example a line is expected below it");
    assertThat(refusal(table("query|document\na|b\nquery|document\n")))
        .isEqualTo("a.tsv:3: is the header once more; remove it, or it would be an example");
    assertThat(refusal(file("a.csv", ",\n,\n"))).contains("nothing but empty cells");
    String like =
        "this row looks like a header: %s; if it is, say so with `header` yes; if it is an example,"
            + " with `header` no";
    assertThat(refusal(table("query|antwort\na|b\n")))
        .isEqualTo("a.tsv:1: " + like.formatted("'query, antwort'"));
    assertThat(refusal(table("frage|antwort|wert\na|b|1\nc|d|2\n")))
        .isEqualTo(
            "a.tsv:1: 'wert' is the only one of its column that is no number, so "
                + like.formatted("'frage, antwort, wert'"));
  }

  @ParameterizedTest
  @CsvSource({
    "positive,anchor,'positive',1",
    "document,query,'query',2",
    "anchor,negative,'negative',2"
  })
  void an_order_that_contradicts_the_names_is_refused(
      String first, String second, String column, int text) {
    assertThat(refusal(table(first + "|" + second + "|text\na|b|c\n")))
        .isEqualTo(
            "a.tsv:1: column '%s' is text %s; texts are read in the order query, document, negatives:"
                    .formatted(column, text)
                + " write them so, or name two with `text-column` and `pair-column`");
  }

  @Test
  void columns_that_were_given_must_be_there_and_differ() {
    Path file = table("query|document\na|b\n");
    assertThat(refusal(reader(columns("query", "x")), file))
        .startsWith("a.tsv:1: no column 'x' among 'query, document'; name it with `pair-column`");
    assertThat(refusal(reader(columns("x", "y")), file))
        .isEqualTo("a.tsv:1: no column 'x'; the columns are 'query, document'");
    assertThat(refusal(reader(columns("1", "query")), file)).contains("one column is named twice");
    assertThat(refusal(reader(Columns.byHeader().withText("query")), file))
        .isEqualTo(
            "a.tsv: `text-column` names the query; name the document as well, with `pair-column`");
    assertThat(refusal(reader(columns("q", "d").withLabel("x")), lines("{'q': 'a', 'd': 'b'}")))
        .isEqualTo("a.jsonl: no line has a score under 'x'; correct `label-column`");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'q': 'a', 'd': 'b'} @ {'q': 'a'}|2: no text under 'd'; name the keys",
        "{'q': 'a', 'd': null}|1: no text under 'd'; name the keys",
        "{'q': 'a', 'd': ['b']}|1: 'd' holds a list where a text is expected; name the keys",
        "{'q': 7, 'd': 'b'}|1: 'q' holds a number where a text is expected; name the keys",
        "{'q': 'a', 'd': 'b', 'x': 0.5}|1: 'x' holds a number where a text is expected; name the",
        "{'q': 'a', 'd': 'b', 'neg': [1]}|1: 'neg' holds a number where a text is expected; write",
        "{'q': 'a', 'd': 'b', 'x': ['c']}|1: 'x' holds a list where a text is expected; name the",
        "{'q': 'a', 'd': 'b', 'x': {}}|1: 'x' holds an object where a text is expected; name the",
        "{'q': 'a', 'd': 'b', 'score': [1]}|1: 'score' is a list where a number is expected",
        "{'q': 'a', 'd': 'b', 'score': true}|1: 'score' is true or false where a number",
        "{'q': 'a', 'd': 'b', 'score': 1e999}|1: the score",
        "{'q': 'a', 'd': 'b\\ud800'}|1: the string under 'd' has one half of a surrogate pair",
        "{'q': 'a', 'd': 'b', 'd': 'c'}|1: not a JSON object",
        "['a', 'b']|1: a JSON object is expected;",
        "{'q': 'a', 'd': 'b'} @ {'q': 'c', 'd': 'e', 'x': 'f'}|2: the key 'x' is not among those"
      })
  void wrong_json_is_refused(String content, String message) {
    assertThat(refusal(lines(content.split(" @ ")))).startsWith("a.jsonl:" + message);
  }

  @Test
  void malformed_bytes_and_missing_files_are_refused() throws IOException {
    Path file = Files.write(folder.resolve("a.tsv"), new byte[] {'a', '\t', (byte) 0xE9, '\n'});
    assertThat(refusal(file)).startsWith("a.tsv:1: byte 3, 0xE9, is not UTF-8 text");
    assertThat(refusal(folder.resolve("b.tsv"))).isEqualTo("b.tsv: no such file; check the path");
    assertThat(refusal(file("c.tsv", "\n"))).contains("is empty");
  }

  @Test
  @Timeout(20)
  void hostile_numbers_and_widths_take_no_time() {
    String digits = "1".repeat(500_000);
    assertThat(refusal(table("query|document|score\na|b|" + digits + "x\n")))
        .contains("is not a finite number");
    String row = "w|" + "x|".repeat(20_000) + "y\n";
    assertThat(read(table(row.repeat(100) + row.replace('y', 'z')))).hasSize(101);
    String texts = "\"a\",".repeat(5_000) + "\"b\"";
    Path file = file("f.jsonl", "{\"query\":\"q\",\"pos\":[%1$s],\"neg\":[%1$s]}".formatted(texts));
    assertThat(read(file)).hasSize(5_001);
  }
}
