package jada.bench;

import jada.nn.text.Alignment;
import jada.nn.text.Encoding;
import jada.nn.text.Input;
import jada.nn.text.Tokenizer;
import jada.nn.text.Tokenizers;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What Jada's tokenizers make of texts, for `compare/tokenizers.py`.
///
///     java … jada.bench.TokenizerAnswers answer TEXTS OUT FOLDER…
///     java … jada.bench.TokenizerAnswers time TEXTS SECONDS FOLDER…
///
/// TEXTS has a JSON array a line: one text or two, then the length to cut at, 0 for none. `answer`
/// writes for each tokenizer and text a line into OUT/NAME: the ids, the place of the first token of
/// type 1, and the places of the tokens. `time` prints for each tokenizer the megabytes (10⁶ bytes
/// of UTF-8) a second of one thread.
public final class TokenizerAnswers {
  private TokenizerAnswers() {}

  /// A text or two, and the length to cut at.
  private record Case(Input input, int length) {}

  /// Runs as the class comment says.
  public static void main(String[] arguments) throws IOException {
    List<Case> cases = cases(Path.of(arguments[1]));
    for (int i = 3; i < arguments.length; i++) {
      Path folder = Path.of(arguments[i]);
      Tokenizer tokenizer = Tokenizers.read(folder);
      if (arguments[0].equals("time")) {
        System.out.printf(
            "%s %.3f%n",
            folder.getFileName(), speed(tokenizer, cases, Double.parseDouble(arguments[2])));
      } else {
        answer(tokenizer, cases, Path.of(arguments[2]).resolve(folder.getFileName()));
      }
    }
  }

  private static List<Case> cases(Path file) throws IOException {
    JsonMapper mapper = JsonMapper.builder().build();
    List<Case> cases = new ArrayList<>();
    for (String line : Files.readString(file).split("\n")) {
      JsonNode node = mapper.readTree(line);
      String first = node.get(0).stringValue();
      int length = node.get(node.size() - 1).intValue();
      cases.add(
          new Case(
              node.size() == 2 ? Input.of(first) : Input.of(first, node.get(1).stringValue()),
              length == 0 ? Integer.MAX_VALUE : length));
    }
    return cases;
  }

  private static void answer(Tokenizer tokenizer, List<Case> cases, Path out) throws IOException {
    try (BufferedWriter writer = Files.newBufferedWriter(out)) {
      StringBuilder line = new StringBuilder();
      for (Case one : cases) {
        Encoding encoding = tokenizer.encode(one.input(), one.length());
        Alignment alignment = tokenizer.align(one.input(), one.length());
        if (!alignment.encoding().equals(encoding)) {
          throw new IllegalStateException("encode and align differ: " + one.input());
        }
        int n = encoding.length();
        line.setLength(0);
        int firstTypeOne = n;
        for (int i = 0; i < n; i++) {
          line.append(encoding.id(i)).append(' ');
          firstTypeOne = encoding.typeId(i) == 1 ? Math.min(i, firstTypeOne) : firstTypeOne;
        }
        line.append('|').append(firstTypeOne).append('|');
        for (int i = 0; i < n; i++) {
          line.append(alignment.start(i)).append(':').append(alignment.end(i)).append(' ');
        }
        writer.append(line.append('\n'));
      }
    }
  }

  /// 10⁶ bytes a second, the best of five runs over the time.
  private static double speed(Tokenizer tokenizer, List<Case> cases, double seconds) {
    long bytes = 0;
    for (Case one : cases) {
      bytes += one.input().text().getBytes(StandardCharsets.UTF_8).length;
    }
    double best = 0;
    for (int run = 0; run < 5; run++) {
      long start = System.nanoTime();
      long done = 0;
      long ids = 0;
      while (System.nanoTime() - start < seconds * 1e9 / 5) {
        for (Case one : cases) {
          ids += tokenizer.encode(one.input(), Integer.MAX_VALUE).length();
        }
        done += bytes;
      }
      if (ids == 0) {
        throw new IllegalStateException("no tokens");
      }
      best = Math.max(best, done * 1e3 / (System.nanoTime() - start));
    }
    return best;
  }
}
