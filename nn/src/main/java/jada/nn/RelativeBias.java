package jada.nn;

import jada.autograd.Variable;

/// What attention adds to the score of two tokens for their distance (Raffel et al. 2020, section
/// 2.1): a number for each head, learned for each of a few ranges of distances.
///
/// With δ = l − m, the key's place minus the query's, and n ranges, n/2 for each direction; e = n/4
/// distances have a range of their own, the others grow with the logarithm up to the farthest, f:
///
///     range(δ) = (δ > 0 ? n/2 : 0) + (|δ| < e ? |δ| : min(n/2 − 1, e + ⌊ln(|δ|/e)/ln(f/e)·(n/2 − e)⌋))
///
/// @param table (n, H)
record RelativeBias(Embedding table) {
  private static final int FARTHEST = 128;

  /// The biases of all distances in a batch whose longest sequence has D tokens, from D − 1 to the
  /// left on: (2D − 1, H).
  Variable forward(Batch batch) {
    int longest = 1;
    for (int i = 0; i < batch.sequences(); i++) {
      longest = Math.max(longest, batch.length(i));
    }
    int[] ranges = new int[2 * longest - 1];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = range(i - (longest - 1), table.size());
    }
    return table.forward(ranges);
  }

  /// The range of a distance, from 0 to n − 1.
  static int range(int distance, int ranges) {
    int half = ranges / 2;
    int exact = half / 2;
    int far = Math.abs(distance);
    int within = far;
    if (far >= exact) {
      // In float as the reference, and in its order: on it depends on which side ⌊·⌋ falls.
      float grown = ln((float) far / exact) / ln((float) FARTHEST / exact);
      within = Math.min(half - 1, exact + (int) (grown * (half - exact)));
    }
    return within + (distance > 0 ? half : 0);
  }

  // Math.log may differ in its last bit from processor to processor.
  private static float ln(float x) {
    return (float) StrictMath.log(x);
  }
}
