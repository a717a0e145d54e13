package jada.cli;

import jada.nn.files.Safetensors;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A base model and data small enough that commands run in seconds: a BERT of two layers with
/// random weights, and sentences of made-up words, some of which tell the label.
final class TinyWorld {
  private static final List<String> SUNNY = List.of("lumo", "brisa", "solar", "clarin", "fresco");
  private static final List<String> GLOOMY = List.of("morbo", "grunt", "nebel", "dreck", "sulk");
  private static final List<String> NEUTRAL =
      List.of("tavo", "miru", "keldo", "pona", "sitelen", "wawa", "lipu", "tomo", "ilo", "jan");

  private static final int CHANNELS = 32;
  private static final int LAYERS = 2;
  private static final int INNER = 64;
  private static final int POSITIONS = 32;

  private final Path folder;

  TinyWorld(Path folder) {
    this.folder = folder;
  }

  /// A command that trains on 300 and 60 of its texts, from 4 to 2 triplets a matrix.
  ///
  /// @param more options besides
  Object[] finetune(Path out, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("finetune", "--model", model()));
    arguments.addAll(
        List.of("--train", data("train.tsv", 300, 1), "--dev", data("dev.tsv", 60, 2)));
    arguments.addAll(List.of("--out", out, "--batch-size", 10, "--init-r", 4, "--target-r", 2));
    arguments.addAll(List.of(more));
    return arguments.toArray();
  }

  /// The base model's folder, written anew.
  Path model() {
    Path model = folder.resolve("model");
    List<String> vocabulary =
        new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    vocabulary.addAll(SUNNY);
    vocabulary.addAll(GLOOMY);
    vocabulary.addAll(NEUTRAL);
    try {
      Files.createDirectories(model);
      Files.writeString(
          model.resolve("config.json"),
          """
          {"model_type": "bert", "vocab_size": %d, "hidden_size": %d, "num_hidden_layers": %d,
           "num_attention_heads": 2, "intermediate_size": %d, "max_position_embeddings": %d,
           "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu"}
          """
              .formatted(vocabulary.size(), CHANNELS, LAYERS, INNER, POSITIONS));
      Files.write(model.resolve("vocab.txt"), vocabulary);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Safetensors.write(model.resolve("model.safetensors"), weights(vocabulary.size()));
    return model;
  }

  private static Map<String, Tensor> weights(int words) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    matrix(weights, "embeddings.word_embeddings.weight", words, CHANNELS);
    matrix(weights, "embeddings.position_embeddings.weight", POSITIONS, CHANNELS);
    matrix(weights, "embeddings.token_type_embeddings.weight", 2, CHANNELS);
    norm(weights, "embeddings.LayerNorm");
    for (int layer = 0; layer < LAYERS; layer++) {
      String block = "encoder.layer." + layer + ".";
      for (String name : List.of("query", "key", "value")) {
        linear(weights, block + "attention.self." + name, CHANNELS, CHANNELS);
      }
      linear(weights, block + "attention.output.dense", CHANNELS, CHANNELS);
      norm(weights, block + "attention.output.LayerNorm");
      linear(weights, block + "intermediate.dense", INNER, CHANNELS);
      linear(weights, block + "output.dense", CHANNELS, INNER);
      norm(weights, block + "output.LayerNorm");
    }
    return weights;
  }

  private static void matrix(Map<String, Tensor> weights, String name, int out, int in) {
    Tensor values = Tensor.normal(Shape.of(out, in), 0.2f, RandomSource.of(1).split(name));
    weights.put(name, values);
  }

  private static void linear(Map<String, Tensor> weights, String name, int out, int in) {
    matrix(weights, name + ".weight", out, in);
    weights.put(name + ".bias", Tensor.zeros(Shape.of(out)));
  }

  private static void norm(Map<String, Tensor> weights, String name) {
    weights.put(name + ".weight", Tensor.full(Shape.of(CHANNELS), 1));
    weights.put(name + ".bias", Tensor.zeros(Shape.of(CHANNELS)));
  }

  /// Labelled sentences as TSV with a header.
  Path data(String file, int rows, long seed) {
    RandomSource random = RandomSource.of(seed);
    StringBuilder text = new StringBuilder("sentence\tlabel\n");
    for (int row = 0; row < rows; row++) {
      List<String> telling = row % 2 == 0 ? SUNNY : GLOOMY;
      List<String> words = new ArrayList<>();
      int length = 4 + random.nextInt(5);
      for (int i = 0; i < length; i++) {
        words.add(NEUTRAL.get(random.nextInt(NEUTRAL.size())));
      }
      for (int i = 0; i < 3; i++) {
        words.set(random.nextInt(length), telling.get(random.nextInt(telling.size())));
      }
      text.append(String.join(" ", words)).append('\t');
      text.append(row % 2 == 0 ? "sunny" : "gloomy").append('\n');
    }
    return file(file, text.toString());
  }

  /// A file with this content.
  Path file(String name, String content) {
    try {
      return Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
