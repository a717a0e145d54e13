package jada.nn;

import jada.autograd.Ops;
import jada.autograd.Variable;
import java.util.Arrays;

/// Which tokens' hidden states are wanted: N of the T rows of a batch.
///
/// A classifier reads one token of each sequence. An encoder that knows this omits from its last
/// block all work that only the other rows need: 10 of the block's 12·C² multiply-adds a token. On
/// all-MiniLM-L6-v2 (6 blocks, 16 sequences of 64 tokens) that is 1/7 of the work, and 14 to 19 %
/// of the time was measured, forward alone and with the gradients.
public enum Rows {
  /// Every token: N = T.
  ALL {
    @Override
    Variable of(Variable x, Batch batch) {
      return x;
    }

    @Override
    int[] offsets(Batch batch) {
      return batch.offsets();
    }
  },

  /// The first token of each sequence, `[CLS]`: N = B.
  FIRST {
    @Override
    Variable of(Variable x, Batch batch) {
      return Ops.gatherRows(
          x, Arrays.copyOf(batch.offsets(), batch.sequences())); // (T, C) -> (B, C)
    }

    @Override
    int[] offsets(Batch batch) {
      int[] offsets = new int[batch.sequences() + 1];
      Arrays.setAll(offsets, i -> i);
      return offsets;
    }
  };

  /// The wanted rows of x: (T, C) -> (N, C).
  abstract Variable of(Variable x, Batch batch);

  /// Where each sequence begins among the wanted rows, and N: B + 1 numbers.
  abstract int[] offsets(Batch batch);
}
