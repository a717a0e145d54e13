package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whatever is wrong with the command line or its files is told in one line that names it and says
/// what to do, with exit status 2, and leaves nothing behind.
class BadInputTest {
  @TempDir private Path temp;
  private TinyWorld world;
  private Path model;
  private Path train;
  private Path dev;
  private final Captured jada = new Captured();

  @BeforeEach
  void make() {
    world = new TinyWorld(temp);
    model = world.model();
    train = world.data("train.tsv", 40, 1);
    dev = world.data("dev.tsv", 10, 2);
  }

  /// Runs `finetune`, later arguments overriding earlier ones.
  private void refuses(String message, Object... arguments) {
    List<Path> before = tree();
    List<Object> all = new ArrayList<>(List.of("finetune"));
    List<Object> given = List.of(arguments);
    Object[][] usual = {
      {"--model", model}, {"--train", train}, {"--dev", dev}, {"--out", temp.resolve("out")}
    };
    for (Object[] option : usual) {
      if (!given.contains(option[0])) {
        all.addAll(List.of(option));
      }
    }
    all.addAll(given);

    int status = jada.run(all.toArray());

    assertThat(jada.errLines()).singleElement().asString().startsWith("jada: ").contains(message);
    assertThat(status).isEqualTo(2);
    assertThat(jada.out()).isEmpty();
    assertThat(tree()).isEqualTo(before);
  }

  private List<Path> tree() {
    try (Stream<Path> walk = Files.walk(temp)) {
      return walk.sorted().toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void file_that_is_missing() {
    refuses(temp.resolve("none.tsv") + ": no such file", "--train", temp.resolve("none.tsv"));
  }

  @Test
  void file_that_is_empty() {
    Path empty = world.file("empty.tsv", "");

    refuses(empty + ": is empty", "--train", empty);
  }

  @Test
  void row_without_label() {
    Path file = world.file("rows.tsv", "sentence\tlabel\nlumo\tsunny\nmorbo\t\n");

    refuses(file + ":3: ", "--train", file);
  }

  @Test
  void one_class_only() {
    Path file = world.file("one.tsv", "sentence\tlabel\nlumo\tsunny\nbrisa\tsunny\n");

    refuses(file + ": every label is 'sunny'", "--train", file);
  }

  @Test
  void header_of_unknown_names() {
    Path file = world.file("reviews.csv", "review,sentiment\nlumo,sunny\nmorbo,gloomy\n");

    refuses(
        file
            + ":1: the label 'sentiment' occurs only here, so this row looks like a header:"
            + " 'review, sentiment'; if it is, give --text-column and --label-column by name",
        "--train",
        file);
  }

  @Test
  void labels_that_look_alike() {
    Path file = world.file("alike.tsv", "sentence\tlabel\nlumo\t1\nbrisa\t0\nmorbo\t1.0\n");

    refuses(
        file
            + ":4: the label '1.0' would be another class than '1' of "
            + file
            + ":2; write them alike, or say that they are two: --odd-labels keep",
        "--train",
        file);
  }

  @Test
  void second_text_that_is_empty() {
    Path file =
        world.file("pairs.tsv", "sentence1\tsentence2\tlabel\nlumo\tbrisa\t1\nmorbo\t\t0\n");

    refuses(
        file
            + ":3: the second text is empty; correct the file, or say what is done with such rows:"
            + " --empty keep, or skip",
        "--train",
        file);
  }

  @Test
  void label_in_dev_that_training_does_not_know() {
    Path file = world.file("unknown.tsv", "sentence\tlabel\nlumo\tsunny\nbrisa\tfoggy\n");

    refuses(file + ":3: the label 'foggy'", "--dev", file);
  }

  @Test
  void file_that_is_not_utf8() throws IOException {
    Path file = temp.resolve("latin.tsv");
    Files.write(
        file,
        "sentence\tlabel\nlumo\tsunny\ngr\u00fcn\tgloomy\n".getBytes(StandardCharsets.ISO_8859_1));

    refuses(file + ":3: byte 29, 0xFC, is not UTF-8 text", "--train", file);
  }

  @Test
  void label_that_is_no_number_in_regression() {
    refuses(train + ":2: the label 'sunny' is not a finite number", "--task", "regression");
  }

  @Test
  void train_without_dev() {
    assertThat(jada.run("finetune", "--train", train)).isEqualTo(2);
    assertThat(jada.errLines()).singleElement().asString().startsWith("jada: --dev: is needed");
  }

  @Test
  void model_that_is_neither_known_nor_a_folder() {
    refuses("model all-mini: neither a known model (", "--model", "all-mini");
  }

  @Test
  void folder_without_config() throws IOException {
    Files.delete(model.resolve("config.json"));

    refuses(model + ": holds no config.json");
  }

  @Test
  void safetensors_that_is_truncated() throws IOException {
    Path file = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));

    refuses(
        "its bytes end at %d, the file at %d (truncated?); the file is damaged, fetch or save it again"
            .formatted(bytes.length, bytes.length - 100));
  }

  @Test
  void safetensors_whose_header_claims_to_be_huge() throws IOException {
    Path file = model.resolve("model.safetensors");
    ByteBuffer header = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, header.putLong(Long.MAX_VALUE).array());

    refuses(
        file
            + ": claims a header of 9223372036854775807 bytes in a file of 16; it is truncated or"
            + " not a safetensors file, fetch or save it again");
  }

  @Test
  void safetensors_whose_tensors_overlap() throws IOException {
    changeHeader(
        header -> {
          String weight = offsetsOf("embeddings.LayerNorm.weight", header);
          String bias = offsetsOf("embeddings.LayerNorm.bias", header);
          return header.replace(weight, bias);
        });

    refuses("overlap");
  }

  @Test
  void safetensors_of_a_type_that_does_not_exist() throws IOException {
    changeHeader(header -> header.replaceFirst("\"F32\"", "\"F31\""));

    refuses("dtype 'F31' is unknown; save the tensor as F32, F16 or BF16");
  }

  private static String offsetsOf(String tensor, String header) {
    Matcher matcher =
        Pattern.compile(Pattern.quote("\"" + tensor + "\"") + "[^}]*(\"data_offsets\":\\[[^]]*])")
            .matcher(header);
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  /// Writes the model's file anew with its header changed: 8 bytes of length, JSON, data.
  private void changeHeader(UnaryOperator<String> change) throws IOException {
    Path file = model.resolve("model.safetensors");
    ByteBuffer old = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] json = new byte[Math.toIntExact(old.getLong())];
    old.get(json);
    byte[] header =
        change.apply(new String(json, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    assertThat(header).isNotEqualTo(json);
    ByteBuffer changed =
        ByteBuffer.allocate(8 + header.length + old.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, changed.putLong(header.length).put(header).put(old).array());
  }

  @Test
  void option_that_does_not_exist() {
    refuses("unknown option --warmup; did you mean --warmup-ratio?", "--warmup", "0.1");
  }

  @ParameterizedTest
  @CsvSource({
    "--epochs, --seed 3 --epochs 1 --epochs 2",
    "--epochs, --epochs=1 --learning-rate 0.001 --epochs 1",
    "--no-shuffle, --no-shuffle --no-shuffle",
    "--json, --json --seed 1 --json"
  })
  void option_that_is_given_twice(String option, String line) {
    refuses(option + ": is given twice; give it once", (Object[]) line.split(" "));
  }

  @Test
  void number_that_is_none() {
    refuses("--batch-size: 'many' is not an int; see jada finetune --help", "--batch-size", "many");
  }

  @Test
  void more_threads_than_any_machine_has() {
    refuses("--threads: must be from 1 to 1024, got 100000", "--threads", 100_000);
  }

  @Test
  void number_out_of_range() {
    refuses("--learning-rate: must be a positive number", "--learning-rate", "-1");
  }

  @Test
  void rank_out_of_range() {
    refuses("--init-r: must be at least 1, got 0", "--init-r", "0");
  }

  @Test
  void choice_that_does_not_exist() {
    refuses("--method: must be adalora, lora, head, full or ia3, got dora", "--method", "dora");
  }

  @Test
  void length_of_time_that_is_none() {
    refuses("--tinit: steps: \"soon\" is no length of time", "--tinit", "soon");
  }

  @Test
  void module_that_matches_nothing() {
    refuses("--target-modules: \"query_proj\" matches none", "--target-modules", "query_proj");
  }

  @Test
  void schedule_that_cannot_fit() {
    refuses(
        "--tinit, --tfinal: tinit 1 and tfinal 2 leave no step",
        "--tinit",
        1,
        "--tfinal",
        2,
        "--max-steps",
        3);
  }

  @Test
  void target_rank_above_the_initial_rank() {
    refuses("target-r 13 must not be greater than init-r 12", "--init-r", "12", "--target-r", "13");
  }

  @Test
  void encoding_that_does_not_exist() {
    for (String name : List.of("latin-none", "no such", "")) {
      Captured run = new Captured();
      assertThat(run.run("finetune", "--encoding=" + name)).isEqualTo(2);
      assertThat(run.errLines())
          .containsExactly(
              "jada: --encoding: '%s' is no encoding that Java knows; give its name, such as UTF-8,"
                      .formatted(name)
                  + " ISO-8859-1, windows-1252 or UTF-16; see jada finetune --help");
    }
  }

  @Test
  void output_that_is_a_link_to_nothing() throws IOException {
    Path link = Files.createSymbolicLink(temp.resolve("link"), temp.resolve("nowhere"));
    for (Path out : List.of(link, link.resolve("run"))) {
      Captured run = new Captured();
      String message =
          "jada: --out %s: %s is a link to %s, which does not exist; make that folder, or name another"
              .formatted(out, link, temp.resolve("nowhere"));

      int status =
          run.run("finetune", "--model", model, "--train", train, "--dev", dev, "--out", out);
      assertThat(run.errLines()).containsExactly(message);
      assertThat(status).isEqualTo(2);
      Captured merge = new Captured();
      assertThat(merge.run("merge", temp.resolve("none"), "--out", out)).isEqualTo(2);
      assertThat(merge.errLines()).containsExactly(message);
    }
  }

  @Test
  void output_below_a_file() {
    refuses("--out " + train.resolve("x"), "--out", train.resolve("x"));
  }

  @Test
  void trace_in_a_folder_that_is_missing() {
    Path trace = temp.resolve("missing/trace.jsonl");

    refuses("--trace " + trace, "--trace", trace);
  }

  @Test
  void max_length_that_the_model_cannot_take() {
    refuses("--max-length: must be from 3 to 32 tokens", "--max-length", 64);
  }

  @Test
  void adapter_that_does_not_exist() {
    Path none = temp.resolve("none");
    for (String command : List.of("evaluate", "predict", "inspect")) {
      Captured run = new Captured();
      Object[] arguments =
          command.equals("evaluate")
              ? new Object[] {command, "--adapter", none, "--data", dev}
              : new Object[] {command, "--adapter", none};

      assertThat(run.run(arguments)).as(command).isEqualTo(2);
      assertThat(run.errLines())
          .singleElement()
          .asString()
          .startsWith("jada: " + none + ": no such folder");
    }
  }

  @Test
  void command_without_the_adapter_that_it_needs() {
    assertThat(jada.run("predict", "some text")).isEqualTo(2);
    assertThat(jada.errLines())
        .containsExactly("jada: --adapter: is needed; name the folder that finetune wrote");
  }
}
