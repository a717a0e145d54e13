package jada.autograd;

import jada.tensor.Tensor;

/// Work that several derivatives of one operation share.
///
/// It is a pure function of the gradient of the operation's output, and is computed at most once per
/// operation and backward pass, for the first live edge that uses it. If all edges that use it are
/// frozen, it is never computed.
///
///     Shared<Tensor> v = g -> g.matmul(p.value());              // V = G·P  (T,out)(out,r)
///     Result.of("svdLinear", y,
///         edge(lambda, v, (g, gp) -> ...),
///         edge(q, v, (g, gp) -> ...));
///
/// @param <S> the shared result
@FunctionalInterface
public interface Shared<S> {
  /// The shared work for the gradient of the output.
  S compute(Tensor gradient);
}
