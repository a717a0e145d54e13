package jada.tensor.kernel;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The micro-kernels of the matrix product on the vector unit: each keeps a micro-tile of C in
/// registers. [ScalarMicroKernel] is their twin.
///
/// mr = 4 rows by nr = two vectors: 8 accumulators, for two multiply-add ports × latency 4 of
/// current cores. With 16 vector registers, 10 or more accumulators spill and halve the speed, and
/// so does unrolling by hand. Under some collectors so do index expressions inside the loads, hence
/// the locals.
///
/// The other instructions of the loop matter as soon as another thread shares the core. With the
/// index into A as the loop counter there are 18 (one addition for the index into B, no sign
/// extension); with a separate counter and two indices computed from it, 21. Alone on a core both
/// are equally fast; beside a busy sibling the shorter loop is faster by a fifth.
final class VectorMicroKernel {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;

  private static final int LANES = SPECIES.length();

  private static final int MR = ScalarMicroKernel.MR;

  /// nr: columns of a micro-tile and of a micro-panel of B.
  static final int NR = 2 * LANES;

  /// Bytes of a vector.
  private static final int VECTOR = LANES * Float.BYTES;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /// How much faster the index into B grows than the index into A: a power of two that an
  /// addressing mode can multiply by.
  private static final int RATIO = NR / MR;

  private VectorMicroKernel() {}

  /// C ← S + A·B + Y·U for a tile of 4 rows; see [ScalarMicroKernel#multiply].
  ///
  /// The two loops are written out: in one loop around both products, C2 boxes the accumulators,
  /// and a layer takes twice as long.
  static void multiply(MicroKernelArguments of) {
    if (of.k < 0) {
      return; // see WarmUp
    }
    float[] s = of.s;
    int so = of.so;
    int lds = of.lds;
    FloatVector c00 = FloatVector.fromArray(SPECIES, s, so);
    FloatVector c01 = FloatVector.fromArray(SPECIES, s, so + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, s, so + lds);
    FloatVector c11 = FloatVector.fromArray(SPECIES, s, so + lds + LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, s, so + 2 * lds);
    FloatVector c21 = FloatVector.fromArray(SPECIES, s, so + 2 * lds + LANES);
    FloatVector c30 = FloatVector.fromArray(SPECIES, s, so + 3 * lds);
    FloatVector c31 = FloatVector.fromArray(SPECIES, s, so + 3 * lds + LANES);
    float[] a = of.a;
    MemorySegment b = of.b;
    int k = of.k;
    int start = Objects.checkIndex(of.ao, a.length); // tells C2 that no index below is negative
    int end = start + k * MR;
    long b00 = (of.bo - (long) start * RATIO) * Float.BYTES;
    for (int ap = start; ap < end; ap += MR) {
      long bp = b00 + (long) ap * (RATIO * Float.BYTES);
      FloatVector b0 = fromMemorySegment(SPECIES, b, bp, ORDER);
      FloatVector b1 = fromMemorySegment(SPECIES, b, bp + VECTOR, ORDER);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    float[] y = of.y;
    MemorySegment u = of.u;
    int r = of.r;
    int startY = Objects.checkIndex(of.yo, y.length);
    int endY = startY + r * MR;
    long u00 = (of.uo - (long) startY * RATIO) * Float.BYTES;
    for (int ap = startY; ap < endY; ap += MR) {
      long bp = u00 + (long) ap * (RATIO * Float.BYTES);
      FloatVector b0 = fromMemorySegment(SPECIES, u, bp, ORDER);
      FloatVector b1 = fromMemorySegment(SPECIES, u, bp + VECTOR, ORDER);
      FloatVector a0 = FloatVector.broadcast(SPECIES, y[ap]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, y[ap + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, y[ap + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, y[ap + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    float[] c = of.c;
    int co = of.co;
    int ldc = of.ldc;
    c00.intoArray(c, co);
    c01.intoArray(c, co + LANES);
    c10.intoArray(c, co + ldc);
    c11.intoArray(c, co + ldc + LANES);
    c20.intoArray(c, co + 2 * ldc);
    c21.intoArray(c, co + 2 * ldc + LANES);
    c30.intoArray(c, co + 3 * ldc);
    c31.intoArray(c, co + 3 * ldc + LANES);
  }

  /// The same for three tiles, one below the other: rows 0 to 3 from the first of three panels of A
  /// and of Y that follow each other, rows 4 to 7 from the second, rows 8 to 11 from the third.
  ///
  /// 24 accumulators, so only for machines with 32 vector registers, see [Backend#TALL]. Every
  /// vector of B serves twelve rows, and 24 independent chains leave slack for the latency of a
  /// multiply-add: about a fifth faster than four rows. Eight rows are nearly as fast, but read B
  /// once more for a sentence of 17 tokens.
  static void multiplyTall(MicroKernelArguments of) {
    if (of.k < 0) {
      return; // see WarmUp
    }
    float[] s = of.s;
    int so = of.so;
    int lds = of.lds;
    FloatVector c00 = FloatVector.fromArray(SPECIES, s, so);
    FloatVector c01 = FloatVector.fromArray(SPECIES, s, so + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, s, so + lds);
    FloatVector c11 = FloatVector.fromArray(SPECIES, s, so + lds + LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, s, so + 2 * lds);
    FloatVector c21 = FloatVector.fromArray(SPECIES, s, so + 2 * lds + LANES);
    FloatVector c30 = FloatVector.fromArray(SPECIES, s, so + 3 * lds);
    FloatVector c31 = FloatVector.fromArray(SPECIES, s, so + 3 * lds + LANES);
    FloatVector c40 = FloatVector.fromArray(SPECIES, s, so + 4 * lds);
    FloatVector c41 = FloatVector.fromArray(SPECIES, s, so + 4 * lds + LANES);
    FloatVector c50 = FloatVector.fromArray(SPECIES, s, so + 5 * lds);
    FloatVector c51 = FloatVector.fromArray(SPECIES, s, so + 5 * lds + LANES);
    FloatVector c60 = FloatVector.fromArray(SPECIES, s, so + 6 * lds);
    FloatVector c61 = FloatVector.fromArray(SPECIES, s, so + 6 * lds + LANES);
    FloatVector c70 = FloatVector.fromArray(SPECIES, s, so + 7 * lds);
    FloatVector c71 = FloatVector.fromArray(SPECIES, s, so + 7 * lds + LANES);
    FloatVector c80 = FloatVector.fromArray(SPECIES, s, so + 8 * lds);
    FloatVector c81 = FloatVector.fromArray(SPECIES, s, so + 8 * lds + LANES);
    FloatVector c90 = FloatVector.fromArray(SPECIES, s, so + 9 * lds);
    FloatVector c91 = FloatVector.fromArray(SPECIES, s, so + 9 * lds + LANES);
    FloatVector cA0 = FloatVector.fromArray(SPECIES, s, so + 10 * lds);
    FloatVector cA1 = FloatVector.fromArray(SPECIES, s, so + 10 * lds + LANES);
    FloatVector cB0 = FloatVector.fromArray(SPECIES, s, so + 11 * lds);
    FloatVector cB1 = FloatVector.fromArray(SPECIES, s, so + 11 * lds + LANES);
    float[] a = of.a;
    MemorySegment b = of.b;
    int k = of.k;
    int start = Objects.checkIndex(of.ao, a.length); // tells C2 that no index below is negative
    int end = start + k * MR;
    int below = k * MR;
    long b00 = (of.bo - (long) start * RATIO) * Float.BYTES;
    for (int ap = start; ap < end; ap += MR) {
      long bp = b00 + (long) ap * (RATIO * Float.BYTES);
      int aq = ap + below;
      int ar = aq + below;
      FloatVector b0 = fromMemorySegment(SPECIES, b, bp, ORDER);
      FloatVector b1 = fromMemorySegment(SPECIES, b, bp + VECTOR, ORDER);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[aq]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[aq + 1]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      FloatVector a6 = FloatVector.broadcast(SPECIES, a[aq + 2]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      FloatVector a7 = FloatVector.broadcast(SPECIES, a[aq + 3]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
      FloatVector a8 = FloatVector.broadcast(SPECIES, a[ar]);
      c80 = a8.fma(b0, c80);
      c81 = a8.fma(b1, c81);
      FloatVector a9 = FloatVector.broadcast(SPECIES, a[ar + 1]);
      c90 = a9.fma(b0, c90);
      c91 = a9.fma(b1, c91);
      FloatVector aA = FloatVector.broadcast(SPECIES, a[ar + 2]);
      cA0 = aA.fma(b0, cA0);
      cA1 = aA.fma(b1, cA1);
      FloatVector aB = FloatVector.broadcast(SPECIES, a[ar + 3]);
      cB0 = aB.fma(b0, cB0);
      cB1 = aB.fma(b1, cB1);
    }
    float[] y = of.y;
    MemorySegment u = of.u;
    int r = of.r;
    int startY = Objects.checkIndex(of.yo, y.length);
    int endY = startY + r * MR;
    int belowY = r * MR;
    long u00 = (of.uo - (long) startY * RATIO) * Float.BYTES;
    for (int ap = startY; ap < endY; ap += MR) {
      long bp = u00 + (long) ap * (RATIO * Float.BYTES);
      int aq = ap + belowY;
      int ar = aq + belowY;
      FloatVector b0 = fromMemorySegment(SPECIES, u, bp, ORDER);
      FloatVector b1 = fromMemorySegment(SPECIES, u, bp + VECTOR, ORDER);
      FloatVector a0 = FloatVector.broadcast(SPECIES, y[ap]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, y[ap + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, y[ap + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, y[ap + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(SPECIES, y[aq]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(SPECIES, y[aq + 1]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      FloatVector a6 = FloatVector.broadcast(SPECIES, y[aq + 2]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      FloatVector a7 = FloatVector.broadcast(SPECIES, y[aq + 3]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
      FloatVector a8 = FloatVector.broadcast(SPECIES, y[ar]);
      c80 = a8.fma(b0, c80);
      c81 = a8.fma(b1, c81);
      FloatVector a9 = FloatVector.broadcast(SPECIES, y[ar + 1]);
      c90 = a9.fma(b0, c90);
      c91 = a9.fma(b1, c91);
      FloatVector aA = FloatVector.broadcast(SPECIES, y[ar + 2]);
      cA0 = aA.fma(b0, cA0);
      cA1 = aA.fma(b1, cA1);
      FloatVector aB = FloatVector.broadcast(SPECIES, y[ar + 3]);
      cB0 = aB.fma(b0, cB0);
      cB1 = aB.fma(b1, cB1);
    }
    float[] c = of.c;
    int co = of.co;
    int ldc = of.ldc;
    c00.intoArray(c, co);
    c01.intoArray(c, co + LANES);
    c10.intoArray(c, co + ldc);
    c11.intoArray(c, co + ldc + LANES);
    c20.intoArray(c, co + 2 * ldc);
    c21.intoArray(c, co + 2 * ldc + LANES);
    c30.intoArray(c, co + 3 * ldc);
    c31.intoArray(c, co + 3 * ldc + LANES);
    c40.intoArray(c, co + 4 * ldc);
    c41.intoArray(c, co + 4 * ldc + LANES);
    c50.intoArray(c, co + 5 * ldc);
    c51.intoArray(c, co + 5 * ldc + LANES);
    c60.intoArray(c, co + 6 * ldc);
    c61.intoArray(c, co + 6 * ldc + LANES);
    c70.intoArray(c, co + 7 * ldc);
    c71.intoArray(c, co + 7 * ldc + LANES);
    c80.intoArray(c, co + 8 * ldc);
    c81.intoArray(c, co + 8 * ldc + LANES);
    c90.intoArray(c, co + 9 * ldc);
    c91.intoArray(c, co + 9 * ldc + LANES);
    cA0.intoArray(c, co + 10 * ldc);
    cA1.intoArray(c, co + 10 * ldc + LANES);
    cB0.intoArray(c, co + 11 * ldc);
    cB1.intoArray(c, co + 11 * ldc + LANES);
  }

  /// C ← S + A·B with A in place: row i of the tile begins at `a[ao]`, `a[a1]`, `a[a2]`, `a[a3]`.
  /// For products so narrow that packing A costs more than it gains.
  static void multiplyRows(MicroKernelArguments of) {
    if (of.k < 0) {
      return; // see WarmUp
    }
    float[] s = of.s;
    int so = of.so;
    int lds = of.lds;
    FloatVector c00 = FloatVector.fromArray(SPECIES, s, so);
    FloatVector c01 = FloatVector.fromArray(SPECIES, s, so + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, s, so + lds);
    FloatVector c11 = FloatVector.fromArray(SPECIES, s, so + lds + LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, s, so + 2 * lds);
    FloatVector c21 = FloatVector.fromArray(SPECIES, s, so + 2 * lds + LANES);
    FloatVector c30 = FloatVector.fromArray(SPECIES, s, so + 3 * lds);
    FloatVector c31 = FloatVector.fromArray(SPECIES, s, so + 3 * lds + LANES);
    float[] a = of.a;
    MemorySegment b = of.b;
    int k = of.k;
    int bo = of.bo;
    int a0 = of.ao;
    int a1 = of.a1;
    int a2 = of.a2;
    int a3 = of.a3;
    for (int p = 0; p < k; p++) {
      long bp = ((long) bo + (long) p * NR) * Float.BYTES;
      int p0 = a0 + p;
      int p1 = a1 + p;
      int p2 = a2 + p;
      int p3 = a3 + p;
      FloatVector b0 = fromMemorySegment(SPECIES, b, bp, ORDER);
      FloatVector b1 = fromMemorySegment(SPECIES, b, bp + VECTOR, ORDER);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[p0]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[p1]);
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[p2]);
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[p3]);
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
    }
    float[] c = of.c;
    int co = of.co;
    int ldc = of.ldc;
    c00.intoArray(c, co);
    c01.intoArray(c, co + LANES);
    c10.intoArray(c, co + ldc);
    c11.intoArray(c, co + ldc + LANES);
    c20.intoArray(c, co + 2 * ldc);
    c21.intoArray(c, co + 2 * ldc + LANES);
    c30.intoArray(c, co + 3 * ldc);
    c31.intoArray(c, co + 3 * ldc + LANES);
  }

  /// C ← C + A·B with B in place. For products with few rows, for which packing B would cost as
  /// much as multiplying.
  static void multiplyInPlace(MicroKernelArguments of) {
    if (of.k < 0) {
      return; // see WarmUp
    }
    float[] c = of.c;
    int co = of.co;
    int ldc = of.ldc;
    FloatVector c00 = FloatVector.fromArray(SPECIES, c, co);
    FloatVector c01 = FloatVector.fromArray(SPECIES, c, co + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, c, co + ldc);
    FloatVector c11 = FloatVector.fromArray(SPECIES, c, co + ldc + LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, c, co + 2 * ldc);
    FloatVector c21 = FloatVector.fromArray(SPECIES, c, co + 2 * ldc + LANES);
    FloatVector c30 = FloatVector.fromArray(SPECIES, c, co + 3 * ldc);
    FloatVector c31 = FloatVector.fromArray(SPECIES, c, co + 3 * ldc + LANES);
    float[] a = of.a;
    float[] b = of.rows;
    int ldb = of.ldb;
    int start = Objects.checkIndex(of.ao, a.length); // tells C2 that no index below is negative
    int end = start + of.k * MR;
    int bp = of.bo;
    for (int ap = start; ap < end; ap += MR) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bp);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, bp + LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      bp += ldb;
    }
    c00.intoArray(c, co);
    c01.intoArray(c, co + LANES);
    c10.intoArray(c, co + ldc);
    c11.intoArray(c, co + ldc + LANES);
    c20.intoArray(c, co + 2 * ldc);
    c21.intoArray(c, co + 2 * ldc + LANES);
    c30.intoArray(c, co + 3 * ldc);
    c31.intoArray(c, co + 3 * ldc + LANES);
  }
}
