package jada.tensor.examples;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Svd;
import jada.tensor.Tensor;

/// Making tensors, looking at them, multiplying them.
///
/// A tensor is a shape and a float array in row-major order. Operations are pure: they return new
/// tensors. Nothing is broadcast behind your back; what adds a row to every row is called so.
public final class FirstTensors {
  private FirstTensors() {}

  /// Run it: there are no arguments.
  public static void main(String[] args) {
    Tensor a = Tensor.matrix(new float[] {1, 2, 3}, new float[] {4, 5, 6}); // (2, 3)
    Tensor b = Tensor.identity(3).scale(10); // (3, 3)
    System.out.println(a.matmul(b)); // (2, 3)
    System.out.println(a.transpose().shape() + " " + a.reshape(Shape.of(6)).shape());
    System.out.println(a.addRow(Tensor.vector(1, 0, -1)).sumRows()); // (2, 3) -> (3)

    // Wrong shapes are answered with the rule and the numbers that break it.
    try {
      a.matmul(a);
    } catch (IllegalArgumentException e) {
      System.out.println(e.getMessage());
    }

    // A large tensor shows its corners. The same seed gives the same numbers everywhere.
    Tensor noise = Tensor.normal(Shape.of(512, 512), 1, RandomSource.of(7));
    System.out.println(noise);
    System.out.println(noise.norm() / 512); // close to 1, the standard deviation

    // A product of thin factors has few singular values that are not 0.
    Tensor thin = noise.gatherColumns(0, 1, 2).matmulTransposed(noise.gatherColumns(3, 4, 5));
    System.out.println(Svd.of(thin.gatherRows(0, 1, 2, 3, 4)).s());
  }
}
