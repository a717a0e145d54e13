package jada.adalora.testing;

import jada.nn.text.Encoding;
import jada.nn.text.Input;
import jada.nn.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// A tokenizer of another kind than Jada's own: a word is a token, words are what stands between
/// blanks, `<s>` and `</s>` stand around the texts, and there are no token types.
public record WordLevelTokenizer(List<String> tokens) implements Tokenizer {
  private static final String UNKNOWN = "<unk>";

  /// The given words behind the special tokens.
  public static WordLevelTokenizer of(List<String> words) {
    List<String> tokens = new ArrayList<>(List.of("<s>", "<pad>", "</s>", UNKNOWN));
    tokens.addAll(words);
    return new WordLevelTokenizer(List.copyOf(tokens));
  }

  @Override
  public Encoding encode(Input input, int maxLength) {
    List<String> first = words(input.text());
    List<String> second = input.pair().map(WordLevelTokenizer::words).orElseGet(ArrayList::new);
    int special = input.pair().isPresent() ? 3 : 2;
    while (first.size() + second.size() > maxLength - special) {
      (first.size() > second.size() ? first : second).removeLast();
    }
    List<Integer> ids = new ArrayList<>(List.of(id("<s>")));
    first.forEach(word -> ids.add(id(word)));
    ids.add(id("</s>"));
    if (input.pair().isPresent()) {
      second.forEach(word -> ids.add(id(word)));
      ids.add(id("</s>"));
    }
    return new Encoding(ids.stream().mapToInt(Integer::intValue).toArray(), ids.size());
  }

  private static List<String> words(String text) {
    return new ArrayList<>(text.isBlank() ? List.of() : List.of(text.strip().split("\\s+")));
  }

  private int id(String token) {
    int id = tokens.indexOf(token);
    return id >= 0 ? id : tokens.indexOf(UNKNOWN);
  }

  @Override
  public String kind() {
    return "WordLevel";
  }

  @Override
  public int vocabularySize() {
    return tokens.size();
  }

  @Override
  public String token(int id) {
    return tokens.get(id);
  }

  @Override
  public int paddingId() {
    return tokens.indexOf("<pad>");
  }

  @Override
  public SequencedMap<String, String> files() {
    SequencedMap<String, String> files = new LinkedHashMap<>();
    files.put("words.txt", String.join("\n", tokens) + "\n");
    return files;
  }
}
