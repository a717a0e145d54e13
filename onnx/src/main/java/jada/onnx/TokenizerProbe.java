package jada.onnx;

import jada.nn.files.AtomicFile;
import jada.nn.files.InputException;
import jada.nn.text.Tokenizer;
import jada.nn.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Tries whether a `tokenizer.json` alone gives the ids of a tokenizer.
final class TokenizerProbe {
  /// Tokens of the vocabulary that are tried, from all parts of it.
  private static final int TOKENS = 1000;

  private static final int LONGEST = 128;

  /// What rules of normalizing and cutting differ in.
  private static final List<String> TEXTS =
      List.of(
          "",
          "Hello, World! It's 3.14 o'clock",
          "É naïve Übergrößen ﬁne Ⅳ",
          "  two  blanks\tand\na line ",
          "漢字 かな 한국어",
          "Ελλάδα ΣΊΣΥΦΟΣ привет عربى हिन्दी",
          "a [MASK] b <mask> c [SEP] d </s> e",
          "👍🏽 x²");

  private TokenizerProbe() {}

  /// Whether the ids are the same for some hard texts, and for tokens of the vocabulary as words of
  /// their own: as they are, in upper case, and with an accent.
  static boolean sameIds(Tokenizer tokenizer, String json) {
    Tokenizer alone = alone(json);
    return texts(tokenizer).stream()
        .allMatch(
            text ->
                Arrays.equals(
                    tokenizer.encode(text, LONGEST).ids(), alone.encode(text, LONGEST).ids()));
  }

  /// The tokenizer that a file describes when no other is read.
  private static Tokenizer alone(String json) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(TokenizerFile.NAME, json);
    // transformers' general class, which adds nothing to the file.
    files.put("tokenizer_config.json", "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}\n");
    try {
      Path folder = Files.createTempDirectory("tokenizer");
      try {
        AtomicFile.writeTexts(folder, files);
        return Tokenizers.read(folder);
      } finally {
        for (String name : files.keySet()) {
          Files.deleteIfExists(folder.resolve(name));
        }
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new InputException(
          "onnx: no temporary folder can be made (" + e.getMessage() + "); make room for it", e);
    }
  }

  private static List<String> texts(Tokenizer tokenizer) {
    List<String> texts = new ArrayList<>(TEXTS);
    int size = tokenizer.vocabularySize();
    int step = Math.max(1, size / TOKENS);
    for (int id = size - 1; id >= 0; id -= step) { // added tokens are the last
      String token = tokenizer.token(id).replaceFirst("^##", "").replace('▁', ' ');
      texts.add(token);
      texts.add(token.toUpperCase(Locale.ROOT));
      texts.add(token + "\u0301");
    }
    return texts;
  }
}
