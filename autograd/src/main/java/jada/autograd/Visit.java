package jada.autograd;

import jada.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;

/// The visit of one operation in a backward pass: the gradient of its output, and the shared work
/// computed so far.
final class Visit {
  private final Tensor gradient;
  private final Map<Shared<?>, Object> done = new IdentityHashMap<>(2);

  Visit(Tensor gradient) {
    this.gradient = gradient;
  }

  Tensor gradient() {
    return gradient;
  }

  @SuppressWarnings("unchecked") // the entry of a Shared<S> is what that Shared<S> computed
  <S> S of(Shared<S> shared) {
    return (S) done.computeIfAbsent(shared, work -> work.compute(gradient));
  }
}
