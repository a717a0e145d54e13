package jada.bench;

import jada.tensor.kernel.Kernels;
import jada.tensor.kernel.ScalarKernels;
import jada.tensor.kernel.VectorKernels;

/// Which of the two kernels is measured: the fast ones, or their scalar twins, which are the
/// baseline and what the answers are checked against.
public enum Twin {
  /// The vector kernels.
  VECTOR {
    @Override
    Kernels kernels() {
      return new VectorKernels();
    }
  },
  /// The scalar twins: plain loops.
  SCALAR {
    @Override
    Kernels kernels() {
      return new ScalarKernels();
    }
  };

  abstract Kernels kernels();
}
