package jada.adalora.peft;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Adapter;
import jada.adalora.AdapterType;
import jada.nn.Linear;
import jada.nn.files.JsonFile;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// How adapters of one type lie in a saved folder. LoRA and AdaLoRA, whose form PEFT defines, are
/// part of this package; every other [AdapterType] that is to be saved implements this interface.
///
/// The tensors are those of [Adapter#tensors].
public interface SavedForm {
  /// The keys of adapter_config.json that belong to this type alone. Keys that nobody knows are
  /// refused, because they may change what an adapter computes.
  Set<String> keys();

  /// Adds these keys. `peft_type`, `target_modules` and what describes model and head are there.
  void write(AdaLoraConfig config, Collection<Adapter> adapters, ObjectNode json);

  /// The configuration with what the keys say.
  ///
  /// @param config method and target modules are set
  /// @throws jada.nn.files.InputException if a value is missing or out of range
  default AdaLoraConfig read(JsonFile json, AdaLoraConfig config) {
    return config;
  }

  /// The adapter of one layer, made of the tensors it takes; empty if there are none for the layer.
  ///
  /// @param layer frozen, of the base model
  /// @param tensors by the module's path and the name behind it
  /// @throws jada.nn.files.InputException if they do not fit the layer
  Optional<Adapter> read(Linear layer, AdaLoraConfig config, JsonFile json, SavedTensors tensors);
}
