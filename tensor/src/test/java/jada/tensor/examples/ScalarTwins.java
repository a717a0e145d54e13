package jada.tensor.examples;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.kernel.Kernels;
import jada.tensor.kernel.ScalarKernels;

/// Every loop exists twice: on the vector unit, and as the plain Java that says what it computes.
///
/// The twin is the oracle of the tests, what runs where the module jdk.incubator.vector was not
/// added, and the place to read first.
public final class ScalarTwins {
  private ScalarTwins() {}

  /// Run it: there are no arguments.
  public static void main(String[] args) {
    float[] x = Tensor.normal(Shape.of(1023), 2, RandomSource.of(1)).array();
    float[] fast = new float[x.length];
    float[] plain = new float[x.length];
    Kernels fastest = Kernels.fastest();
    fastest.gelu(x, fast, 0, x.length);
    new ScalarKernels().gelu(x, plain, 0, x.length);

    float worst = 0;
    for (int i = 0; i < x.length; i++) {
      worst = Math.max(worst, Math.abs(fast[i] - plain[i]));
    }
    System.out.println(fastest.name() + " and scalar gelu differ by at most " + worst);
  }
}
