package jada.tensor.kernel;

/// Holds the choice of kernels; loaded at the first use of [Kernels#fastest()].
final class Fastest {
  static final Kernels KERNELS = new ScalarKernels();

  private Fastest() {}
}
