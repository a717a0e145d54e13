package jada.autograd;

/// Placeholder.
public final class Dummy {
  private Dummy() {}
}
