package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every line that `predict` is given has a line of answer, in its place.
class PredictCommandTest {
  private static final JsonMapper JSON = new JsonMapper();

  /// Enough for several batches, the last of which is not full.
  private static final int MANY = 1_000;

  @TempDir private static Path temp;
  private static TinyWorld world;
  private static Path adapter;

  @BeforeAll
  static void train() {
    world = new TinyWorld(temp);
    adapter = temp.resolve("adapter");
    Captured jada = new Captured();
    int status =
        jada.run(
            world.finetune(adapter, "--method", "lora", "--max-steps", 20, "--max-length", 12));
    assertThat(status).as(jada.err()).isZero();
  }

  private static Captured predict(byte[] input, int status, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("predict", "--adapter", adapter));
    arguments.addAll(List.of(more));
    Captured jada = new Captured().withInput(input);
    assertThat(jada.run(arguments.toArray())).as(jada.err()).isEqualTo(status);
    return jada;
  }

  /// Many command lines put the words of a file in the place of `@file`.
  @Test
  void a_text_that_begins_with_an_at_sign_is_a_text() throws IOException {
    Path file = Files.writeString(temp.resolve("secret"), "keldo dreck");
    String text = "@" + file;
    assertThat(predict(new byte[0], 0, text, "@nobody").out().lines())
        .satisfiesExactly(
            line -> assertThat(line).endsWith("\t" + text),
            line -> assertThat(line).endsWith("\t@nobody"));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// A good line, a blank one, one with a byte that is not UTF-8, a good one.
  private static byte[] mixed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(utf8("tavo lumo\n\nbad "));
    bytes.write(0xE9);
    bytes.writeBytes(utf8("\nkeldo dreck\n"));
    return bytes.toByteArray();
  }

  @Test
  void a_line_that_cannot_be_read_gets_its_reason_and_the_others_their_answers() {
    Captured jada = predict(mixed(), 1);

    List<String> lines = jada.out().lines().toList();
    String reason =
        "standard input:3: is not UTF-8 text; name its encoding, for example --encoding ISO-8859-1";
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).matches("(sunny|gloomy)\t[01]\\.\\d{4}\ttavo lumo");
    assertThat(lines.get(1)).isEmpty();
    assertThat(lines.get(2)).isEqualTo("\t\t" + reason);
    assertThat(lines.get(3)).matches("(sunny|gloomy)\t[01]\\.\\d{4}\tkeldo dreck");
    assertThat(jada.errLines())
        .containsExactly("jada: 1 of 4 lines have no answer, the first: " + reason);
  }

  @Test
  void so_it_does_in_json() {
    List<JsonNode> lines = predict(mixed(), 1, "--json").out().lines().map(JSON::readTree).toList();

    assertThat(lines).hasSize(4);
    assertThat(lines.get(0).path("label").isString()).isTrue();
    assertThat(lines.get(1).path("error").stringValue()).isEqualTo("the line is blank");
    assertThat(lines.get(2).path("error").stringValue()).startsWith("standard input:3: is not");
    assertThat(lines.get(3).path("text").stringValue()).isEqualTo("keldo dreck");
  }

  @Test
  void a_plain_file_is_read_line_by_line_as_well() throws IOException {
    Path file = Files.write(temp.resolve("plain.txt"), mixed());

    assertThat(predict(new byte[0], 1, "--data", file).out())
        .isEqualTo(predict(mixed(), 1).out().replace("standard input", file.toString()));
  }

  @Test
  void plain_lines_are_whole_and_as_many_as_answers() throws IOException {
    String text = "Text\nWARN:disk usage is bad\n\nlumo\n";
    String answers = predict(utf8(text), 0).out();
    assertThat(answers.lines().toList()).hasSize(4);
    assertThat(answers).contains("\tText\n", "\tWARN:disk usage is bad\n");

    for (String name : List.of("l.txt", "app.log", "l")) {
      Path file = Files.write(temp.resolve(name), utf8(text));
      assertThat(predict(new byte[0], 0, "--data", file).out()).as(name).isEqualTo(answers);
    }
    assertThat(predict(utf8("sentence\nlumo\n"), 0, "--data", "-").out().lines()).hasSize(2);
    Path log = Files.write(temp.resolve("w.log"), utf8("WARN:disk usage is bad\n"));
    assertThat(predict(new byte[0], 0, "--data", log).out()).endsWith("\tWARN:disk usage is bad\n");
  }

  @Test
  void what_gzip_has_packed_is_unpacked_from_files_and_from_standard_input() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(mixed());
    }
    String answers = predict(mixed(), 1).out();

    assertThat(predict(packed.toByteArray(), 1).out()).isEqualTo(answers);
    Path file = Files.write(temp.resolve("plain.txt.gz"), packed.toByteArray());
    assertThat(predict(new byte[0], 1, "--data", file).out())
        .isEqualTo(answers.replace("standard input", file.toString()));
  }

  @Test
  void texts_that_lose_their_end_are_told_at_once_and_counted() {
    String longText = "tavo ".repeat(11);
    Captured jada = predict(utf8("lumo\n" + longText + "\nsulk\n" + longText + "\n"), 0, "--json");

    assertThat(jada.errLines())
        .containsExactly(
            "text 2 is longer than 12 tokens and loses its end; --max-length keeps more",
            "texts: 2 of 4 texts are longer than 12 tokens and lose their end; --max-length keeps"
                + " more");
    List<JsonNode> lines = jada.out().lines().map(JSON::readTree).toList();
    assertThat(lines)
        .extracting(line -> line.path("cut").booleanValue(false))
        .containsExactly(false, true, false, true);
    assertThat(predict(utf8(longText), 0, "--max-length", 20).err()).isEmpty();
  }

  @Test
  void evaluate_counts_them_too() {
    Path data =
        world.file(
            "long.tsv", "sentence\tlabel\nlumo\tsunny\n" + "sulk ".repeat(11) + "\tgloomy\n");
    Captured jada = new Captured();

    assertThat(jada.run("evaluate", "--adapter", adapter, "--data", data, "--json")).isZero();

    assertThat(JSON.readTree(jada.out()).path("cut").intValue()).isEqualTo(1);
    assertThat(jada.errLines())
        .containsExactly(
            data
                + ": 1 of 2 texts are longer than 12 tokens and lose their end; --max-length keeps"
                + " more");
  }

  @Test
  void many_lines_come_out_as_many_and_in_order() {
    StringBuilder input = new StringBuilder();
    for (int i = 0; i < MANY; i++) {
      input.append(i % 7 == 3 ? "" : "lumo " + i).append('\n');
    }

    List<String> lines = predict(utf8(input.toString()), 0).out().lines().toList();

    assertThat(lines).hasSize(MANY);
    for (int i = 0; i < MANY; i++) {
      assertThat(lines.get(i)).endsWith(i % 7 == 3 ? "" : "\tlumo " + i);
      assertThat(lines.get(i).isEmpty()).as("line %d", i).isEqualTo(i % 7 == 3);
    }
  }

  @Test
  void threads_are_started_once_for_all_lines() throws Exception {
    String input = "lumo\n".repeat(64 * 50);
    long before = Thread.ofPlatform().unstarted(() -> {}).threadId(); // they are counted up

    predict(utf8(input), 0, "--threads", 2);

    Thread next = Thread.ofPlatform().unstarted(() -> {});
    // One worker, and a few of the machine's own; a pool for each of the 50 batches would be more.
    assertThat(next.threadId() - before).isLessThan(50);
  }

  @Test
  void a_reader_that_leaves_ends_the_command_without_a_word() throws Exception {
    Path texts = temp.resolve("texts.txt");
    Files.writeString(texts, "lumo tavo\n".repeat(20_000));
    for (List<String> command :
        List.of(
            List.of("predict", "--adapter", adapter.toString(), "--data", texts.toString()),
            List.of("inspect", adapter.toString()),
            List.of("finetune", "--help"),
            List.of("--version"))) {
      Process process = process(command);
      process.getInputStream().close(); // as head does, here before the first line
      String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(process.waitFor()).as(said).isEqualTo(141);
      assertThat(said.lines().filter(line -> !line.contains("incubator"))).isEmpty();
    }
  }

  private static Process process(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "jada.cli.Main"));
    command.addAll(arguments);
    return new ProcessBuilder(command).start();
  }
}
