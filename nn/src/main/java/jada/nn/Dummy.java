package jada.nn;

/// Placeholder.
public final class Dummy {
  private Dummy() {}
}
