package jada.tensor.kernel;

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

  /// C ← S + A·B + Y·U for one tile.
  static void tile(TileArguments of) {
    if (VECTOR) {
      VectorTile.multiply(of);
    } else {
      ScalarTile.multiply(of);
    }
  }

  /// The same for three tiles, one below the other; their panels follow each other in A and in Y.
  /// Where that is no gain the three are computed one by one, and `of` is the last of them then.
  static void tallTile(TileArguments of) {
    if (TALL) {
      VectorTile.multiplyTall(of);
      return;
    }
    tile(of);
    for (int i = 1; i < Product.TALL / ScalarTile.ROWS; i++) {
      of.ao += ScalarTile.ROWS * of.k;
      of.yo += ScalarTile.ROWS * of.r;
      of.so += ScalarTile.ROWS * of.lds;
      of.co += ScalarTile.ROWS * of.ldc;
      tile(of);
    }
  }

  /// C ← C + A·B for one tile with B in place.
  static void tileInPlace(TileArguments of) {
    if (VECTOR) {
      VectorTile.multiplyInPlace(of);
    } else {
      ScalarTile.multiplyInPlace(of);
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
