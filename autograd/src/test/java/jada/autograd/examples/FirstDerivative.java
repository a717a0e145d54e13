package jada.autograd.examples;

import jada.autograd.Constant;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.autograd.draw.Graph;
import jada.tensor.Tensor;

/// Fits a line to three points by gradient descent: what is trained is a parameter, what is given
/// is a constant, and gradients are asked for, not collected in fields.
public final class FirstDerivative {
  private FirstDerivative() {}

  /// Run it: there are no arguments.
  public static void main(String[] args) {
    Variable x =
        Constant.of(
            Tensor.matrix(new float[] {0, 1}, new float[] {1, 1}, new float[] {2, 1})); // (3, 2)
    Variable y =
        Constant.of(Tensor.matrix(new float[] {1}, new float[] {3}, new float[] {5})); // (3, 1)
    Parameter line =
        Parameter.of("line", Tensor.matrix(new float[] {0}, new float[] {0})); // (2, 1)

    for (int t = 0; t < 500; t++) {
      Variable error = Ops.subtract(Ops.matmul(x, line), y); // (3, 1)
      Variable loss = Ops.mean(Ops.multiply(error, error)); // ()
      if (t == 0) {
        System.out.print(Graph.text(loss));
      }
      Tensor slope = Gradients.of(loss).of(line); // (2, 1)
      line.update(
          w -> {
            for (int i = 0; i < w.length; i++) {
              w[i] -= 0.2f * slope.array()[i];
            }
          });
    }
    System.out.println(line.value()); // y = 2x + 1
  }
}
