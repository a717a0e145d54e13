package jada.adalora;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/// Allocates a budget to the adapted matrices: all triplets of all matrices are ranked together,
/// and the best live.
///
/// Of a budget in triplets exactly `budget` live, whatever the scores: among equal scores the
/// earlier triplet wins, first by matrix, then by index. (A threshold on the score, as PEFT takes
/// it, drops all that tie at the threshold, and cannot express that nothing is to be dropped.)
///
/// Where triplets differ in cost, they are ranked by score / cost, and each lives, in this order,
/// if the rest of the budget suffices. So the living triplets never exceed the budget, and the
/// unused rest is smaller than the cost of any dead triplet. Where all cost the same this is the
/// ranking by score.
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
    for (int m = 0; m < scores.size(); m++) {
      for (int i = 0; i < scores.get(m).length; i++) {
        float score = scores.get(m)[i];
        requireNumber(score, m, i);
        order[n] = descending(score) << 32 | n;
        n++;
      }
      alive.add(new BitSet());
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

  /// Which triplets live, where those of one matrix cost more than those of another.
  ///
  /// @param scores for each matrix the scores of its triplets, higher is better; a triplet with −∞
  ///   never lives
  /// @param costs for each matrix the cost of one of its triplets, at least 1
  /// @param budget the largest total cost of the living triplets
  /// @return for each matrix the indices of its living triplets
  /// @throws IllegalArgumentException if a score is NaN, a cost or the budget is out of range, or
  ///   there is not one cost for each matrix
  public static List<BitSet> allocate(List<float[]> scores, List<Integer> costs, int budget) {
    if (costs.size() != scores.size() || costs.stream().anyMatch(c -> c < 1) || budget < 0) {
      throw new IllegalArgumentException(
          "allocate: costs "
              + costs
              + " for "
              + scores.size()
              + " matrices and a budget of "
              + budget
              + ": each matrix needs a cost of at least 1, and the budget must not be negative");
    }
    record Candidate(int matrix, int triplet, double worth) {}
    List<Candidate> candidates = new ArrayList<>();
    List<BitSet> alive = new ArrayList<>();
    for (int m = 0; m < scores.size(); m++) {
      for (int i = 0; i < scores.get(m).length; i++) {
        float score = scores.get(m)[i];
        requireNumber(score, m, i);
        if (score > Float.NEGATIVE_INFINITY) {
          // Adding zero turns −0 into 0. As doubles, scores that differ as floats still differ
          // after the division.
          candidates.add(new Candidate(m, i, (score + 0.0) / costs.get(m)));
        }
      }
      alive.add(new BitSet());
    }
    candidates.sort(
        Comparator.comparingDouble(Candidate::worth).reversed()); // stable: ties by index
    int left = budget;
    for (Candidate candidate : candidates) {
      int cost = costs.get(candidate.matrix());
      if (cost <= left) {
        alive.get(candidate.matrix()).set(candidate.triplet());
        left -= cost;
      }
    }
    return alive;
  }

  private static void requireNumber(float score, int matrix, int triplet) {
    if (Float.isNaN(score)) {
      throw new IllegalArgumentException(
          "allocate: the score of triplet "
              + triplet
              + " of matrix "
              + matrix
              + " is NaN: the training has diverged; lower the learning rate");
    }
  }

  /// A signed 32-bit number that falls as the score rises. The bits of a float order like integers
  /// once the lower 31 bits of the negative ones are flipped; adding zero turns −0 into 0, which it
  /// must tie with.
  private static long descending(float score) {
    int bits = Float.floatToIntBits(score + 0.0f);
    return ~(bits ^ (bits >> 31 & Integer.MAX_VALUE));
  }
}
