package jada.tensor.kernel;

import java.lang.foreign.MemorySegment;

/// Holds the choice of kernels; made at the first use of [Kernels#fastest()] or [Gemm].
///
/// The system property `jada.kernels` chooses by hand, `scalar` or `vector`, for tests and
/// teaching.
final class Fastest {
  static final String DIAGNOSIS;

  /// Whether the vector unit computes.
  static final boolean VECTOR;

  /// Whether three tiles at once pay: vectors of 16 lanes come with 32 registers for them.
  static final boolean TALL;

  static final Kernels KERNELS;

  static {
    String wanted = System.getProperty("jada.kernels", "");
    String obstacle = obstacle();
    VECTOR = obstacle.isEmpty() && !wanted.equals("scalar");
    TALL = VECTOR && VectorTile.COLUMNS / 2 >= 16;
    KERNELS = VECTOR ? new VectorKernels() : new ScalarKernels();
    if (VECTOR) {
      DIAGNOSIS = "kernels: " + KERNELS.name();
    } else if (obstacle.isEmpty()) {
      DIAGNOSIS = "kernels: scalar, by the system property jada.kernels";
    } else {
      DIAGNOSIS = "kernels: scalar, many times slower: " + obstacle;
    }
  }

  private Fastest() {}

  /// C ← S + A·B + Y·U for one tile; see [ScalarTile#multiply].
  static void tile(
      float[] a,
      int ao,
      MemorySegment b,
      int bo,
      int k,
      int yo,
      MemorySegment u,
      int uo,
      int r,
      float[] s,
      int so,
      int lds,
      float[] c,
      int co,
      int ldc) {
    if (VECTOR) {
      VectorTile.multiply(a, ao, b, bo, k, yo, u, uo, r, s, so, lds, c, co, ldc);
    } else {
      ScalarTile.multiply(a, ao, b, bo, k, yo, u, uo, r, s, so, lds, c, co, ldc);
    }
  }

  /// The same for three tiles, one below the other; their panels follow each other in A and in Y.
  static void tallTile(
      float[] a,
      int ao,
      MemorySegment b,
      int bo,
      int k,
      int yo,
      MemorySegment u,
      int uo,
      int r,
      float[] s,
      int so,
      int lds,
      float[] c,
      int co,
      int ldc) {
    if (TALL) {
      VectorTile.multiplyTall(a, ao, b, bo, k, yo, u, uo, r, s, so, lds, c, co, ldc);
    } else {
      int rows = ScalarTile.ROWS;
      for (int i = 0; i < Product.TALL; i += rows) {
        int panel = ao + i * k;
        int yPanel = yo + i * r;
        tile(a, panel, b, bo, k, yPanel, u, uo, r, s, so + i * lds, lds, c, co + i * ldc, ldc);
      }
    }
  }

  /// C ← C + A·B for one tile with B in place; see [ScalarTile#multiplyInPlace].
  static void tileInPlace(
      float[] a, int ao, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc) {
    if (VECTOR) {
      VectorTile.multiplyInPlace(a, ao, b, bo, ldb, k, c, co, ldc);
    } else {
      ScalarTile.multiplyInPlace(a, ao, b, bo, ldb, k, c, co, ldc);
    }
  }

  /// What keeps the vector unit from being used; empty if nothing does. Compiled by C1 or not at
  /// all, each vector would be an object.
  private static String obstacle() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return "start java with --add-modules jdk.incubator.vector";
    }
    String vm = System.getProperty("java.vm.info", "");
    if (vm.contains("interpreted") || vm.contains("emulated-client")) {
      return "this JVM runs without its optimizing compiler (" + vm + ")";
    }
    return "";
  }
}
