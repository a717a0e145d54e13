package jada.autograd;

import jada.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;

/// One stop of the backward walk: the gradient of an operation's output, and the work that the
/// operation's derivatives have shared so far.
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
