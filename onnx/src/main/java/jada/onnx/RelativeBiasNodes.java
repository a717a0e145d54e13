package jada.onnx;

import jada.nn.EncoderConfig;

/// The nodes of MPNet's bias by distance: what `RelativeBias` of module nn computes.
///
/// The range of each distance, which needs logarithms, is a constant of the file: a list over the
/// distances from 1 − M to M − 1, with M the most tokens of a text. In the graph
///
///     distance[l, m] = m − l + M − 1            (T, T), the key's place minus the query's
///     bias           = table[range[distance]]   (T, T, H) -> (1, H, T, T)
record RelativeBiasNodes(Nodes nodes, EncoderConfig config) {
  private static final int RANGES = 32;
  private static final int FARTHEST = 128;

  /// The biases, (1, H, T, T).
  ///
  /// @param tokens T, as a list of one number
  String bias(String tokens) {
    int most = config.maxTokens();
    String last = nodes.node("Squeeze", tokens, nodes.whole(0));
    String places = nodes.node("Range", nodes.scalar(0), last, nodes.scalar(1)); // (T)
    String keys = nodes.node("Unsqueeze", places, nodes.whole(0)); // (1, T)
    String queries = nodes.node("Unsqueeze", places, nodes.whole(1)); // (T, 1)
    String distance = nodes.node("Sub", keys, queries); // (T, T)
    String fromZero = nodes.node("Add", distance, nodes.scalar(most - 1L));
    String range = nodes.gather(nodes.wholes("/constant/ranges", ranges(most)), fromZero, 0);
    String table = nodes.weight("encoder.relative_attention_bias.weight"); // (n, H)
    String biases = nodes.transpose(nodes.gather(table, range, 0), 2, 0, 1); // (H, T, T)
    return nodes.node("Unsqueeze", biases, nodes.whole(0));
  }

  private static long[] ranges(int most) {
    long[] ranges = new long[2 * most - 1];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = range(i - (most - 1));
    }
    return ranges;
  }

  // As in module nn, whose comments tell why it is done in float and with StrictMath.
  private static int range(int distance) {
    int half = RANGES / 2;
    int exact = half / 2;
    int far = Math.abs(distance);
    int within = far;
    if (far >= exact) {
      float grown =
          (float) StrictMath.log((float) far / exact)
              / (float) StrictMath.log((float) FARTHEST / exact);
      within = Math.min(half - 1, exact + (int) (grown * (half - exact)));
    }
    return within + (distance > 0 ? half : 0);
  }
}
