package jada.adalora;

/// What becomes of triplets that are masked and cannot come back.
public enum Compaction {
  /// They are dropped from memory: the matrices shrink to the living triplets and the rest of the
  /// run costs accordingly less.
  FINAL,
  /// They stay, masked, as in PEFT.
  NEVER
}
