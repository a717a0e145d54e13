package jada.tensor.kernel;

/// Holds the choice of kernels; made at the first use of [Kernels#fastest()] or [Gemm].
final class Fastest {
  /// Whether the vector unit computes: its module is in the boot layer (`--add-modules
  /// jdk.incubator.vector`), and the system property `jada.kernels` is not `scalar`.
  static final boolean VECTOR =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
          && !System.getProperty("jada.kernels", "").equals("scalar");

  static final Kernels KERNELS = new ScalarKernels();

  private Fastest() {}
}
