package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatasetReaderTest {
  @TempDir Path folder;

  private Path file(String name, String content) {
    try {
      return Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Dataset read(Path file) {
    return new DatasetReader().read(file);
  }

  private static Dataset read(Path file, Columns columns) {
    return new DatasetReader(columns, StandardCharsets.UTF_8).read(file);
  }

  /// The message without the folder; it must be one line.
  private String refusal(Path file, Columns columns) {
    InputException e = catchThrowableOfType(InputException.class, () -> read(file, columns));
    assertThat(e).as("refused").isNotNull();
    assertThat(e.getMessage()).doesNotContain("\n").startsWith(file.toString());
    return e.getMessage().substring(folder.toString().length() + 1);
  }

  private String refusal(String name, String content) {
    return refusal(file(name, content), Columns.byHeader());
  }

  @ParameterizedTest
  @CsvSource({"sentence,label", "Text,LABEL", "TEXT,Label"})
  void finds_columns_by_header(String text, String label) {
    Dataset data = read(file("a.tsv", "id\t" + label + "\t" + text + "\n7\tok\tall is well\n"));
    assertThat(data.examples()).containsExactly(Example.of("all is well", "ok"));
  }

  @Test
  void finds_pairs_by_header() {
    Dataset data = read(file("a.csv", "sentence1,sentence2,label\none,two,same\n"));
    assertThat(data.examples()).containsExactly(Example.of("one", "two", "same"));
  }

  @Test
  void reads_text_and_label_without_a_header() {
    Dataset data = read(file("a.txt", "all is well\tok\n\n  \nit broke\terror"));
    assertThat(data.examples())
        .containsExactly(Example.of("all is well", "ok"), Example.of("it broke", "error"));
    assertThat(data.place(1)).isEqualTo(folder.resolve("a.txt") + ":4");
  }

  @Test
  void takes_columns_by_name_and_by_number() {
    Path file = file("a.tsv", "Quality\t#1 ID\t#1 String\t#2 String\n1\t9\tfirst\tsecond\n");
    Columns byName = Columns.byHeader().withText("#1 String").withPair("#2 string");
    assertThat(read(file, byName.withLabel("Quality")).examples())
        .containsExactly(Example.of("first", "second", "1"));
    Columns mixed = Columns.byHeader().withText("3").withPair("4").withLabel("quality");
    assertThat(read(file, mixed).examples()).containsExactly(Example.of("first", "second", "1"));
    Path bare = file("b.tsv", "ham\thello there\n");
    assertThat(read(bare, Columns.byHeader().withText("2").withLabel("1")).examples())
        .containsExactly(Example.of("hello there", "ham"));
  }

  @Test
  void takes_quotes_in_tsv_literally_and_in_csv_as_quotes() {
    assertThat(read(file("a.tsv", "\"so called\" fix\tok\n")).examples())
        .containsExactly(Example.of("\"so called\" fix", "ok"));
    Dataset csv = read(file("a.csv", "text,label\n\"one, \"\"two\"\"\nthree\",ok\nplain,error\n"));
    assertThat(csv.examples())
        .containsExactly(Example.of("one, \"two\"\nthree", "ok"), Example.of("plain", "error"));
    assertThat(csv.place(1)).endsWith("a.csv:4");
  }

  @ParameterizedTest
  @CsvSource({"a.tsv,'\t'", "a.csv,','"})
  void accepts_byte_order_mark_and_crlf(String name, String separator) {
    String row = "all is well" + separator + "ok\r\n";
    Dataset data = read(file(name, "\uFEFFtext" + separator + "label\r\n\r\n" + row));
    assertThat(data.examples()).containsExactly(Example.of("all is well", "ok"));
    assertThat(data.place(0)).endsWith(name + ":3");
  }

  @Test
  void reads_json_lines_with_any_scalar_label() {
    Dataset data =
        read(
            file(
                "a.jsonl",
                """
                {"text": "tab\\there", "label": "ok", "more": [1, {"x": 2}]}

                {"label": " fine", "text": "c"}
                """));
    assertThat(data.examples())
        .containsExactly(Example.of("tab\there", "ok"), Example.of("c", "fine"));
    assertThat(data.place(1)).endsWith("a.jsonl:3");
    assertThat(
            read(file("n.jsonl", "{\"label\": 3, \"sentence1\": \"a\", \"sentence2\": \"b\"}"))
                .examples())
        .containsExactly(Example.of("a", "b", "3"));
    assertThat(read(file("b.jsonl", "{\"label\": true, \"text\": \"a\"}")).examples())
        .containsExactly(Example.of("a", "true"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"text\": \"x\", \"label\": \"1\"}",
        "'text,label\nx,1'",
        "'\"label\",\"text\"\n1,x'",
        "'x\t1'"
      })
  void looks_at_the_first_line_where_the_extension_says_nothing(String content) {
    assertThat(read(file("data", content)).examples()).containsExactly(Example.of("x", "1"));
  }

  @Test
  void knows_the_checksum_of_the_file() {
    // printf 'x\t1\n' | sha256sum
    assertThat(read(file("a.tsv", "x\t1\n")).checksum())
        .isEqualTo("4dc4459afa1a86551d1815d4d0686d228bbc7cd4294c241c5ba08ea6b2a6390f");
  }

  @Test
  void reads_inputs_without_labels() {
    DatasetReader reader = new DatasetReader();
    assertThat(reader.readInputs(file("a.txt", "one\twas\nit, too\t\n")))
        .containsExactly(Input.of("one"), Input.of("it, too"));
  }

  @Test
  void reads_plain_lines_whole_and_other_formats_from_a_stream() {
    assertThat(stream("one\ntwo\twith, tab\r\n\nthree"))
        .containsExactly(Input.of("one"), Input.of("two\twith, tab"), Input.of("three"));
    assertThat(stream("{\"sentence1\": \"\", \"sentence2\": \"b\"}"))
        .containsExactly(Input.of("", "b"));
    assertThat(stream("sentence\n\"quoted\"\n"))
        .containsExactly(Input.of("sentence"), Input.of("\"quoted\""));
    assertThat(stream("label\ttext\n\tunlabelled\n")).containsExactly(Input.of("unlabelled"));
    assertThatThrownBy(() -> stream(" \n"))
        .hasMessage("standard input: is empty; one example a line is expected");
  }

  private static List<Input> stream(String content) {
    return new DatasetReader()
        .readInputs(
            "standard input", new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void reads_another_encoding_when_told() throws IOException {
    Path file =
        Files.write(folder.resolve("a.tsv"), "café\tok\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(
            new DatasetReader(Columns.byHeader(), StandardCharsets.ISO_8859_1)
                .read(file)
                .examples())
        .containsExactly(Example.of("café", "ok"));
    assertThat(refusal(file, Columns.byHeader()))
        .isEqualTo(
            "a.tsv:1: byte 4, 0xE9, is not UTF-8 text; correct it, or name the encoding of the"
                + " file, for example `encoding` ISO-8859-1");
  }

  @Test
  void proposes_the_encoding_that_a_byte_order_mark_tells() throws IOException {
    for (Charset charset : List.of(StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE)) {
      byte[] bytes = "\uFEFFtext\tlabel\n".getBytes(charset);
      assertThat(refusal(Files.write(folder.resolve("a.tsv"), bytes), Columns.byHeader()))
          .startsWith("a.tsv:1: byte 1, 0x")
          .endsWith("for example `encoding` UTF-16");
    }
  }

  @Test
  void lines_that_end_with_cr_alone_are_not_one_line() {
    assertThat(refusal("a.tsv", "good\tok\rbad\tno\r"))
        .isEqualTo(
            "a.tsv: its lines end with CR alone; save it with LF or CR LF, for example with tr"
                + " '\\r' '\\n'");
  }

  @Test
  void says_what_separates_text_and_label_instead_of_a_tab_or_comma() {
    assertThat(refusal("a.csv", "Type;Example\nc#;\"hi; \"\"you\"\"\"\n"))
        .endsWith("a comma (CSV); semicolons separate nothing: save it with commas");
    assertThat(refusal("a.txt", "__label__pos a text\n"))
        .endsWith("; this is fastText's form: put the label behind a tab, without __label__");
  }

  @Test
  void reads_coarse_classes_before_a_colon_as_trec_has_them() {
    String content = "NUM:date When was the wheel invented ?\nHUM:ind  Who was \"Ned\" ?\r\n";
    for (String name : List.of("TREC.train", "train_5500.label")) {
      Path file = file(name, content);
      assertThat(read(file).examples())
          .containsExactly(
              Example.of("When was the wheel invented ?", "NUM"),
              Example.of("Who was \"Ned\" ?", "HUM"));
    }
    assertThat(new DatasetReader().readInputs(folder.resolve("train_5500.label")))
        .containsExactly(Input.of("When was the wheel invented ?"), Input.of("Who was \"Ned\" ?"));
  }

  @Test
  void refuses_a_line_without_class_among_lines_with_classes() {
    assertThat(refusal("TREC.train", "NUM:date When ?\nWho ?\n"))
        .isEqualTo(
            "TREC.train:2: is not COARSE:fine text, as the lines of this file should be; correct"
                + " it, or use a .tsv file");
  }

  @Test
  void takes_a_colon_for_a_letter_unless_every_line_has_a_class() {
    assertThat(stream("TODO:fix the leak\nand the other one\n"))
        .containsExactly(Input.of("TODO:fix the leak"), Input.of("and the other one"));
    assertThat(read(file("a.tsv", "NUM:date When ?\tok\n")).examples())
        .containsExactly(Example.of("NUM:date When ?", "ok"));
  }

  @Test
  void names_the_line_of_malformed_bytes() throws IOException {
    byte[] bytes = "good\tok\r\nü\tok\nbad ?\tok\n".getBytes(StandardCharsets.UTF_8);
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf('?')] = (byte) 0xC3;
    Path file = Files.write(folder.resolve("a.tsv"), bytes);
    assertThat(refusal(file, Columns.byHeader()))
        .startsWith("a.tsv:3: byte 20, 0xC3, is not UTF-8");
  }

  @Test
  void refuses_a_truncated_last_character() throws IOException {
    Path file = Files.write(folder.resolve("a.tsv"), new byte[] {'x', '\t', 'y', (byte) 0xE2});
    assertThat(refusal(file, Columns.byHeader())).startsWith("a.tsv:1: byte 4, 0xE2, is not UTF-8");
  }

  @Test
  void refuses_what_is_no_file_with_content() throws IOException {
    assertThat(refusal(folder.resolve("none.tsv"), Columns.byHeader()))
        .isEqualTo("none.tsv: no such file; check the path");
    assertThat(refusal(Files.createDirectory(folder.resolve("dir")), Columns.byHeader()))
        .isEqualTo("dir: is a directory; give a TSV, CSV or JSON Lines file");
    assertThat(refusal("empty.tsv", ""))
        .isEqualTo("empty.tsv: is empty; one example a line is expected");
    assertThat(refusal("blank.csv", "\uFEFF\n \n")).startsWith("blank.csv: is empty");
    assertThat(refusal("head.csv", "text,label\n"))
        .isEqualTo("head.csv: only a header; one example a line is expected below it");
  }

  @ParameterizedTest
  @CsvSource({"a.tsv,'\t'", "a.csv,','"})
  void refuses_rows_without_label_or_text(String name, String s) {
    String header = "text" + s + "label\nfine" + s + "ok\n";
    assertThat(refusal(name, header + "bare\n"))
        .isEqualTo(name + ":3: no label in column 2; give one, or remove the row");
    assertThat(refusal(name, header + "\nbare" + s + " \n")).startsWith(name + ":4: no label");
    assertThat(refusal(name, header + " " + s + "ok\n"))
        .isEqualTo(
            name
                + ":3: the text is empty; correct the file, or say what is done with such rows:"
                + " `empty` keep, or skip");
    assertThat(refusal(name, header + "a" + s + "b" + s + "ok\n"))
        .startsWith(name + ":3: 3 columns, but line 1 has 2; ");
    assertThat(refusal(name, "just text\n")).startsWith(name + ":1: no label; ");
  }

  @Test
  void refuses_columns_that_are_not_there() {
    assertThat(refusal("a.tsv", "text\tclass\nx\ty\n"))
        .isEqualTo("a.tsv:1: no column 'label' among 'text, class'; name it with `label-column`");
    Path file = file("b.tsv", "a\tb\tc\nx\ty\tz\n");
    assertThat(refusal(file, Columns.byHeader()))
        .isEqualTo(
            "b.tsv:1: 3 columns and no known column name among 'a, b, c'; say which with"
                + " `text-column` and `label-column`, by name or by number from 1");
    assertThat(refusal(file, Columns.byHeader().withText("d")))
        .isEqualTo("b.tsv:1: no column 'd'; the columns are 'a, b, c'");
    assertThat(refusal(file, Columns.byHeader().withLabel("c")))
        .isEqualTo(
            "b.tsv:1: no column sentence or text among 'a, b, c'; name it with `text-column`");
    assertThat(refusal(file, Columns.byHeader().withText("4")))
        .isEqualTo("b.tsv:1: no column 4, there are 3; correct `text-column`");
    assertThat(refusal("c.tsv", "text\tlabel\tlabel\nx\ty\tz\n"))
        .isEqualTo("c.tsv:1: two columns are called 'label'; give its number with `label-column`");
    assertThat(refusal(file("d.tsv", "ham\thello\n"), Columns.byHeader().withText("2")))
        .contains("column 2 cannot be both text and label");
  }

  @Test
  void suspects_a_header_of_unknown_names() {
    String rows = "good film\tpos\nbad film\tneg\n".repeat(10);
    assertThat(refusal("a.tsv", "review\tsentiment\n" + rows))
        .startsWith(
            "a.tsv:1: the label 'sentiment' occurs only here, so this row looks like a header");
    assertThat(read(file("b.tsv", rows)).size()).isEqualTo(20);
  }

  @ParameterizedTest
  @CsvSource({"review,sentiment", "Text,category", "tweet,LABEL"})
  void suspects_a_header_of_usual_names_in_the_shortest_table(String text, String label) {
    Path file = file("a.csv", text + "," + label + "\ngreat,pos\n");
    String message = refusal(file, Columns.byHeader());
    if (text.equals("Text")) {
      assertThat(message).contains("no column 'label' among");
      return;
    }
    assertThat(message)
        .startsWith(
            "a.csv:1: the label '%s' occurs only here, so this row looks like".formatted(label))
        .endsWith("if it is an example, `header` no");
    assertThat(read(file, Columns.byHeader().withText(text).withLabel(label)).examples())
        .containsExactly(Example.of("great", "pos"));
    assertThat(new DatasetReader().withHeader(HeaderRow.NO).read(file).size()).isEqualTo(2);
  }

  @Test
  void a_number_in_the_first_row_is_no_header() {
    String rows = "good film\t4.5\nbad film\t1.0\n".repeat(10);
    assertThat(read(file("a.tsv", "a film\t2.75\n" + rows)).size()).isEqualTo(21);
  }

  @Test
  void suspects_labels_in_the_column_of_the_texts() {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      rows.append(i % 3 == 0 ? "spam" : "ham").append("\tmessage number ").append(i).append('\n');
    }
    Path file = file("a.tsv", rows.toString());
    assertThat(refusal(file, Columns.byHeader()))
        .isEqualTo(
            "a.tsv: of 10 rows column 1 has 2 different values and column 2 10, so the text seems"
                + " to be in column 2; say which is which with `text-column` and `label-column`,"
                + " here 2 and 1");
    assertThat(read(file, Columns.byHeader().withText("2").withLabel("1")).examples().getFirst())
        .isEqualTo(Example.of("message number 0", "spam"));
    assertThat(read(file, Columns.byHeader().withText("1").withLabel("2")).size()).isEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource({"a.tsv", "a.jsonl"})
  void empty_texts_are_refused_left_out_or_kept(String name) {
    Path file =
        file(
            name,
            name.endsWith("tsv")
                ? "sentence1\tsentence2\tlabel\na\tb\tx\nc\t \ty\n\td\tx\ne\tf\ty\n"
                : """
                {"sentence1": "a", "sentence2": "b", "label": "x"}
                {"sentence1": "c", "sentence2": " ", "label": "y"}
                {"sentence1": "", "sentence2": "d", "label": "x"}
                {"sentence1": "e", "sentence2": "f", "label": "y"}
                """);
    DatasetReader reader = new DatasetReader();
    Dataset kept = reader.withEmpty(EmptyTexts.KEEP).read(file);
    Dataset skipped = reader.withEmpty(EmptyTexts.SKIP).read(file);

    assertThat(refusal(file, Columns.byHeader()))
        .isEqualTo(
            name
                + ":"
                + (name.endsWith("tsv") ? 3 : 2)
                + ": the second text is empty, and so it is in 2 of 4 rows; correct the file, or"
                + " say what is done with such rows: `empty` keep, or skip");
    assertThat(kept.examples().get(1)).isEqualTo(Example.of("c", " ", "y"));
    assertThat(kept.size()).isEqualTo(4);
    assertThat(kept.skipped()).isZero();
    assertThat(skipped.examples())
        .containsExactly(Example.of("a", "b", "x"), Example.of("e", "f", "y"));
    assertThat(skipped.skipped()).isEqualTo(2);
    assertThat(skipped.place(1)).endsWith(name.endsWith("tsv") ? ":5" : ":4");
  }

  @Test
  void a_file_of_nothing_but_empty_texts_is_refused_even_if_they_are_left_out() {
    Path file = file("a.tsv", "sentence\tlabel\n \tx\n \ty\n");
    assertThatThrownBy(() -> new DatasetReader().withEmpty(EmptyTexts.SKIP).read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("and so it is in 2 of 2 rows");
  }

  @Test
  void knows_plain_lines_from_tables() {
    DatasetReader reader = new DatasetReader();
    for (String name : List.of("p.txt", "p.tsv", "p")) {
      assertThat(reader.isPlainLines(file(name, "\uFEFF\n \nit works\nTAB\there\n"))).isTrue();
      assertThat(reader.isPlainLines(file(name, "it\tworks\n"))).isFalse();
      assertThat(reader.isPlainLines(file(name, "Sentence\nit works\n")))
          .isEqualTo(!name.equals("p.tsv"));
      assertThat(reader.isPlainLines(file(name, " \n\n"))).isFalse();
    }
    assertThat(reader.isPlainLines(file("p", "{\"text\": \"x\"}\n"))).isFalse();
    assertThat(reader.isPlainLines(file("p", "NUM:date When ?\n"))).isTrue();
    assertThat(reader.isPlainLines(file("p", "text,label\nx,y\n"))).isFalse();
    assertThat(reader.isPlainLines(file("p.jsonl", "it works\n"))).isFalse();
    assertThat(reader.isPlainLines(file("p.csv", "it works\n"))).isFalse();
  }

  @Test
  void refuses_lines_and_cells_that_are_too_long() {
    String longest = "x".repeat(SourceText.LONGEST_LINE + 1);
    assertThat(refusal("a.tsv", "fine\tok\n" + longest + "\tok\n"))
        .isEqualTo("a.tsv:2: longer than 1,048,576 characters; one example a line is expected");
    assertThat(refusal("a.jsonl", longest)).startsWith("a.jsonl:1: longer than");
    assertThat(refusal("a.csv", "text,label\n\"" + longest + "\",ok\n"))
        .contains("not a CSV")
        .contains("line 2");
  }

  @Test
  void refuses_broken_csv() {
    assertThat(refusal("a.csv", "text,label\nfine,ok\n\"open,ok\n"))
        .startsWith("a.csv: not a CSV table: ")
        .contains("line 3");
    assertThat(refusal("a.csv", "text,label\n\"closed\" x,ok\n"))
        .startsWith("a.csv: not a CSV table: ")
        .contains("line 2");
  }

  @Test
  void refuses_broken_json() {
    String fine = "{\"text\": \"x\", \"label\": \"y\"}\n";
    assertThat(refusal("a.jsonl", fine + "{\"text\": \"x\"}"))
        .startsWith("a.jsonl:2: no label under 'label'");
    assertThat(refusal("a.jsonl", fine + "{\"text\": \"x\", \"label\": null}"))
        .startsWith("a.jsonl:2: no label under 'label'");
    assertThat(refusal("a.jsonl", fine + "{\"text\": \"x\", \"label\": [\"y\", null]}"))
        .startsWith("a.jsonl:2: no label under 'label'");
    assertThat(refusal("a.jsonl", fine + "{\"text\": 5, \"label\": 1}"))
        .startsWith("a.jsonl:2: no text under 'text'");
    assertThat(refusal("a.jsonl", fine + "{\"text\": \" \", \"label\": \"y\"}"))
        .startsWith("a.jsonl:2: the text is empty");
    assertThat(refusal("a.jsonl", fine + "{\"body\": \"x\", \"label\": 1}"))
        .startsWith("a.jsonl:2: no text under 'text', which is read from every line");
    assertThat(refusal("a.jsonl", "{\"body\": \"x\", \"label\": 1}"))
        .startsWith("a.jsonl:1: no key sentence or text among 'body, label'");
    assertThat(refusal("a.json", "[" + fine.strip() + "]"))
        .startsWith("a.json:1: a JSON object is expected");
    assertThat(refusal("a.jsonl", fine + "{\"text\": \"x\""))
        .startsWith("a.jsonl:2: not a JSON object");
    assertThat(refusal("a.jsonl", fine.strip() + fine)).startsWith("a.jsonl:1: not a JSON object");
    assertThat(refusal("a.jsonl", "{\"text\": \"x\", \"text\": \"y\", \"label\": 1}"))
        .startsWith("a.jsonl:1: not a JSON object");
    assertThat(refusal("a.jsonl", "[".repeat(100_000))).startsWith("a.jsonl:1: not a JSON object");
  }

  @Test
  void keeps_control_characters_of_a_file_out_of_the_message() {
    Path file = file("a.tsv", "te\u001b[31mxt\tb\tc\nx\ty\tz\n");
    assertThat(refusal(file, Columns.byHeader().withText("d"))).contains("'te?[31mxt, b, c'");
  }

  @Test
  void refuses_columns_that_make_no_sense() {
    assertThatThrownBy(() -> Columns.byHeader().withText("0"))
        .isInstanceOf(InputException.class)
        .hasMessage("`text-column` 0: columns are counted from 1");
    assertThatThrownBy(() -> Columns.byHeader().withText("a").withLabel("a"))
        .hasMessageContaining("named twice");
    assertThatThrownBy(() -> Columns.byHeader().withPair("a")).hasMessageContaining("text-column");
    assertThatThrownBy(() -> new Columns(Optional.of(" "), Optional.empty(), Optional.empty()))
        .hasMessageContaining("blank");
  }
}
