package jada.adalora;

/// Placeholder.
public final class Dummy {
  private Dummy() {}
}
