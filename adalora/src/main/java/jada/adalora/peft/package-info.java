/// Adapters on disk, as PEFT 0.21 writes and reads them.
///
/// [jada.adalora.peft.PeftFolder] saves and loads a folder: `adapter_config.json`
/// ([jada.adalora.peft.PeftConfig]) and `adapter_model.safetensors`, in which P is `lora_B`, λ
/// `lora_E` and Q `lora_A`; beside them `labels.json` with the names of the classes, and
/// `jada.json` with what PEFT has no key for: the length at which training cut texts and, for
/// AdaLoRA, choices of the method. A folder that PEFT wrote loads here with the same logits, and
/// the other way round.
package jada.adalora.peft;
