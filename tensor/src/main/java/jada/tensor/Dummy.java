package jada.tensor;

/// Placeholder.
public final class Dummy {
  private Dummy() {}
}
