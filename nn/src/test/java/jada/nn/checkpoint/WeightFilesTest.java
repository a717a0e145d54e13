package jada.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.Checksum;
import jada.nn.files.InputException;
import jada.nn.files.Safetensors;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Weights in one file and in several, in both formats.
class WeightFilesTest {
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir Path temp;
  private Path folder;
  private Path published;

  private static Path resource(String name) {
    try {
      return Path.of(HuggingFaceFolder.class.getResource("/jada/nn/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The folder of a tiny model without its weights.
  @BeforeEach
  void copies_configuration_and_vocabulary() throws IOException {
    published = resource("families/bert-classification");
    folder = Files.createDirectory(temp.resolve("model"));
    for (String name : List.of("config.json", "vocab.txt")) {
      Files.copy(published.resolve(name), folder.resolve(name));
    }
  }

  /// Splits the weights over two files, every other one into each.
  private Map<String, String> split() {
    Safetensors whole = Safetensors.open(published.resolve("model.safetensors"));
    List<Map<String, Tensor>> parts = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
    Map<String, String> map = new LinkedHashMap<>();
    int i = 0;
    for (String name : whole.names()) {
      parts.get(i % 2).put(name, whole.tensor(name));
      map.put(name, part(i++ % 2));
    }
    for (int p = 0; p < 2; p++) {
      Safetensors.write(folder.resolve(part(p)), parts.get(p));
    }
    return map;
  }

  private static String part(int number) {
    return "model-0000%d-of-00002.safetensors".formatted(number + 1);
  }

  private void index(String name, Map<String, String> map) throws IOException {
    List<String> lines = new ArrayList<>();
    map.forEach((weight, file) -> lines.add("\"%s\": \"%s\"".formatted(weight, file)));
    Files.writeString(
        folder.resolve(name),
        "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {" + String.join(", ", lines) + "}}");
  }

  private void assertSameModel() {
    PretrainedModel expected = HuggingFaceFolder.read(published);
    PretrainedModel model = HuggingFaceFolder.read(folder);
    assertThat(model.weights().keySet()).isEqualTo(expected.weights().keySet());
    expected
        .weights()
        .forEach(
            (name, weight) ->
                assertThat(model.weights().get(name).array()).as(name).isEqualTo(weight.array()));
  }

  @Test
  void reads_weights_that_are_split() throws IOException {
    index(INDEX, split());

    assertSameModel();
    String sums =
        Checksum.of(folder.resolve(part(0)))
            + "  model-00001-of-00002.safetensors\n"
            + Checksum.of(folder.resolve(part(1)))
            + "  model-00002-of-00002.safetensors\n";
    assertThat(HuggingFaceFolder.read(folder).checksum())
        .isEqualTo(Checksum.of(sums.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void reads_weights_of_torch_save() throws IOException {
    Path file = folder.resolve("pytorch_model.bin");
    Files.copy(resource("files/torch/bert-classification.bin"), file);

    assertSameModel();
    assertThat(HuggingFaceFolder.read(folder).checksum()).isEqualTo(Checksum.of(file));
  }

  @Test
  void reads_weights_of_torch_save_that_an_index_lists() throws IOException {
    Files.copy(
        resource("files/torch/bert-classification.bin"),
        folder.resolve("pytorch_model-00001-of-00001.bin"));
    Map<String, String> map = new LinkedHashMap<>();
    Safetensors.open(published.resolve("model.safetensors"))
        .names()
        .forEach(name -> map.put(name, "pytorch_model-00001-of-00001.bin"));
    index("pytorch_model.bin.index.json", map);

    assertSameModel();
  }

  @Test
  void prefers_safetensors() throws IOException {
    index(INDEX, split());
    Files.writeString(folder.resolve("pytorch_model.bin"), "no weights");

    assertSameModel();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "../model-00001-of-00002.safetensors | , not a file of this folder",
        "/etc/passwd | , not a file of this folder",
        "\\ud800 | , not a file of this folder",
        "\\u202e.safetensors | , not a file of this folder",
        "model-00002-of-00002.safetensors | holds no tensor",
        "model-00003-of-00002.safetensors | model-00003-of-00002.safetensors: no such file",
      })
  void refuses_an_index_that_is_wrong(String file, String message) throws IOException {
    Map<String, String> map = split();
    map.replace(map.keySet().iterator().next(), file);
    index(INDEX, map);

    assertThatThrownBy(() -> HuggingFaceFolder.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refuses_a_weight_that_the_index_does_not_list() throws IOException {
    Map<String, String> map = split();
    Safetensors first = Safetensors.open(folder.resolve(part(0)));
    Map<String, Tensor> more = new LinkedHashMap<>(Safetensors.read(first.file()));
    more.put("another", Tensor.zeros(Shape.of(1)));
    Safetensors.write(first.file(), more);
    index(INDEX, map);

    assertThatThrownBy(() -> HuggingFaceFolder.read(folder))
        .hasMessageContaining(part(0) + ": holds 'another', which " + INDEX + " does not list");
  }

  @Test
  void refuses_an_index_without_a_map() throws IOException {
    Files.writeString(folder.resolve(INDEX), "{}");

    assertThatThrownBy(() -> HuggingFaceFolder.read(folder)).hasMessageContaining("weight_map");
  }
}
