package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;

/// What a micro-kernel computes, C ← S + A·B + Y·U; see [VectorMicroKernel#multiply]. Each thread
/// owns one, see [Scratch], and refills it for every tile.
///
/// The arguments live in an object so that a micro-kernel reads each of them right before the loop
/// that needs it. As fifteen parameters they lived from the first line to the last. Where the
/// profile says little about the loops, as after [WarmUp], C2 then moved A's address to a vector
/// register and back in every step, which made the tile half as slow again in about half of the
/// processes.
final class MicroKernelArguments {
  private static final float[] NOTHING = {0};

  // S, where the sums start: element (i, j) is s[so + i·lds + j]; may be C itself
  float[] s = NOTHING;
  int so;
  int lds;

  // A, micro-panels of MR rows and k columns one below the other: a[ao + MR·p + i] is element (i,
  // p)
  // of the first. B, a micro-panel of k rows: float number bo + NR·p + j is element (p, j).
  float[] a = NOTHING;
  int ao;
  MemorySegment b = MemorySegment.NULL;
  int bo;
  int k;

  // Or A in place: its rows begin at a[ao], a[a1], a[a2] and a[a3]
  int a1;
  int a2;
  int a3;

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
  MicroKernelArguments from(float[] s, int so, int lds) {
    if (this.s != s) { // here and below: some collectors do work for each reference that is written
      this.s = s;
    }
    this.so = so;
    this.lds = lds;
    return this;
  }

  /// A·B over k steps.
  @SuppressWarnings("MemorySegmentReferenceEquality") // whether it is there already
  MicroKernelArguments first(float[] a, int ao, MemorySegment b, int bo, int k) {
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

  /// A·B over k steps with A in place, row i at `ao + i·stride`. Below the last row, that row is
  /// read again; the result is not used.
  ///
  /// @param height rows of A, 1 to 4
  MicroKernelArguments firstInPlace(
      float[] a, int ao, int stride, int height, MemorySegment b, int bo, int k) {
    a1 = ao + Math.min(1, height - 1) * stride;
    a2 = ao + Math.min(2, height - 1) * stride;
    a3 = ao + Math.min(3, height - 1) * stride;
    return first(a, ao, b, bo, k);
  }

  /// Y·U over r steps.
  @SuppressWarnings("MemorySegmentReferenceEquality") // whether it is there already
  MicroKernelArguments second(float[] y, int yo, MemorySegment u, int uo, int r) {
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

  /// A·B over k steps with B in place.
  MicroKernelArguments inPlace(float[] a, int ao, float[] rows, int bo, int ldb, int k) {
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
  MicroKernelArguments alone() {
    r = 0;
    yo = 0;
    uo = 0;
    return this;
  }

  /// Where C goes.
  MicroKernelArguments to(float[] c, int co, int ldc) {
    if (this.c != c) {
      this.c = c;
    }
    this.co = co;
    this.ldc = ldc;
    return this;
  }

  /// Clears all references at the end of a task; otherwise the thread would keep the matrices
  /// alive.
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
