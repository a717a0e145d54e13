package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import jada.tensor.kernel.Dispatcher;
import jada.tensor.kernel.Gemm;
import jada.tensor.kernel.LowRank;
import jada.tensor.kernel.Operand;
import jada.tensor.kernel.RightOperand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The linear layer, plain and with a low-rank adapter; formulas at [Fused].
///
/// Products accumulate in place: x·Wᵀ starts from the bias, and the adapter's product is added in
/// the same array. No two (T,out) matrices are added.
final class FusedLinear {
  private FusedLinear() {}

  static Variable linear(Variable x, Variable w, Variable bias) {
    Require.shapes(
        fits(x, w, bias), "linear", "x (T, in), weight (out, in), bias (out)", x, w, bias);
    return Result.of(
        "linear",
        affine(x.value(), w, bias),
        edge(x, g -> inputGradient(g, w)), // dx = G·W  (T,out)(out,in)
        edge(w, g -> g.transposedMatmul(x.value())), // dW = Gᵀ·x  (out,T)(T,in)
        edge(bias, Tensor::sumRows)); // db = Σ_t G_t  (out)
  }

  static Variable svdLinear(
      Variable x,
      Optional<Variable> adapterInput,
      Variable w,
      Variable bias,
      Variable p,
      Variable lambda,
      Variable q,
      float scale) {
    Variable input = adapterInput.orElse(x);
    Require.shapes(
        fits(x, w, bias)
            && input.shape().equals(x.shape())
            && lambda.shape().rank() == 1
            && p.shape().isMatrix(w.shape().dim(0), lambda.shape().dim(0))
            && q.shape().isMatrix(lambda.shape().dim(0), w.shape().dim(1)),
        "svdLinear",
        "x (T, in), adapter input (T, in), weight (out, in), bias (out), P (out, r), lambda (r),"
            + " Q (r, in)",
        x,
        input,
        w,
        bias,
        p,
        lambda,
        q);
    return adapted("svdLinear", x, adapterInput, w, bias, new Triplets(p, lambda, q, scale));
  }

  /// LoRA is the adapter with λ = 1, frozen.
  static Variable loraLinear(
      Variable x,
      Optional<Variable> adapterInput,
      Variable w,
      Variable bias,
      Variable b,
      Variable a,
      float scale) {
    Variable input = adapterInput.orElse(x);
    Require.shapes(
        fits(x, w, bias)
            && input.shape().equals(x.shape())
            && a.shape().rank() == 2
            && b.shape().isMatrix(w.shape().dim(0), a.shape().dim(0))
            && a.shape().dim(1) == w.shape().dim(1),
        "loraLinear",
        "x (T, in), adapter input (T, in), weight (out, in), bias (out), B (out, r), A (r, in)",
        x,
        input,
        w,
        bias,
        b,
        a);
    Constant ones = Constant.of(Tensor.full(Shape.of(a.shape().dim(0)), 1));
    return adapted("loraLinear", x, adapterInput, w, bias, new Triplets(b, ones, a, scale));
  }

  private static Variable adapted(
      String op,
      Variable x,
      Optional<Variable> adapterInput,
      Variable w,
      Variable bias,
      Triplets triplets) {
    return adapterInput.isPresent()
        ? apart(op, x, adapterInput.get(), w, bias, triplets)
        : together(op, x, w, bias, triplets);
  }

  /// The parts of ΔW = scale · P·diag(λ)·Q: P (out,r), λ (r), Q (r,in).
  private record Triplets(Variable p, Variable lambda, Variable q, float scale) {
    int rank() {
      return lambda.shape().dim(0);
    }

    /// scale·λ (r)
    Tensor factors() {
      return lambda.value().scale(scale);
    }

    /// scale·(U ⊙ λ), (T,r); cheap, since r is small.
    Tensor scaled(Tensor u) {
      return u.multiplyRow(factors());
    }
  }

  /// Shared work of the derivatives of x, λ and Q.
  ///
  /// @param dx the gradient of x if it is computed together with V
  /// @param v V = G·P (T,r)
  private record Back(Optional<Tensor> dx, Tensor v) {}

  /// The adapter reads x itself: its products are computed together with those of the weight, see
  /// [LowRank].
  private static Variable together(
      String op, Variable x, Variable w, Variable bias, Triplets triplets) {
    int rows = x.shape().dim(0);
    int rank = triplets.rank();
    int out = w.shape().dim(0);
    int in = w.shape().dim(1);
    Variable p = triplets.p;
    Variable q = triplets.q;
    float[] factors = triplets.factors().array();
    Dispatcher dispatcher = Workers.current()::dispatch;

    // y = x·Wᵀ + b + ((x·Qᵀ) ⊙ scale·λ)·Pᵀ, keeping U = x·Qᵀ
    Tensor u = Tensor.blank(Shape.of(rows, rank));
    Tensor y = Tensor.blank(Shape.of(rows, out));
    LowRank forward = new LowRank(rank, transposed(q), factors, transposed(p), u.array());
    float[] b = bias.value().array();
    Gemm.call(rows, out, in, plain(x), transposedWeight(w))
        .fromRow(b, 0)
        .plus(forward)
        .into(dispatcher, y.array());

    Shared<Back> back =
        g -> {
          if (!x.differentiable()) {
            return new Back(Optional.empty(), g.matmul(p.value())); // V = G·P  (T,out)(out,r)
          }
          // dx = G·W + ((G·P) ⊙ scale·λ)·Q, keeping V = G·P
          Tensor v = Tensor.blank(Shape.of(rows, rank));
          Tensor dx = Tensor.blank(Shape.of(rows, in));
          LowRank backward = new LowRank(rank, plain(p), factors, plain(q), v.array());
          Operand left = Operand.of(g.array(), 0, out);
          Gemm.call(rows, in, out, left, weight(w)).plus(backward).into(dispatcher, dx.array());
          return new Back(Optional.of(dx), v);
        };
    List<Edge> edges = new ArrayList<>();
    edges.add(edge(x, back, (_, made) -> made.dx.orElseThrow()));
    addParameters(edges, x, x, w, bias, triplets, u, back);
    return Result.of(op, y, edges.toArray(Edge[]::new));
  }

  /// The adapter has an input of its own, x after dropout.
  private static Variable apart(
      String op, Variable x, Variable adapterInput, Variable w, Variable bias, Triplets triplets) {
    Variable q = triplets.q;
    Tensor u = adapterInput.value().matmulTransposed(q.value()); // U = xₐ·Qᵀ  (T,in)(in,r)
    Tensor y = affine(x.value(), w, bias);
    addProduct(y, triplets.scaled(u), transposed(triplets.p)); // y += scale·(U ⊙ λ)·Pᵀ

    // V = G·P  (T,out)(out,r)
    Shared<Back> back = g -> new Back(Optional.empty(), g.matmul(triplets.p.value()));
    List<Edge> edges = new ArrayList<>();
    edges.add(edge(x, g -> inputGradient(g, w))); // dx = G·W  (T,out)(out,in)
    edges.add( // dxₐ = scale·(V ⊙ λ)·Q  (T,r)(r,in)
        edge(adapterInput, back, (_, made) -> triplets.scaled(made.v).matmul(q.value())));
    addParameters(edges, x, adapterInput, w, bias, triplets, u, back);
    return Result.of(op, y, edges.toArray(Edge[]::new));
  }

  private static void addParameters(
      List<Edge> edges,
      Variable x,
      Variable adapterInput,
      Variable w,
      Variable bias,
      Triplets triplets,
      Tensor u,
      Shared<Back> back) {
    edges.add(edge(w, g -> g.transposedMatmul(x.value()))); // dW = Gᵀ·x  (out,T)(T,in)
    edges.add(edge(bias, Tensor::sumRows)); // db = Σ_t G_t  (out)
    edges.add( // dP = scale·Gᵀ·(U ⊙ λ), as the transpose of (r,T)(T,out), which reads G in place
        edge(triplets.p, g -> triplets.scaled(u).transposedMatmul(g).transpose()));
    edges.add( // dλ = scale·Σ_t U ⊙ V  (r)
        edge(
            triplets.lambda,
            back,
            (_, made) -> u.multiply(made.v).sumRows().scale(triplets.scale)));
    edges.add( // dQ = scale·(V ⊙ λ)ᵀ·xₐ  (r,T)(T,in)
        edge(
            triplets.q,
            back,
            (_, made) -> triplets.scaled(made.v).transposedMatmul(adapterInput.value())));
  }

  private static boolean fits(Variable x, Variable w, Variable bias) {
    return x.shape().rank() == 2
        && w.shape().rank() == 2
        && x.shape().dim(1) == w.shape().dim(1)
        && bias.shape().equals(Shape.of(w.shape().dim(0)));
  }

  /// x·Wᵀ + b, (T,out).
  static Tensor affine(Tensor x, Variable w, Variable bias) {
    int rows = x.shape().dim(0);
    int out = w.shape().dim(0);
    int in = w.shape().dim(1);
    Tensor y = Tensor.blank(Shape.of(rows, out));
    float[] b = bias.value().array();
    Gemm.call(rows, out, in, Operand.of(x.array(), 0, in), transposedWeight(w))
        .fromRow(b, 0)
        .into(Workers.current()::dispatch, y.array());
    return y;
  }

  /// G·W, (T,in).
  static Tensor inputGradient(Tensor g, Variable w) {
    int rows = g.shape().dim(0);
    int out = w.shape().dim(0);
    int in = w.shape().dim(1);
    Tensor dx = Tensor.blank(Shape.of(rows, in));
    Operand left = Operand.of(g.array(), 0, out);
    Gemm.call(rows, in, out, left, weight(w)).into(Workers.current()::dispatch, dx.array());
    return dx;
  }

  /// Wᵀ (in,out), packed beforehand where W is frozen.
  private static RightOperand transposedWeight(Variable w) {
    return w instanceof Constant frozen ? frozen.packedTranspose() : transposed(w);
  }

  /// W (out,in), packed beforehand where W is frozen and not too large.
  private static RightOperand weight(Variable w) {
    return w instanceof Constant frozen ? frozen.packed() : plain(w);
  }

  private static Operand plain(Variable matrix) {
    return Operand.of(matrix.value().array(), 0, matrix.shape().dim(1));
  }

  private static Operand transposed(Variable matrix) {
    return Operand.transposed(matrix.value().array(), 0, matrix.shape().dim(1));
  }

  /// C ← C + A·B for a C that the caller has just created: A (T,k), B (k,n), C (T,n).
  private static Tensor addProduct(Tensor c, Tensor a, Operand b) {
    int m = a.shape().dim(0);
    int k = a.shape().dim(1);
    int n = c.shape().dim(1);
    Operand left = Operand.of(a.array(), 0, k);
    Gemm.call(m, n, k, left, b).accumulating().into(Workers.current()::dispatch, c.array());
    return c;
  }
}
