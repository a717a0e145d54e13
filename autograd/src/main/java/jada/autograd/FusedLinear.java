package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import jada.tensor.kernel.Dispatcher;
import jada.tensor.kernel.Gemm;
import jada.tensor.kernel.Operand;
import jada.tensor.kernel.PackedOperand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The linear layer, plain and with a low-rank adapter; formulas at [Fused].
///
/// Products are accumulated in place: x·Wᵀ starts from the bias, and the adapter's product is added
/// to it in the same array. No two (T,out) matrices are ever added.
final class FusedLinear {
  private FusedLinear() {}

  static Variable linear(Variable x, Variable w, Variable bias) {
    Require.shapes(
        fits(x, w, bias), "linear", "x (T, in), weight (out, in), bias (out)", x, w, bias);
    return Result.of(
        "linear",
        affine(x, w, bias),
        edge(x, g -> inputGradient(g, w)), // dx = G·W  (T,out)(out,in)
        edge(w, g -> g.transposedMatmul(x.value())), // dW = Gᵀ·x  (out,T)(T,in)
        edge(bias, Tensor::sumRows)); // db = Σ_t G_t  (out)
  }

  static Variable svdLinear(
      Variable x,
      Variable adapterInput,
      Variable w,
      Variable bias,
      Variable p,
      Variable lambda,
      Variable q,
      float scale) {
    Require.shapes(
        fits(x, w, bias)
            && adapterInput.shape().equals(x.shape())
            && lambda.shape().rank() == 1
            && p.shape().isMatrix(w.shape().dim(0), lambda.shape().dim(0))
            && q.shape().isMatrix(lambda.shape().dim(0), w.shape().dim(1)),
        "svdLinear",
        "x (T, in), adapter input (T, in), weight (out, in), bias (out), P (out, r), lambda (r),"
            + " Q (r, in)",
        x,
        adapterInput,
        w,
        bias,
        p,
        lambda,
        q);
    return adapted("svdLinear", x, adapterInput, w, bias, p, lambda, q, scale);
  }

  /// LoRA is the adapter with λ = 1, frozen.
  static Variable loraLinear(
      Variable x,
      Variable adapterInput,
      Variable w,
      Variable bias,
      Variable b,
      Variable a,
      float scale) {
    Require.shapes(
        fits(x, w, bias)
            && adapterInput.shape().equals(x.shape())
            && a.shape().rank() == 2
            && b.shape().isMatrix(w.shape().dim(0), a.shape().dim(0))
            && a.shape().dim(1) == w.shape().dim(1),
        "loraLinear",
        "x (T, in), adapter input (T, in), weight (out, in), bias (out), B (out, r), A (r, in)",
        x,
        adapterInput,
        w,
        bias,
        b,
        a);
    Constant ones = Constant.of(Tensor.full(Shape.of(a.shape().dim(0)), 1));
    return adapted("loraLinear", x, adapterInput, w, bias, b, ones, a, scale);
  }

  private static Variable adapted(
      String op,
      Variable x,
      Variable adapterInput,
      Variable w,
      Variable bias,
      Variable p,
      Variable lambda,
      Variable q,
      float scale) {
    Tensor u = adapterInput.value().matmulTransposed(q.value()); // U = xₐ·Qᵀ  (T,in)(in,r)
    Tensor y = affine(x, w, bias);
    addProduct(y, scaled(u, lambda, scale), transposed(p)); // y += scale·(U ⊙ λ)·Pᵀ  (T,r)(r,out)

    Shared<Tensor> v = g -> g.matmul(p.value()); // V = G·P  (T,out)(out,r)
    List<Edge> edges = new ArrayList<>();
    if (adapterInput == x) { // dx = G·W + scale·(V ⊙ λ)·Q, in one buffer
      edges.add(
          edge(
              x,
              v,
              (g, gp) -> addProduct(inputGradient(g, w), scaled(gp, lambda, scale), plain(q))));
    } else {
      edges.add(edge(x, g -> inputGradient(g, w))); // dx = G·W  (T,out)(out,in)
      edges.add( // dxₐ = scale·(V ⊙ λ)·Q  (T,r)(r,in)
          edge(adapterInput, v, (_, gp) -> scaled(gp, lambda, scale).matmul(q.value())));
    }
    edges.add(edge(w, g -> g.transposedMatmul(x.value()))); // dW = Gᵀ·x  (out,T)(T,in)
    edges.add(edge(bias, Tensor::sumRows)); // db = Σ_t G_t  (out)
    edges.add( // dP = scale·Gᵀ·(U ⊙ λ)  (out,T)(T,r)
        edge(p, g -> g.transposedMatmul(scaled(u, lambda, scale))));
    edges.add( // dλ = scale·Σ_t U ⊙ V  (r)
        edge(lambda, v, (_, gp) -> u.multiply(gp).sumRows().scale(scale)));
    edges.add( // dQ = scale·(V ⊙ λ)ᵀ·xₐ  (r,T)(T,in)
        edge(q, v, (_, gp) -> scaled(gp, lambda, scale).transposedMatmul(adapterInput.value())));
    return Result.of(op, y, edges.toArray(Edge[]::new));
  }

  private static boolean fits(Variable x, Variable w, Variable bias) {
    return x.shape().rank() == 2
        && w.shape().rank() == 2
        && x.shape().dim(1) == w.shape().dim(1)
        && bias.shape().equals(Shape.of(w.shape().dim(0)));
  }

  /// x·Wᵀ + b, (T,out).
  private static Tensor affine(Variable x, Variable w, Variable bias) {
    int rows = x.shape().dim(0);
    int out = w.shape().dim(0);
    int in = w.shape().dim(1);
    Tensor y = Tensor.blank(Shape.of(rows, out));
    Dispatcher dispatcher = Workers.current()::dispatch;
    float[] b = bias.value().array();
    switch (w) {
      case Constant frozen ->
          Gemm.multiplyAddRow(
              dispatcher, rows, plain(x), frozen.packedTranspose(), b, 0, y.array(), 0, out);
      case Parameter _, Result _ ->
          Gemm.multiplyAddRow(
              dispatcher, rows, out, in, plain(x), transposed(w), b, 0, y.array(), 0, out);
    }
    return y;
  }

  /// G·W, (T,in).
  private static Tensor inputGradient(Tensor g, Variable w) {
    Optional<PackedOperand> packed =
        w instanceof Constant frozen ? frozen.packed() : Optional.empty();
    int rows = g.shape().dim(0);
    int out = w.shape().dim(0);
    int in = w.shape().dim(1);
    Tensor dx = Tensor.blank(Shape.of(rows, in));
    Operand left = Operand.of(g.array(), 0, out);
    Dispatcher dispatcher = Workers.current()::dispatch;
    packed.ifPresentOrElse(
        right -> Gemm.multiply(dispatcher, rows, left, right, dx.array(), 0, in),
        () -> Gemm.multiply(dispatcher, rows, in, out, left, plain(w), dx.array(), 0, in));
    return dx;
  }

  /// scale·(U ⊙ λ), (T,r): r is small, so this is next to nothing.
  private static Tensor scaled(Tensor u, Variable lambda, float scale) {
    return u.multiplyRow(lambda.value().scale(scale));
  }

  private static Operand plain(Variable matrix) {
    return Operand.of(matrix.value().array(), 0, matrix.shape().dim(1));
  }

  private static Operand transposed(Variable matrix) {
    return Operand.transposed(matrix.value().array(), 0, matrix.shape().dim(1));
  }

  /// Adds A·B to C, which the caller has just made: A (T,k), B (k,n), C (T,n).
  private static Tensor addProduct(Tensor c, Tensor a, Operand b) {
    int m = a.shape().dim(0);
    int k = a.shape().dim(1);
    int n = c.shape().dim(1);
    Operand left = Operand.of(a.array(), 0, k);
    Gemm.multiplyAdd(Workers.current()::dispatch, m, n, k, left, b, c.array(), 0, n);
    return c;
  }
}
