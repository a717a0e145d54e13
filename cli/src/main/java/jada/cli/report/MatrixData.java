package jada.cli.report;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.Triplets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What the page's charts draw of the trained matrices, as JSON: of each a sample of the rows of P
/// and the columns of Q, evenly spaced, from which every entry of each λᵢ·P[:,i]·Q[i,:] and of ΔW
/// at these places follows exactly; and its singular values.
///
/// @param config how the model was adapted
/// @param triplets of each matrix by name, the living ones
record MatrixData(AdaLoraConfig config, Map<String, Triplets> triplets) {
  /// Entries of P and Q at most: what bounds the size of the page.
  private static final int NUMBERS = 30_000;

  private static final int MOST_PLACES = 24;
  private static final int FEWEST_PLACES = 8;

  /// The factor of P·diag(λ)·Q in ΔW.
  private float scale() {
    return config.method() == Method.LORA
        ? (float) (config.alpha() / config.targetRank())
        : config.scale();
  }

  /// @param names the matrices in the order in which they are shown
  ArrayNode all(List<String> names) {
    int rank = Math.max(1, triplets.values().stream().mapToInt(Triplets::rank).sum());
    int places = Math.clamp(NUMBERS / (2L * rank), FEWEST_PLACES, MOST_PLACES);
    ArrayNode matrices = Numbers.list();
    for (String name : names) {
      if (triplets.containsKey(name)) {
        matrices.add(matrix(name, triplets.get(name), places));
      }
    }
    return matrices;
  }

  private ObjectNode matrix(String name, Triplets of, int places) {
    ObjectNode matrix = JsonNodeFactory.instance.objectNode();
    matrix.put("name", name).put("out", of.out()).put("in", of.in());
    int[] rows = spread(of.out(), places);
    int[] columns = spread(of.in(), places);
    IntStream.of(rows).forEach(matrix.putArray("rows")::add);
    IntStream.of(columns).forEach(matrix.putArray("columns")::add);
    ArrayNode list = matrix.putArray("triplets");
    for (int i = 0; i < of.rank(); i++) {
      ObjectNode triplet = list.addObject();
      ArrayNode p = triplet.putArray("p");
      ArrayNode q = triplet.putArray("q");
      for (int row : rows) {
        Numbers.addRounded(p, of.p().get(row, i));
      }
      for (int column : columns) {
        Numbers.addRounded(q, of.q().get(i, column));
      }
      // With the scale of ΔW in it, as all that is shown of λ beside a matrix.
      triplet.put("lambda", of.lambda().get(i) * scale());
    }
    Spectrum spectrum = Spectrum.of(of, scale());
    matrix.set("singular", Numbers.rounded(spectrum.singular().array()));
    matrix.set("learned", Numbers.rounded(spectrum.learned().array()));
    return matrix;
  }

  private static int[] spread(int size, int places) {
    int count = Math.min(size, places);
    return IntStream.range(0, count).map(k -> (int) ((long) k * size / count)).toArray();
  }
}
