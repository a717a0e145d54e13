package jada.bench;

import jada.nn.text.Encoding;
import jada.nn.text.WordPieceTokenizer;
import jada.tensor.RandomSource;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// WordPiece on sentences of made-up words, with a vocabulary as large as BERT's: whole words,
/// syllables that continue a word, and letters. The row `tokens` of a result is 10⁶ tokens a
/// second.
///
/// Baseline: [#substrings], the greedy search for the longest piece as the paper states it, with a
/// hash map of substrings, for text that is lower-case ASCII already; it does nothing of the
/// normalization. Training all-MiniLM-L6-v2 consumes some thousand tokens a second.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class TokenizerBenchmark extends Measured {
  private static final int SENTENCES = 500;
  private static final int WORDS = 25;
  private static final String CONSONANTS = "bcdfghjklmnpqrstvwxz";
  private static final String VOWELS = "aeiouy";

  /// Pieces of the vocabulary.
  @Param({"30522"})
  public int vocabulary;

  private final Map<String, Integer> pieces = new LinkedHashMap<>();
  private final List<String> sentences = new ArrayList<>();
  private WordPieceTokenizer tokenizer;

  /// Tokens a second.
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Counted {
    /// Tokens, special tokens included.
    public long tokens;

    /// Starts from zero in every iteration.
    @Setup(Level.Iteration)
    public void clear() {
      tokens = 0;
    }
  }

  /// Makes vocabulary and sentences and checks every id against the baseline.
  @Setup
  public void prepare() {
    RandomSource random = RandomSource.of(1);
    List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".").forEach(this::add);
    for (char c = 'a'; c <= 'z'; c++) {
      add(Character.toString(c));
      add("##" + c);
    }
    while (pieces.size() < vocabulary) {
      add((random.nextInt(4) == 0 ? "##" : "") + word(random, 1 + random.nextInt(3)));
    }
    String lines = String.join("\n", pieces.keySet());
    tokenizer =
        WordPieceTokenizer.fromVocabulary(
            new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)), "made up", true);
    for (int s = 0; s < SENTENCES; s++) {
      List<String> words = new ArrayList<>();
      for (int w = 0; w < WORDS; w++) {
        words.add(word(random, 1 + random.nextInt(4)));
      }
      sentences.add(String.join(" ", words) + ".");
    }
    for (int s = 0; s < SENTENCES; s++) {
      List<Integer> expected = split(sentences.get(s));
      int[] ids = tokenizer.encode(sentences.get(s), Integer.MAX_VALUE).ids();
      Checks.close("tokens of sentence " + s, ids.length, expected.size(), 0, 0);
      for (int i = 0; i < ids.length; i++) {
        Checks.close("token " + i + " of sentence " + s, ids[i], expected.get(i), 0, 0);
      }
    }
  }

  private void add(String piece) {
    pieces.putIfAbsent(piece, pieces.size());
  }

  private static String word(RandomSource random, int syllables) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < syllables; i++) {
      word.append(CONSONANTS.charAt(random.nextInt(CONSONANTS.length())));
      word.append(VOWELS.charAt(random.nextInt(VOWELS.length())));
    }
    return word.toString();
  }

  private List<Integer> split(String sentence) {
    List<Integer> ids = new ArrayList<>();
    ids.add(pieces.get("[CLS]"));
    for (String word : sentence.replace(".", " .").split(" ")) {
      int from = 0;
      while (from < word.length()) { // every letter is a piece, so this always moves on
        int to = word.length();
        String prefix = from == 0 ? "" : "##";
        while (!pieces.containsKey(prefix + word.substring(from, to))) {
          to--;
        }
        ids.add(pieces.get(prefix + word.substring(from, to)));
        from = to;
      }
    }
    ids.add(pieces.get("[SEP]"));
    return ids;
  }

  /// Jada's tokenizer on all sentences.
  @Benchmark
  public List<Encoding> encode(Counted counted) {
    List<Encoding> encodings = new ArrayList<>(SENTENCES);
    for (String sentence : sentences) {
      Encoding encoding = tokenizer.encode(sentence, 512);
      counted.tokens += encoding.length();
      encodings.add(encoding);
    }
    return encodings;
  }

  /// Baseline: longest pieces by substrings.
  @Benchmark
  public List<List<Integer>> substrings(Counted counted) {
    List<List<Integer>> all = new ArrayList<>(SENTENCES);
    for (String sentence : sentences) {
      List<Integer> ids = split(sentence);
      counted.tokens += ids.size();
      all.add(ids);
    }
    return all;
  }
}

// java -jar bench/target/benchmarks.jar TokenizerBenchmark
