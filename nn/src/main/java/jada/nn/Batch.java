package jada.nn;

import jada.nn.text.Encoding;
import java.util.List;

/// A batch of token sequences, concatenated without padding.
///
/// With B sequences of n₀, n₁, … tokens, T = Σ nᵢ. Sequence i is the tokens `offsets[i]` to
/// `offsets[i + 1]`, exclusive:
///
///     ids      101 7592 102 | 101 2748 2339 102      T = 7
///     position   0    1   2 |   0    1    2   3
///     offsets    0            3                 7    B = 2
///
/// Immutable.
public final class Batch {
  private final int[] ids;
  private final int[] tokenTypes;
  private final int[] positions;
  private final int[] offsets;

  private Batch(int[] ids, int[] tokenTypes, int[] positions, int[] offsets) {
    this.ids = ids;
    this.tokenTypes = tokenTypes;
    this.positions = positions;
    this.offsets = offsets;
  }

  /// The given sequences in their order.
  ///
  /// @throws IllegalArgumentException if there are none, or one has no tokens
  public static Batch of(List<Encoding> sequences) {
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("batch: no sequences; give at least one");
    }
    int[] offsets = new int[sequences.size() + 1];
    for (int i = 0; i < sequences.size(); i++) {
      int length = sequences.get(i).length();
      if (length == 0) {
        throw new IllegalArgumentException(
            "batch: sequence " + i + " has no tokens; even an empty text has [CLS] and [SEP]");
      }
      offsets[i + 1] = Math.addExact(offsets[i], length);
    }
    int tokens = offsets[sequences.size()];
    int[] ids = new int[tokens];
    int[] tokenTypes = new int[tokens];
    int[] positions = new int[tokens];
    for (int i = 0; i < sequences.size(); i++) {
      Encoding sequence = sequences.get(i);
      for (int position = 0; position < sequence.length(); position++) {
        ids[offsets[i] + position] = sequence.id(position);
        tokenTypes[offsets[i] + position] = sequence.typeId(position);
        positions[offsets[i] + position] = position;
      }
    }
    return new Batch(ids, tokenTypes, positions, offsets);
  }

  /// The same tokens at other positions, all of type 0.
  Batch withPositions(int[] replaced) {
    return new Batch(ids, new int[ids.length], replaced.clone(), offsets);
  }

  /// T, the number of tokens of all sequences.
  public int tokens() {
    return ids.length;
  }

  /// B, the number of sequences.
  public int sequences() {
    return offsets.length - 1;
  }

  /// The tokens of one sequence.
  public int length(int sequence) {
    return offsets[sequence + 1] - offsets[sequence];
  }

  /// T token ids, in a new array.
  public int[] ids() {
    return ids.clone();
  }

  /// T token types, in a new array.
  public int[] tokenTypes() {
    return tokenTypes.clone();
  }

  /// T positions within their sequences, in a new array.
  public int[] positions() {
    return positions.clone();
  }

  /// B + 1 numbers in a new array: where each sequence begins, and T.
  public int[] offsets() {
    return offsets.clone();
  }

  /// The sequence that a token belongs to.
  int sequenceOf(int token) {
    int sequence = 0;
    while (offsets[sequence + 1] <= token) {
      sequence++;
    }
    return sequence;
  }

  @Override
  public String toString() {
    return "Batch(" + sequences() + " sequences, " + tokens() + " tokens)";
  }
}
