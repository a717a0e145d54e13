package jada.tensor.kernel;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The register tiles of the matrix product on the vector unit; [ScalarTile] is their twin.
///
/// Four rows by two vectors: 8 accumulators, two multiply-add ports × latency 4 of current cores.
/// 10 and more accumulators spill where there are 16 vector registers (37–45 instead of 96–99
/// GFLOP/s on a Zen 3), as does unrolling by hand; so do indices written out inside the loads under
/// some collectors, hence the locals.
///
/// What the loop does beside multiplying counts as soon as another thread shares the core: with a
/// counter p and two indices made from it the loop has 21 instructions, with the index into A as
/// the counter 18 (one addition for the index into B, no sign extension). Alone on a core both
/// reach 97 GFLOP/s; beside a busy neighbour 60 and 73.
final class VectorTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private static final int LANES = SPECIES.length();

  private static final int ROWS = ScalarTile.ROWS;

  /// Columns of a tile and of a packed panel of B.
  static final int COLUMNS = 2 * LANES;

  /// Bytes of a vector.
  private static final int VECTOR = LANES * Float.BYTES;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /// How much faster the index into B grows than that into A: a power of two that an addressing
  /// mode can multiply with.
  private static final int RATIO = COLUMNS / ROWS;

  private VectorTile() {}

  /// C ← S + A·B + Y·U for a tile of 4 rows; see [ScalarTile#multiply].
  ///
  /// Two loops written out: in one loop around both products C2 keeps the accumulators as objects
  /// (160 instead of 300 GFLOP/s for a layer on two threads).
  static void multiply(TileArguments of) {
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
    int end = start + k * ROWS;
    long b00 = (of.bo - (long) start * RATIO) * Float.BYTES;
    for (int ap = start; ap < end; ap += ROWS) {
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
    int endY = startY + r * ROWS;
    long u00 = (of.uo - (long) startY * RATIO) * Float.BYTES;
    for (int ap = startY; ap < endY; ap += ROWS) {
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
  /// 24 accumulators: only where there are 32 vector registers, see [Fastest#TALL]. Every vector of
  /// B serves twelve rows, and a multiply-add need not be ready in the very cycle in which the next
  /// one on the same register begins: 179 instead of 148 GFLOP/s on an Emerald Rapids. Eight rows
  /// reach 172, and read B once more for a sentence of 17 tokens, whose answer takes 7 % longer.
  static void multiplyTall(TileArguments of) {
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
    int end = start + k * ROWS;
    int below = k * ROWS;
    long b00 = (of.bo - (long) start * RATIO) * Float.BYTES;
    for (int ap = start; ap < end; ap += ROWS) {
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
    int endY = startY + r * ROWS;
    int belowY = r * ROWS;
    long u00 = (of.uo - (long) startY * RATIO) * Float.BYTES;
    for (int ap = startY; ap < endY; ap += ROWS) {
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

  /// The same for A in place: row i of the tile begins at `a0` … `a3`. For products so narrow that
  /// packing A costs more than it gains (67–91 instead of 96 GFLOP/s, depending on the collector).
  static void multiplyRows(
      float[] a,
      int a0,
      int a1,
      int a2,
      int a3,
      MemorySegment b,
      int bo,
      int k,
      float[] s,
      int so,
      int lds,
      float[] c,
      int co,
      int ldc) {
    if (k < 0) {
      return; // see WarmUp
    }
    FloatVector c00 = FloatVector.fromArray(SPECIES, s, so);
    FloatVector c01 = FloatVector.fromArray(SPECIES, s, so + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, s, so + lds);
    FloatVector c11 = FloatVector.fromArray(SPECIES, s, so + lds + LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, s, so + 2 * lds);
    FloatVector c21 = FloatVector.fromArray(SPECIES, s, so + 2 * lds + LANES);
    FloatVector c30 = FloatVector.fromArray(SPECIES, s, so + 3 * lds);
    FloatVector c31 = FloatVector.fromArray(SPECIES, s, so + 3 * lds + LANES);
    for (int p = 0; p < k; p++) {
      long bp = ((long) bo + (long) p * COLUMNS) * Float.BYTES;
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
    c00.intoArray(c, co);
    c01.intoArray(c, co + LANES);
    c10.intoArray(c, co + ldc);
    c11.intoArray(c, co + ldc + LANES);
    c20.intoArray(c, co + 2 * ldc);
    c21.intoArray(c, co + 2 * ldc + LANES);
    c30.intoArray(c, co + 3 * ldc);
    c31.intoArray(c, co + 3 * ldc + LANES);
  }

  /// C ← C + A·B with B in place. For products with few rows, where packing B costs as much as
  /// multiplying.
  static void multiplyInPlace(TileArguments of) {
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
    int end = start + of.k * ROWS;
    int bp = of.bo;
    for (int ap = start; ap < end; ap += ROWS) {
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
