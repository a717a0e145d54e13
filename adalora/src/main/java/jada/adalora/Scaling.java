package jada.adalora;

/// The divisor of lora_alpha in the scale of ΔW = scale · P·diag(λ)·Q.
///
/// The scale is the same before and after pruning in any case. Whatever the choice, an adapter's
/// folder holds the lora_alpha with which PEFT's own division gives the same scale.
public enum Scaling {
  /// init_r + 10⁻⁵, as PEFT has it: a run that starts with more triplets has a smaller scale.
  INIT_RANK,
  /// target_r, as with LoRA of that rank: the scale does not depend on the rank at the start, so
  /// that two methods with the same budget and the same lora_alpha have the same scale.
  TARGET_RANK,
  /// 1: lora_alpha is the scale.
  FIXED
}
