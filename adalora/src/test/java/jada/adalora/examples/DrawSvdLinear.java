package jada.adalora.examples;

import jada.adalora.SvdLinear;
import jada.adalora.TripletStart;
import jada.adalora.Triplets;
import jada.autograd.Constant;
import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.autograd.draw.Graph;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Draws one adapted matrix twice: as the fused operation that trains, and composed of primitives,
/// where the formula can be read off the picture.
public final class DrawSvdLinear {
  private DrawSvdLinear() {}

  /// Run it: `DrawSvdLinear FOLDER`; two SVG files and a DOT file appear in the folder.
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    RandomSource random = RandomSource.of(2);
    Variable x = Constant.of(Tensor.normal(Shape.of(5, 6), 1, random)); // (T, in)
    Variable w = Constant.of(Tensor.normal(Shape.of(8, 6), 1, random)); // (out, in)
    Variable b = Constant.of(Tensor.zeros(Shape.of(8)));
    Triplets start = TripletStart.ORTHONORMAL.triplets(8, 6, 3, random);
    Triplets trained = new Triplets(start.p(), Tensor.vector(2, -1, 0.5f), start.q());
    SvdLinear layer = SvdLinear.of("query", w, b, trained, 1, 0);

    Variable fused = layer.forward(x);
    Variable u = Ops.multiplyRow(Ops.matmulTransposed(x, layer.q()), layer.lambda()); // (5, 3)
    Variable update = Ops.matmulTransposed(u, layer.p()); // (5, 8)
    Variable composed = Ops.add(Ops.addRow(Ops.matmulTransposed(x, w), b), update); // (5, 8)

    System.out.print(Graph.text(fused));
    System.out.print(Graph.text(composed));
    System.out.println("they differ by " + fused.value().subtract(composed.value()).norm());
    Files.writeString(folder.resolve("fused.svg"), Graph.svg(fused));
    Files.writeString(folder.resolve("composed.svg"), Graph.svg(composed));
    Files.writeString(folder.resolve("composed.dot"), Graph.dot(composed));
  }
}
