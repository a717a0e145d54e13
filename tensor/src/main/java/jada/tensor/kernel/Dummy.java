package jada.tensor.kernel;

/// Placeholder.
public final class Dummy {
  private Dummy() {}
}
