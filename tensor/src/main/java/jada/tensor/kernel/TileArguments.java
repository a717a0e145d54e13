package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;

/// What a tile computes, C ← S + A·B + Y·U, for [VectorTile#multiply] and its kin; kept by each
/// thread, see [Scratch], and filled anew for every tile.
///
/// In an object because a tile shall take each value from memory right before the loop that needs
/// it. As fifteen parameters they all live from the first line to the last, and where the profile
/// says little about the loops C2 moved A's address to a vector register and back in every step: a
/// tile of four rows over 384 steps took 1.1 instead of 0.7 µs in four of ten processes that had it
/// compiled by [WarmUp]. Since then, in none of ten.
final class TileArguments {
  // S, where the sums start: element (i, j) is s[so + i·lds + j]; may be C itself
  float[] s = {};
  int so;
  int lds;

  // A, panels of ROWS rows and k columns one below the other: element (i, p) of one is a[ao +
  // ROWS·p
  // + i]; B, a panel of k rows: element (p, j) is float number bo + COLUMNS·p + j
  float[] a = {};
  int ao;
  MemorySegment b = MemorySegment.NULL;
  int bo;
  int k;

  // Y and U the same with r in place of k; r = 0 for C ← S + A·B
  float[] y = {0}; // never empty, for the bounds check before its loop
  int yo;
  MemorySegment u = MemorySegment.NULL;
  int uo;
  int r;

  // C, overwritten: element (i, j) is c[co + i·ldc + j]
  float[] c = {};
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
}
