package jada.tensor.kernel;

import java.lang.System.Logger.Level;

/// The choice between vector and scalar kernels, made once, at the first use of [Kernels#fastest()]
/// or [Gemm], and the dispatch to the micro-kernels of that choice.
///
/// The system property `jada.kernels` chooses by hand, `scalar` or `vector`, for tests and
/// teaching. A fallback to the scalar kernels that nobody asked for is logged once as a warning, by
/// the logger `jada.tensor.kernel`.
final class Backend {
  static final String DIAGNOSIS;

  /// Whether the vector unit computes.
  static final boolean VECTOR;

  /// Whether tall tiles pay off: machines with vectors of 16 lanes have 32 vector registers.
  static final boolean TALL;

  static final Kernels KERNELS;

  static {
    String wanted = System.getProperty("jada.kernels", "");
    String obstacle = obstacle();
    VECTOR = obstacle.isEmpty() && !wanted.equals("scalar");
    TALL = VECTOR && VectorMicroKernel.NR / 2 >= 16;
    KERNELS = VECTOR ? new VectorKernels() : new ScalarKernels();
    if (VECTOR) {
      DIAGNOSIS = "kernels: " + KERNELS.name();
    } else if (wanted.equals("scalar") && Fma.FUSED) {
      DIAGNOSIS = "kernels: scalar, by the system property jada.kernels";
    } else {
      DIAGNOSIS = "kernels: scalar, many times slower: " + obstacle;
      System.getLogger("jada.tensor.kernel").log(Level.WARNING, DIAGNOSIS);
    }
  }

  private Backend() {}

  /// C ← S + A·B + Y·U for one tile.
  static void tile(MicroKernelArguments of) {
    if (VECTOR) {
      VectorMicroKernel.multiply(of);
    } else {
      ScalarMicroKernel.multiply(of);
    }
  }

  /// The same for three tiles, one below the other, whose micro-panels follow each other in A and
  /// in Y. Without tall tiles the three are computed one by one, and `of` describes the last of
  /// them afterwards.
  static void tallTile(MicroKernelArguments of) {
    if (TALL) {
      VectorMicroKernel.multiplyTall(of);
      return;
    }
    tile(of);
    for (int i = 1; i < MacroKernel.TALL_MR / ScalarMicroKernel.MR; i++) {
      of.ao += ScalarMicroKernel.MR * of.k;
      of.yo += ScalarMicroKernel.MR * of.r;
      of.so += ScalarMicroKernel.MR * of.lds;
      of.co += ScalarMicroKernel.MR * of.ldc;
      tile(of);
    }
  }

  /// C ← S + A·B for one tile with A in place.
  static void tileOfRows(MicroKernelArguments of) {
    if (VECTOR) {
      VectorMicroKernel.multiplyRows(of);
    } else {
      ScalarMicroKernel.multiplyRows(of);
    }
  }

  /// C ← C + A·B for one tile with B in place.
  static void tileInPlace(MicroKernelArguments of) {
    if (VECTOR) {
      VectorMicroKernel.multiplyInPlace(of);
    } else {
      ScalarMicroKernel.multiplyInPlace(of);
    }
  }

  /// What prevents the use of the vector unit; empty if nothing does. Without C2 every vector would
  /// be a heap object.
  private static String obstacle() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return "start java with --add-modules jdk.incubator.vector";
    }
    String vm = System.getProperty("java.vm.info", "");
    if (vm.contains("interpreted") || vm.contains("emulated-client")) {
      return "this JVM runs without its optimizing compiler (" + vm + "); start it with C2";
    }
    if (!Fma.FUSED) {
      return "this processor has no fused multiply-add, or the JVM's options forbid it; take an x86"
          + " processor with AVX2 or any of aarch64, in a virtual machine with the host's model of"
          + " the processor, and java without -XX:-UseFMA and -XX:UseAVX=0";
    }
    if (Lanes.SPECIES.length() < 4) {
      return "this JVM has vectors of fewer than 4 floats; start java without -XX:MaxVectorSize";
    }
    return "";
  }
}
