package jada.autograd;

import jada.tensor.Tensor;

/// Work that several derivatives of one operation have in common.
///
/// A pure function of the gradient of the operation's output. It is computed at most once for each
/// operation in each backward pass, when the first live edge that names it is walked, and let go
/// with that operation. Where all edges that name it are frozen it is never computed.
///
///     Shared<Tensor> v = g -> g.matmul(p.value());              // V = G·P  (T,out)(out,r)
///     Result.of("svdLinear", y,
///         edge(lambda, v, (g, gp) -> ...),
///         edge(q, v, (g, gp) -> ...));
///
/// @param <S> what is shared
@FunctionalInterface
public interface Shared<S> {
  /// The shared work for the gradient of the output.
  S compute(Tensor gradient);
}
