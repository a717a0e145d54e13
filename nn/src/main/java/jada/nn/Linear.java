package jada.nn;

import jada.autograd.Fused;
import jada.autograd.NonFinite;
import jada.autograd.Variable;
import jada.tensor.Shape;
import java.util.Objects;

/// y = x·Wᵀ + b for each row: x (T, in), W (out, in), b (out), y (T, out).
///
/// @param name the module's path in the checkpoint, for example
///   `bert.encoder.layer.0.attention.self.query`
/// @param weight W (out, in)
/// @param bias b (out)
public record Linear(String name, Variable weight, Variable bias) implements Layer {
  /// @throws IllegalArgumentException if the bias does not have one element for each row of the
  ///   weight
  public Linear {
    Objects.requireNonNull(name, "name");
    Shape w = weight.shape();
    Shape b = bias.shape();
    if (w.rank() != 2 || b.rank() != 1 || w.dim(0) != b.dim(0)) {
      throw new IllegalArgumentException(
          "linear: "
              + name
              + " needs a weight (out, in) and a bias (out), got "
              + w
              + " and "
              + b
              + "; a weight stored as (in, out) must be transposed");
    }
  }

  @Override
  public Variable forward(Variable x) {
    // (T, in) -> (T, out)
    return NonFinite.inModule(name, () -> Fused.linear(x, weight, bias));
  }
}
