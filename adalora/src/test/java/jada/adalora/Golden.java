package jada.adalora;

import jada.adalora.testing.Json;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The numbers that PEFT computed; src/test/python/adalora_golden.py wrote them.
final class Golden {
  private Golden() {}

  static JsonNode read() {
    try (InputStream in = Golden.class.getResourceAsStream("adalora_golden.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Triplets of a matrix whose (in, out) is `sizes`.
  static Triplets triplets(JsonNode node, JsonNode sizes, int rank) {
    return new Triplets(
        Tensor.of(Shape.of(sizes.get(1).asInt(), rank), Json.floats(node.get("p"))),
        Tensor.vector(Json.floats(node.get("lambda"))),
        Tensor.of(Shape.of(rank, sizes.get(0).asInt()), Json.floats(node.get("q"))));
  }
}
