package jada.cli;

import jada.adalora.Adapter;
import jada.adalora.model.AdaptedModel;
import java.util.HashMap;
import java.util.Map;

/// The number of trained parameters of each way to fine-tune the same model.
///
/// @param adapter in the adapters: the living triplets, or the LoRA matrices
/// @param head in the weights of the model itself that are trained: the head's, or all
/// @param lora in LoRA of the target rank on the same matrices
/// @param full in encoder and head, all of which full fine-tuning changes
record ParameterCounts(long adapter, long head, long lora, long full) {
  static ParameterCounts of(AdaptedModel model) {
    long adapter = 0;
    long lora = 0;
    for (Adapter a : model.adapters().values()) {
      long sides = (long) a.weight().shape().dim(0) + a.weight().shape().dim(1);
      adapter += a.size();
      lora += model.config().targetRank() * sides;
    }
    long head = model.trainedWeights().values().stream().mapToLong(p -> p.value().size()).sum();
    // A base model may bring a head of its own, which the trained one replaces.
    Map<String, Integer> sizes = new HashMap<>();
    model.base().weights().forEach((name, tensor) -> sizes.put(name, tensor.size()));
    model.trainedWeights().forEach((name, weight) -> sizes.put(name, weight.value().size()));
    long full = sizes.values().stream().mapToLong(size -> size).sum();
    return new ParameterCounts(adapter, head, lora, full);
  }
}
