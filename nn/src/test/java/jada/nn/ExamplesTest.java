package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;

import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.examples.CompareSentences;
import jada.nn.examples.OwnLayer;
import jada.nn.text.WordPieceTokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExamplesTest {
  @TempDir private Path temp;

  /// The folder of a small BERT whose words are letters.
  private String model() throws IOException {
    List<String> words = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    for (char word = 'a'; words.size() < RandomBert.CONFIG.vocabularySize(); word++) {
      words.add(String.valueOf(word));
    }
    String vocabulary = String.join("\n", words) + "\n";
    Path file = Files.writeString(temp.resolve("vocab.txt"), vocabulary);
    Path folder = temp.resolve("model");
    HuggingFaceFolder.write(
        folder,
        new PretrainedModel(
            "letters",
            RandomBert.CONFIG,
            WordPieceTokenizer.fromVocabulary(file, true),
            RandomBert.weights(RandomBert.CONFIG, 2, 0.3f, 4),
            "",
            "letters",
            List.of(),
            Optional.empty()));
    return folder.toString();
  }

  private static String printed(Consumer<String[]> example, String... args) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream console = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      example.accept(args);
    } finally {
      System.setOut(console);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void a_sentence_is_closest_to_itself() throws IOException {
    String text = printed(CompareSentences::main, model(), "a b c", "a b c", "k");

    assertThat(text)
        .startsWith("13 tokens begin at [0, 5, 10, 13](13, 16)\n1.0000  a b c\n")
        .containsPattern("-?0\\.\\d{4}  k\n");
  }

  @Test
  void own_layer_learns_in_place_of_the_matrices_of_values() throws IOException {
    String text = printed(OwnLayer::main, model(), "a b c", "k l");

    assertThat(text).contains("parameter bert.encoder.layer.0.attention.self.value.scale (16)");
    List<Double> losses =
        text.lines()
            .filter(line -> line.startsWith("step"))
            .map(line -> Double.parseDouble(line.replaceAll(".* ", "")))
            .toList();
    assertThat(losses).hasSize(3);
    assertThat(losses.getFirst()).isGreaterThan(0.3);
    assertThat(losses.getLast()).isLessThan(0.1);
  }
}
