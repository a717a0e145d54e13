package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;

/// What a tile computes, C ← S + A·B + Y·U, for [VectorTile#multiply] and its kin. Each thread has
/// one, see [Scratch], and fills it anew for every tile.
///
/// In an object because a tile shall take each value from memory right before the loop that needs
/// it. As fifteen parameters they lived from the first line to the last, and where the profile says
/// little about the loops, as after [WarmUp], C2 moved A's address to a vector register and back in
/// every step: over 384 steps the tile of four rows took 1.1 instead of 0.7 µs in 14 of 33
/// processes that predict, with this in none of 18.
final class TileArguments {
  private static final float[] NOTHING = {0};

  // S, where the sums start: element (i, j) is s[so + i·lds + j]; may be C itself
  float[] s = NOTHING;
  int so;
  int lds;

  // A, panels of ROWS rows and k columns one below the other: a[ao + ROWS·p + i] is element (i, p)
  // of the first. B, a panel of k rows: float number bo + COLUMNS·p + j is element (p, j).
  float[] a = NOTHING;
  int ao;
  MemorySegment b = MemorySegment.NULL;
  int bo;
  int k;

  // Or B in place: element (p, j) is rows[bo + p·ldb + j]
  float[] rows = NOTHING;
  int ldb;

  // Y and U the same with r in place of k; r = 0 for C ← S + A·B
  float[] y = NOTHING; // never empty, for the bounds check before its loop
  int yo;
  MemorySegment u = MemorySegment.NULL;
  int uo;
  int r;

  // C, overwritten: element (i, j) is c[co + i·ldc + j]
  float[] c = NOTHING;
  int co;
  int ldc;

  /// S, where every element of C starts from.
  TileArguments from(float[] s, int so, int lds) {
    if (this.s != s) { // here and below: some collectors do work for each reference that is written
      this.s = s;
    }
    this.so = so;
    this.lds = lds;
    return this;
  }

  /// A·B, over k steps.
  @SuppressWarnings("MemorySegmentReferenceEquality") // whether it is there already
  TileArguments first(float[] a, int ao, MemorySegment b, int bo, int k) {
    if (this.a != a) {
      this.a = a;
    }
    this.ao = ao;
    if (this.b != b) {
      this.b = b;
    }
    this.bo = bo;
    this.k = k;
    return this;
  }

  /// Y·U, over r steps.
  @SuppressWarnings("MemorySegmentReferenceEquality") // whether it is there already
  TileArguments second(float[] y, int yo, MemorySegment u, int uo, int r) {
    if (this.y != y) {
      this.y = y;
    }
    this.yo = yo;
    if (this.u != u) {
      this.u = u;
    }
    this.uo = uo;
    this.r = r;
    return this;
  }

  /// A·B with B in place, over k steps.
  TileArguments inPlace(float[] a, int ao, float[] rows, int bo, int ldb, int k) {
    if (this.a != a) {
      this.a = a;
    }
    this.ao = ao;
    if (this.rows != rows) {
      this.rows = rows;
    }
    this.bo = bo;
    this.ldb = ldb;
    this.k = k;
    return this;
  }

  /// No second product.
  TileArguments alone() {
    r = 0;
    yo = 0;
    uo = 0;
    return this;
  }

  /// Where C goes.
  TileArguments to(float[] c, int co, int ldc) {
    if (this.c != c) {
      this.c = c;
    }
    this.co = co;
    this.ldc = ldc;
    return this;
  }

  /// Lets go of all matrices, which would live as long as the thread else; at the end of a task.
  void clear() {
    s = NOTHING;
    a = NOTHING;
    b = MemorySegment.NULL;
    rows = NOTHING;
    y = NOTHING;
    yo = 0;
    u = MemorySegment.NULL;
    c = NOTHING;
  }
}
