package jada.tensor.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/// The micro-kernels of the matrix product in plain Java: the oracle for [VectorMicroKernel], and
/// its replacement if the vector unit is not available.
final class ScalarMicroKernel {
  /// mr: rows of a micro-tile and of a micro-panel of A.
  static final int MR = 4;

  /// nr: columns of a micro-tile and of a micro-panel of B.
  static final int NR = 16;

  private ScalarMicroKernel() {}

  /// C ← S + A·B + Y·U for a micro-tile of mr × nr elements. Each element is one chain of fused
  /// multiply-adds that starts from S: over A·B in order of p, then over Y·U.
  static void multiply(MicroKernelArguments of) {
    multiply(
        of.a, of.ao, copy(of.b, of.bo, of.k), 0, of.k, of.s, of.so, of.lds, of.c, of.co, of.ldc);
    if (of.r > 0) {
      float[] up = copy(of.u, of.uo, of.r);
      multiply(of.y, of.yo, up, 0, of.r, of.c, of.co, of.ldc, of.c, of.co, of.ldc);
    }
  }

  private static void multiply(
      float[] a,
      int ao,
      float[] b,
      int bo,
      int k,
      float[] s,
      int so,
      int lds,
      float[] c,
      int co,
      int ldc) {
    for (int i = 0; i < MR; i++) {
      float[] sums = new float[NR];
      System.arraycopy(s, so + i * lds, sums, 0, NR);
      for (int p = 0; p < k; p++) {
        float aip = a[ao + MR * p + i];
        for (int j = 0; j < NR; j++) {
          sums[j] = Fma.fma(aip, b[bo + NR * p + j], sums[j]);
        }
      }
      System.arraycopy(sums, 0, c, co + i * ldc, NR);
    }
  }

  /// The micro-panel of k rows that begins at float number bo.
  private static float[] copy(MemorySegment b, int bo, int k) {
    float[] panel = new float[k * NR];
    MemorySegment.copy(b, JAVA_FLOAT, (long) bo * Float.BYTES, panel, 0, panel.length);
    return panel;
  }

  /// C ← S + A·B with A in place: row i of the tile begins at `a[ao]`, `a[a1]`, `a[a2]`, `a[a3]`.
  static void multiplyRows(MicroKernelArguments of) {
    float[] panel = new float[MR * of.k];
    for (int p = 0; p < of.k; p++) {
      panel[MR * p] = of.a[of.ao + p];
      panel[MR * p + 1] = of.a[of.a1 + p];
      panel[MR * p + 2] = of.a[of.a2 + p];
      panel[MR * p + 3] = of.a[of.a3 + p];
    }
    float[] right = copy(of.b, of.bo, of.k);
    multiply(panel, 0, right, 0, of.k, of.s, of.so, of.lds, of.c, of.co, of.ldc);
  }

  /// C ← C + A·B with B in place.
  static void multiplyInPlace(MicroKernelArguments of) {
    float[] panel = new float[of.k * NR];
    for (int p = 0; p < of.k; p++) {
      System.arraycopy(of.rows, of.bo + p * of.ldb, panel, p * NR, NR);
    }
    multiply(of.a, of.ao, panel, 0, of.k, of.c, of.co, of.ldc, of.c, of.co, of.ldc);
  }
}
