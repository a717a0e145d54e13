package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.autograd.Fused;
import jada.autograd.Gradients;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.files.Safetensors;
import jada.nn.text.Encoding;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Logits, loss and every gradient of a random BERT equal those of transformers. The numbers were
/// made by src/test/python/tiny_bert_golden.py.
class TinyBertParityTest {
  private static final BertConfig CONFIG = new BertConfig(50, 32, 2, 4, 64, 12, 2, 1e-12f, 0, 0);

  private final JsonNode golden = Golden.read("tiny_bert.json");
  private Map<String, Tensor> tensors;
  private final Map<String, Variable> weights = new LinkedHashMap<>();
  private Variable logits;

  @BeforeEach
  void computes() throws URISyntaxException {
    tensors = Safetensors.read(Path.of(getClass().getResource("tiny_bert.safetensors").toURI()));
    tensors.forEach(
        (name, value) -> {
          if (name.startsWith("weight.")) {
            String path = name.substring("weight.".length());
            weights.put(withoutPrefix(path), Parameter.of(path, value));
          }
        });
    logits = RandomBert.classifier(CONFIG, 3, weights).logits(batch());
  }

  private static String withoutPrefix(String path) {
    return path.startsWith("bert.") ? path.substring("bert.".length()) : path;
  }

  private Batch batch() {
    List<Encoding> sequences = new ArrayList<>();
    for (int i = 0; i < golden.get("ids").size(); i++) {
      int[] types = Golden.ints(golden.get("token_types").get(i));
      int first = (int) Arrays.stream(types).filter(type -> type == 0).count();
      sequences.add(new Encoding(Golden.ints(golden.get("ids").get(i)), first));
    }
    return Batch.of(sequences);
  }

  private Variable loss() {
    return Fused.crossEntropy(logits, Golden.ints(golden.get("labels")));
  }

  @Test
  void logits_equal_those_of_transformers() {
    for (int i = 0; i < 2; i++) {
      Golden.assertClose(
          "logits",
          logits.value().gatherRows(i).reshape(Shape.of(3)),
          Golden.floats(golden.get("logits").get(i)),
          1e-5,
          0);
    }
  }

  @Test
  void loss_equals_that_of_transformers() {
    assertThat((double) loss().value().item())
        .isCloseTo(golden.get("loss").asDouble(), within(1e-5));
  }

  @Test
  void every_gradient_equals_that_of_transformers() {
    Gradients gradients = Gradients.of(loss());

    assertThat(gradients.parameters()).hasSize(weights.size()).hasSize(41);
    for (Parameter parameter : RandomBert.trained(weights)) {
      Tensor expected = tensors.get("gradient." + parameter.name());
      // The true gradient of a key's bias is 0 (softmax does not see it), hence 1e-6 absolute.
      Golden.assertClose(parameter.name(), gradients.of(parameter), expected.array(), 1e-6, 1e-5);
    }
  }
}
