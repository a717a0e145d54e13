package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BeirTest {
  private static final String HEADER = "query-id\tcorpus-id\tscore\n";

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectory(folder.resolve("qrels"));
    file(
        "corpus.jsonl",
        """
        {"_id": "d1", "title": "Paris", "text": "is a city", "metadata": {}}
        {"_id": "d2", "title": "", "text": "no title"}
        {"_id": "d3", "text": " Lyon "}
        """);
    file(
        "queries.jsonl",
        """
        {"_id": "q1", "text": "where?"}
        {"_id": "q2", "text": "what?", "metadata": {}}
        {"_id": "unasked", "text": ""}
        """);
    file("qrels/train.tsv", HEADER + "q2\td3\t1\nq1\td2\t0\nq1\td1\t2\nq1\td3\t1\n");
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static Dataset read(Path path) {
    return new DatasetReader().readTuples(path);
  }

  private String refusal(Path path) {
    InputException e = catchThrowableOfType(InputException.class, () -> read(path));
    assertThat(e).as("refused").isNotNull();
    assertThat(e.getMessage()).doesNotContain("\n");
    return e.getMessage().replace(folder + "/", "").replace(folder.toString(), ".");
  }

  private static Example pair(String query, String document) {
    return new Example(Input.of(query, document), List.of());
  }

  @Test
  void each_judgement_above_zero_is_an_example_and_all_documents_are_the_corpus() {
    Dataset data = read(folder);
    assertThat(data.examples())
        .containsExactly(
            pair("what?", "Lyon"), pair("where?", "Paris is a city"), pair("where?", "Lyon"));
    assertThat(data.corpus()).containsExactly("Paris is a city", "no title", "Lyon");
    assertThat(data.name()).isEqualTo(folder.resolve("qrels/train.tsv").toString());
    assertThat(data.place(1)).isEqualTo(data.name() + ":4");
    assertThat(data.columns()).isEmpty();
    assertThat(data.skipped()).isZero();
  }

  @Test
  void one_of_several_files_of_judgements_is_named() throws IOException {
    Path dev = file("qrels/dev.tsv", HEADER + "q2\td2\t1\n");
    assertThat(read(dev).examples()).containsExactly(pair("what?", "no title"));
    assertThat(refusal(folder))
        .isEqualTo(
            "qrels: has judgements in dev.tsv, train.tsv; name one of these files, such as"
                + " qrels/train.tsv");
  }

  @Test
  void the_checksum_covers_all_files() throws IOException {
    String before = read(folder).checksum();
    assertThat(before).matches("[0-9a-f]{64}");
    for (String name : List.of("corpus.jsonl", "queries.jsonl", "qrels/train.tsv")) {
      String content = Files.readString(folder.resolve(name));
      file(name, content + "\n");
      assertThat(read(folder).checksum()).as(name).isNotEqualTo(before);
      file(name, content);
    }
    assertThat(read(folder).checksum()).isEqualTo(before);
  }

  @Test
  void files_may_be_packed() throws IOException {
    Dataset plain = read(folder);
    for (String name : List.of("corpus.jsonl", "queries.jsonl", "qrels/train.tsv")) {
      byte[] bytes = Files.readAllBytes(folder.resolve(name));
      try (OutputStream out =
          new GZIPOutputStream(Files.newOutputStream(folder.resolve(name + ".gz")))) {
        out.write(bytes);
      }
      Files.delete(folder.resolve(name));
    }
    Dataset packed = read(folder);
    assertThat(packed.examples()).isEqualTo(plain.examples());
    assertThat(packed.corpus()).isEqualTo(plain.corpus());
    assertThat(packed.name()).endsWith("train.tsv.gz");
  }

  @Test
  void missing_files_are_refused() throws IOException {
    String form = "; a BEIR folder has corpus.jsonl, queries.jsonl and qrels/<split>.tsv";
    Files.delete(folder.resolve("corpus.jsonl"));
    assertThat(refusal(folder)).isEqualTo("corpus.jsonl: no such file" + form);
    Files.delete(folder.resolve("queries.jsonl"));
    assertThat(refusal(folder)).isEqualTo("queries.jsonl: no such file" + form);
    assertThat(refusal(folder.resolve("qrels/dev.tsv")))
        .isEqualTo("qrels/dev.tsv: no such file; check the path");
    Files.delete(folder.resolve("qrels/train.tsv"));
    assertThat(refusal(folder)).isEqualTo("qrels: has no file .tsv" + form);
    Files.delete(folder.resolve("qrels"));
    assertThat(refusal(folder))
        .isEqualTo(".: is a directory without qrels" + form + ", other data are given as a file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "q1 d9 1|3: no document 'd9' in corpus.jsonl; add it, or remove the judgement",
        "q9 d1 0|3: no query 'q9' in queries.jsonl; add it, or remove the judgement",
        "q1 d1 x|3: the score 'x' is not a finite number; above 0 it says that the document answers"
            + " the query",
        "q1 d1 NaN|3: the score 'NaN' is not a finite number; above 0 it says that the document"
            + " answers the query",
        "q1 d1|3: 2 columns, but line 1 has 3; a text that holds the separator cannot be told"
            + " apart: correct the row, or use JSON Lines"
      })
  void wrong_judgements_are_refused(String row, String message) throws IOException {
    file("qrels/train.tsv", HEADER + "q1\td1\t1\n" + row.replace(' ', '\t') + "\n");
    assertThat(refusal(folder)).isEqualTo("qrels/train.tsv:" + message);
  }

  @Test
  void judgements_need_their_header_and_a_relevant_document() throws IOException {
    file("qrels/train.tsv", "q1\t0\td1\t1\n");
    assertThat(refusal(folder))
        .isEqualTo(
            "qrels/train.tsv:1: 'q1, 0, d1, 1' is not the header of BEIR's judgements; write"
                + " query-id, corpus-id and score above them, separated by tabs");
    file("qrels/train.tsv", HEADER + "q1\td1\t0\nq2\td1\t-1\n");
    assertThat(refusal(folder))
        .isEqualTo("qrels/train.tsv: no judgement with a score above 0; name a file that has some");
  }

  @Test
  void an_id_belongs_to_one_text() throws IOException {
    file(
        "corpus.jsonl", "{\"_id\": \"d\", \"text\": \"a\"}\n\n{\"_id\": \"d\", \"text\": \"b\"}\n");
    assertThat(refusal(folder))
        .isEqualTo("corpus.jsonl:3: the id 'd' is also on line 1; give every text its own");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'_id': 4, 'text': 'a'}|'_id' holds a number where a text is expected; write ids as"
            + " strings",
        "{'text': 'a'}|no text under '_id'; write ids as strings",
        "{'_id': 'd'}|no text under 'text'; a BEIR folder has corpus.jsonl, queries.jsonl and"
            + " qrels/<split>.tsv",
        "{'_id': 'd', 'text': ['a']}|'text' holds a list where a text is expected; a BEIR folder"
            + " has corpus.jsonl, queries.jsonl and qrels/<split>.tsv",
        "{'_id': 'd', 'title': 7, 'text': 'a'}|'title' holds a number where a text is expected; a"
            + " BEIR folder has corpus.jsonl, queries.jsonl and qrels/<split>.tsv",
        "[]|a JSON object is expected; JSON Lines has one object a line (jq -c '.[]' makes it)"
      })
  void wrong_json_is_refused(String line, String message) throws IOException {
    file("corpus.jsonl", line.replace('\'', '"') + "\n");
    assertThat(refusal(folder)).isEqualTo("corpus.jsonl:1: " + message);
  }

  @Test
  void empty_documents_are_refused_left_out_or_kept() throws IOException {
    file("corpus.jsonl", Files.readString(folder.resolve("corpus.jsonl")).replace(" Lyon ", " "));
    assertThat(refusal(folder))
        .isEqualTo(
            "corpus.jsonl:3: the document is empty; correct the file, or say what is done with such"
                + " rows: `empty` keep, or skip");
    Dataset skipped = new DatasetReader().withEmpty(EmptyTexts.SKIP).readTuples(folder);
    assertThat(skipped.examples()).containsExactly(pair("where?", "Paris is a city"));
    assertThat(skipped.corpus()).containsExactly("Paris is a city", "no title");
    assertThat(skipped.skipped()).isEqualTo(3); // a document, and two judgements of it
    Dataset kept = new DatasetReader().withEmpty(EmptyTexts.KEEP).readTuples(folder);
    assertThat(kept.examples()).contains(pair("what?", ""));
    assertThat(kept.corpus()).containsExactly("Paris is a city", "no title", "");
  }

  @Test
  void empty_queries_count_if_they_are_judged() throws IOException {
    file("qrels/train.tsv", HEADER + "q1\td1\t1\nunasked\td1\t1\n");
    assertThat(refusal(folder)).startsWith("queries.jsonl:3: the query is empty;");
    Dataset skipped = new DatasetReader().withEmpty(EmptyTexts.SKIP).readTuples(folder);
    assertThat(skipped.examples()).containsExactly(pair("where?", "Paris is a city"));
    assertThat(skipped.skipped()).isEqualTo(1);
  }

  @Test
  void columns_cannot_be_chosen() {
    DatasetReader reader =
        new DatasetReader(Columns.byHeader().withLabel("score"), StandardCharsets.UTF_8);
    InputException e = catchThrowableOfType(InputException.class, () -> reader.readTuples(folder));
    assertThat(e)
        .hasMessage(
            folder
                + ": BEIR's data have no columns to choose from; leave `text-column`, `pair-column`"
                + " and `label-column` out");
  }
}
