package jada.adalora;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Gives a budget of triplets to the adapted matrices: one ranking over all triplets of all
/// matrices, of which the best live.
///
/// Exactly `budget` triplets live, whatever the scores: among equal scores the earlier triplet
/// wins, first by matrix, then by index. (A threshold on the score, as PEFT takes it, drops all
/// that tie at the threshold, and cannot express that nothing is to be dropped.)
public final class RankAllocator {
  private RankAllocator() {}

  /// Which triplets live.
  ///
  /// @param scores for each matrix the scores of its triplets, higher is better
  /// @param budget how many triplets live in all
  /// @return for each matrix the indices of its living triplets; `budget` in all
  /// @throws IllegalArgumentException if a score is NaN, or the budget exceeds the triplets there
  ///   are
  public static List<BitSet> allocate(List<float[]> scores, int budget) {
    int total = scores.stream().mapToInt(s -> s.length).sum();
    if (budget < 0 || budget > total) {
      throw new IllegalArgumentException(
          "allocate: a budget of "
              + budget
              + " triplets must be between 0 and the "
              + total
              + " there are");
    }
    long[] order = new long[total];
    List<BitSet> alive = new ArrayList<>();
    int n = 0;
    for (float[] matrix : scores) {
      for (float score : matrix) {
        if (Float.isNaN(score)) {
          throw new IllegalArgumentException(
              "allocate: the score of triplet "
                  + (n - total(scores, alive.size()))
                  + " of matrix "
                  + alive.size()
                  + " is NaN: the training has diverged; lower the learning rate");
        }
        order[n] = descending(score) << 32 | n;
        n++;
      }
      alive.add(new BitSet(matrix.length));
    }
    Arrays.sort(order);
    boolean[] lives = new boolean[total];
    for (int i = 0; i < budget; i++) {
      lives[(int) order[i]] = true;
    }
    n = 0;
    for (int m = 0; m < scores.size(); m++) {
      for (int i = 0; i < scores.get(m).length; i++) {
        alive.get(m).set(i, lives[n++]);
      }
    }
    return alive;
  }

  private static int total(List<float[]> scores, int matrices) {
    return scores.subList(0, matrices).stream().mapToInt(s -> s.length).sum();
  }

  /// A signed 32-bit number that falls as the score rises. The bits of a float order like integers
  /// once the lower 31 bits of the negative ones are flipped; adding zero turns −0 into 0, which it
  /// must tie with.
  private static long descending(float score) {
    int bits = Float.floatToIntBits(score + 0.0f);
    return ~(bits ^ (bits >> 31 & Integer.MAX_VALUE));
  }
}
