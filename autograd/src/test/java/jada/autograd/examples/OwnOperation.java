package jada.autograd.examples;

import static jada.autograd.Edge.edge;

import jada.autograd.GradCheck;
import jada.autograd.Result;
import jada.autograd.Variable;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;

/// An operation of one's own is one method: the value, and for each input how a gradient of the
/// output becomes one of the input. `GradCheck` tells whether the two belong together.
///
/// Inside Jada the method stands in `Ops` and takes one more line, in the test `Operations`.
public final class OwnOperation {
  private OwnOperation() {}

  /// y = x³, elementwise. dX = 3·x² ⊙ G.
  static Variable cube(Variable x) {
    Tensor square = x.value().multiply(x.value());
    return Result.of("cube", square.multiply(x.value()), edge(x, g -> square.scale(3).multiply(g)));
  }

  /// The same with a derivative that forgets a factor.
  static Variable wrongCube(Variable x) {
    Tensor square = x.value().multiply(x.value());
    return Result.of("wrongCube", square.multiply(x.value()), edge(x, g -> square.multiply(g)));
  }

  /// Run it: there are no arguments.
  public static void main(String[] args) {
    Tensor x = Tensor.normal(Shape.of(3, 4), 1, RandomSource.of(5));
    System.out.println(GradCheck.of(in -> cube(in.getFirst()), x).requireWithin(1e-3));
    System.out.println(GradCheck.of(in -> wrongCube(in.getFirst()), x).within(1e-3));
  }
}
