package jada.autograd;

import jada.tensor.Shape;
import java.util.Arrays;
import java.util.Optional;

/// Checks the arguments of [FusedAttention].
final class AttentionInputs {
  private AttentionInputs() {}

  static void check(
      Variable q,
      int[] queryOffsets,
      Variable k,
      Variable v,
      int[] offsets,
      int heads,
      Optional<Variable> bias,
      float dropout) {
    Require.shapes(
        q.shape().rank() == 2
            && k.shape().rank() == 2
            && k.shape().dim(1) == q.shape().dim(1)
            && v.shape().equals(k.shape()),
        "attention",
        "q (N, C), k and v (T, C)",
        q,
        k,
        v);
    int channels = q.shape().dim(1);
    if (heads < 1 || channels % heads != 0) {
      throw new IllegalArgumentException(
          "attention: " + channels + " channels cannot be split into " + heads + " equal heads");
    }
    Require.probability("attention", dropout);
    checkOffsets(queryOffsets, "q", q.shape().dim(0));
    checkOffsets(offsets, "k", k.shape().dim(0));
    bias.ifPresent(b -> checkBias(b, Math.max(longest(queryOffsets), longest(offsets)), heads));
    if (queryOffsets.length != offsets.length) {
      throw new IllegalArgumentException(
          "attention: q has "
              + (queryOffsets.length - 1)
              + " sequences and k has "
              + (offsets.length - 1)
              + "; they must be the same sequences");
    }
  }

  private static int longest(int[] offsets) {
    int longest = 1;
    for (int s = 1; s < offsets.length; s++) {
      longest = Math.max(longest, offsets[s] - offsets[s - 1]);
    }
    return longest;
  }

  private static void checkBias(Variable bias, int longest, int heads) {
    Shape shape = bias.shape();
    if (shape.rank() != 2
        || shape.dim(1) != heads
        || shape.dim(0) % 2 == 0
        || shape.dim(0) < 2 * longest - 1) {
      throw new IllegalArgumentException(
          "attention: the bias must be (2D - 1, %s) with D at least %s, got %s"
              .formatted(heads, longest, shape));
    }
  }

  private static void checkOffsets(int[] offsets, String of, int rows) {
    boolean rising = offsets.length > 0 && offsets[0] == 0;
    for (int s = 1; s < offsets.length; s++) {
      rising &= offsets[s] >= offsets[s - 1];
    }
    if (!rising || offsets[offsets.length - 1] != rows) {
      throw new IllegalArgumentException(
          "attention: the offsets of the sequences must rise from 0 to the "
              + rows
              + " rows of "
              + of
              + ", got "
              + Arrays.toString(offsets));
    }
  }
}
