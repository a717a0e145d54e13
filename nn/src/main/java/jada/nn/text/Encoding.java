package jada.nn.text;

import java.util.Arrays;
import java.util.Objects;

/// A text, or a pair of texts, as the numbers that an encoder reads: per token its id and its type,
/// which is 0 in the first text and 1 in the second. Immutable.
public final class Encoding {
  private final int[] ids;
  private final int firstTypeOne;

  /// Takes the array over. Tokens from position `firstTypeOne` on have type 1.
  public Encoding(int[] ids, int firstTypeOne) {
    this.ids = ids;
    this.firstTypeOne = firstTypeOne;
  }

  /// The number of tokens, special tokens counted.
  public int length() {
    return ids.length;
  }

  /// The id of the token at `index`.
  ///
  /// @throws IndexOutOfBoundsException if there is no such token
  public int id(int index) {
    return ids[Objects.checkIndex(index, ids.length)];
  }

  /// The type of the token at `index`: 0 in the first text, 1 in the second.
  ///
  /// @throws IndexOutOfBoundsException if there is no such token
  public int typeId(int index) {
    return Objects.checkIndex(index, ids.length) < firstTypeOne ? 0 : 1;
  }

  /// All token ids, in a new array.
  public int[] ids() {
    return ids.clone();
  }

  /// All token types, in a new array.
  public int[] typeIds() {
    int[] types = new int[ids.length];
    Arrays.fill(types, firstTypeOne, types.length, 1);
    return types;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Encoding that
        && firstTypeOne == that.firstTypeOne
        && Arrays.equals(ids, that.ids);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + firstTypeOne;
  }

  @Override
  public String toString() {
    return "Encoding" + Arrays.toString(ids);
  }
}
