package jada.autograd.examples;

import jada.autograd.Constant;
import jada.autograd.Fused;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.autograd.draw.Graph;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Draws what the backward pass would walk: as text, for Graphviz, and as an SVG file.
///
/// Frozen inputs are where the walk ends: the weight of the layer below is not among its
/// parameters, so no gradient is computed for it.
public final class DrawGraph {
  private DrawGraph() {}

  /// Run it: `DrawGraph FILE.svg`.
  public static void main(String[] args) throws IOException {
    RandomSource random = RandomSource.of(3);
    Variable x = Constant.of(Tensor.normal(Shape.of(5, 4), 1, random)); // (T, in)
    Variable frozen = Constant.of(Tensor.normal(Shape.of(8, 4), 0.5f, random)); // (out, in)
    Variable bias = Constant.of(Tensor.zeros(Shape.of(8)));
    Parameter w = Parameter.of("classifier.weight", Tensor.normal(Shape.of(3, 8), 0.5f, random));
    Parameter b = Parameter.of("classifier.bias", Tensor.zeros(Shape.of(3)));

    Variable hidden = Fused.gelu(Fused.linear(x, frozen, bias)); // (5, 8)
    Variable loss = Fused.crossEntropy(Fused.linear(hidden, w, b), new int[] {0, 1, 2, 0, 1}); // ()

    System.out.print(Graph.text(loss));
    System.out.print(Graph.dot(loss));
    Files.writeString(Path.of(args[0]), Graph.svg(loss));
  }
}
