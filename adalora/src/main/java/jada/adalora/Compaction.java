package jada.adalora;

/// What is done with masked triplets that cannot come back.
public enum Compaction {
  /// They are dropped from memory: the matrices shrink to the living triplets, and the rest of the
  /// run is cheaper.
  FINAL,
  /// They stay, masked, as in PEFT.
  NEVER
}
