package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever language the machine speaks, Jada prints and writes the same bytes: digits, separators,
/// and letters in upper and lower case.
class LocaleTest {
  /// A string literal, or a text block.
  private static final String LITERAL = "\"\"\"(?:.|\\n)*?\"\"\"|\"(?:[^\"\\\\\\n]|\\\\.)*\"";

  /// Literals that are formatted without a locale.
  private static final Pattern FORMATTED =
      Pattern.compile("((?:(?:" + LITERAL + ")[\\s+()]*)+)\\.formatted\\(");

  /// Conversions whose result depends on the language: all but strings, characters and line ends.
  private static final Pattern DEPENDS =
      Pattern.compile("%[-#+ 0,(]*\\d*(?:[.]\\d+)?[dfegxXoEGaAtT]");

  private static final Pattern WITHOUT_LOCALE =
      Pattern.compile(
          "String\\.format\\(\\s*+(?!Locale\\.ROOT)|\\bprintf\\(\\s*+(?!Locale\\.ROOT)"
              + "|to(?:Lower|Upper)Case\\(\\)|(?:Number|Decimal|Message|Choice)Format\\b"
              + "|ofPattern\\(\"[^\"]*\"\\)");

  private static final Map<String, List<String>> LANGUAGES = new LinkedHashMap<>();

  static {
    LANGUAGES.put("en", List.of("-Duser.language=en", "-Duser.country=US"));
    LANGUAGES.put("tr", List.of("-Duser.language=tr", "-Duser.country=TR"));
    LANGUAGES.put("ar", List.of("-Duser.language=ar", "-Duser.country=EG"));
    LANGUAGES.put(
        "th",
        List.of(
            "-Duser.language=th", "-Duser.country=TH", "-Duser.extensions=u-ca-buddhist-nu-thai"));
    LANGUAGES.put(
        "hi", List.of("-Duser.language=hi", "-Duser.country=IN", "-Duser.extensions=u-nu-deva"));
    LANGUAGES.put("de", List.of("-Duser.language=de", "-Duser.country=DE"));
  }

  @TempDir private Path temp;

  @Test
  void no_source_formats_in_the_language_of_the_machine() throws IOException {
    List<String> found = new ArrayList<>();
    for (String module :
        List.of("tensor", "autograd", "nn", "onnx", "adalora", "langchain4j", "cli")) {
      try (Stream<Path> walk = Files.walk(Path.of("..", module, "src/main/java"))) {
        for (Path file : walk.filter(path -> path.toString().endsWith(".java")).toList()) {
          String source = Files.readString(file);
          Matcher formatted = FORMATTED.matcher(source);
          while (formatted.find()) {
            if (DEPENDS.matcher(formatted.group(1)).find()) {
              found.add(file + ": " + formatted.group(1).strip());
            }
          }
          WITHOUT_LOCALE
              .matcher(source)
              .results()
              .map(MatchResult::group)
              .forEach(call -> found.add(file + ": " + call));
        }
      }
    }
    assertThat(found).as("use Locale.ROOT, or %s for whole numbers").isEmpty();
  }

  @Test
  void the_patterns_find_what_they_are_for() {
    for (String bad : List.of("\"%d\".formatted(", "(\"a %s\"\n + \"b %,d\")\n.formatted(")) {
      Matcher matcher = FORMATTED.matcher(bad);
      assertThat(matcher.find()).as(bad).isTrue();
      assertThat(DEPENDS.matcher(matcher.group(1)).find()).as(bad).isTrue();
    }
    for (String bad : List.of("String.format(\"x\")", "x.toUpperCase()", "ofPattern(\"yyyy\")")) {
      assertThat(WITHOUT_LOCALE.matcher(bad).find()).as(bad).isTrue();
    }
    assertThat(WITHOUT_LOCALE.matcher("String.format(\n Locale.ROOT, \"x\")").find()).isFalse();
  }

  @Test
  void commands_print_and_write_the_same_bytes() throws Exception {
    TinyWorld world = new TinyWorld(temp);
    List<String> common =
        List.of(
            world.model().toString(),
            world.data("train.tsv", 2_000, 1).toString(),
            world.data("dev.tsv", 40, 2).toString());
    Map<String, Map<String, String>> results = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> language : LANGUAGES.entrySet()) {
      Path out = Files.createDirectory(temp.resolve("out-" + language.getKey()));
      results.put(language.getKey(), results(language.getValue(), common, out));
    }
    Map<String, String> expected = results.get("en");
    assertThat(expected.get("printed"))
        .contains("training 2,146 of 22,308 parameters on 2,000 examples")
        .contains("must be at least 1, got 0");
    results.forEach(
        (language, result) ->
            expected.forEach((name, text) -> same(language + ": " + name, result.get(name), text)));
  }

  /// Names the first line that differs.
  private static void same(String what, String text, String expected) {
    List<String> lines = text.lines().toList();
    List<String> others = expected.lines().toList();
    for (int i = 0; i < Math.min(lines.size(), others.size()); i++) {
      assertThat(lines.get(i)).as("%s, line %d", what, i + 1).isEqualTo(others.get(i));
    }
    assertThat(text).as(what).isEqualTo(expected);
  }

  /// What commands print and write in a process of this language, without what differs from run to
  /// run: places and times, but for the script of their digits.
  private static Map<String, String> results(List<String> jvm, List<String> common, Path out)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.add("-XX:TieredStopAtLevel=1"); // a short run
    // The warning that such a JVM computes with scalar kernels, without the JDK's date before it.
    command.add("-Djava.util.logging.SimpleFormatter.format=%5$s%n");
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Commands.class.getName()));
    command.addAll(common);
    command.add(out.toString());
    Path printed = out.resolve("printed");
    int status =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start()
            .waitFor();
    assertThat(status).as(Files.readString(printed)).isZero();
    Map<String, String> results = new LinkedHashMap<>();
    results.put("printed", timeless(Files.readString(printed), out));
    for (String file :
        List.of("adapter_config.json", "adapter_model.safetensors", "labels.json", "jada.json")) {
      results.put(
          file, Files.readString(out.resolve("run").resolve(file), StandardCharsets.ISO_8859_1));
    }
    for (String file : List.of("run.json", "trace.jsonl", "report.html")) {
      results.put(file, timeless(Files.readString(out.resolve("run").resolve(file)), out));
    }
    return results;
  }

  private static String timeless(String text, Path out) {
    return text.replace(out.toString(), "OUT")
        .lines()
        // The bar appears when time has passed.
        .filter(line -> !line.matches("training [0-9,]+/.*"))
        .map(line -> line.replaceAll("(tokens_per_second|seconds|millis)[\":= ]+[0-9.E-]+", "$1"))
        .map(line -> line.replaceAll("[0-9,.]+ tokens/s|in [0-9]+:[0-9:]+", "#"))
        .map(line -> line.replaceAll("20[0-9]{2}-[0-9-]+T[0-9:]+([+][0-9:]+|Z)", "#"))
        .map(line -> line.replaceAll("\"(started|ended)\" : \"[^\"]*\"", "#"))
        .collect(java.util.stream.Collectors.joining("\n"));
  }

  /// Runs in a process of its own: model, training data, held-out data, folder.
  static final class Commands {
    private Commands() {}

    public static void main(String[] args) {
      String run = Path.of(args[3], "run").toString();
      List<String> data = List.of("--model", args[0], "--train", args[1], "--dev", args[2]);
      List<String> finetune = new ArrayList<>(List.of("finetune", "--out", run));
      finetune.addAll(data);
      finetune.addAll(List.of("--method", "lora", "--target-r", "2", "--max-steps", "3"));
      List<String> wrong = new ArrayList<>(List.of("finetune", "--batch-size", "0"));
      wrong.addAll(data);
      for (List<String> command :
          List.of(
              finetune,
              List.of("evaluate", "--adapter", run, "--data", args[2]),
              List.of("predict", "--adapter", run, "lumo tavo", "I\u0131\u0130i"),
              List.of("predict", "--adapter", run, "--json", "lumo tavo"),
              List.of("inspect", run),
              List.of("inspect", run, "--json"),
              List.of("models"),
              wrong,
              List.of("predict", "--adapter", run, "--max-length", "4000", "x"),
              List.of("finetune", "--help"))) {
        if (command.contains("--help")) {
          Main.speakOneLanguage(); // picocli sorts options in the machine's
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int status =
            Main.run(
                command.toArray(String[]::new),
                new ByteArrayInputStream("lumo\n".getBytes(StandardCharsets.UTF_8)),
                out,
                out);
        out.println(command.getFirst() + " ends with status " + status);
      }
    }
  }
}
