package jada.adalora;

import jada.autograd.Constant;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Layer;
import jada.nn.Linear;
import jada.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A linear layer whose weight W and bias b stay as they are, with something beside them that is
/// trained. [SvdLinear] and [LoraLinear] add an update of low rank: y = x·(W + ΔW)ᵀ + b. An
/// [AdapterType] makes them.
public interface Adapter extends Layer {

  /// The module's path, for example `bert.encoder.layer.0.attention.self.query`.
  String name();

  /// W (out, in).
  Variable weight();

  /// b (out).
  Variable bias();

  /// ΔW (out, in) as it is now, its scale included.
  Tensor delta();

  /// The rank of ΔW: how many rank-one terms it is the sum of, or where it is no such sum, how many
  /// it may need at most, min(out, in).
  int rank();

  /// What is trained. The names are unique in the model and the same in every run: checkpoints use
  /// them.
  List<Parameter> parameters();

  /// The number of parameters that ΔW consists of; masked triplets do not count.
  default long size() {
    return parameters().stream().mapToLong(p -> p.value().size()).sum();
  }

  /// What is saved, by the name that follows the module's path, for example `.lora_A.weight`.
  SequencedMap<String, Tensor> tensors();

  /// What a checkpoint must hold besides the values of the parameters, lists of whole numbers by
  /// name: what has become of the adapter's form while training. Most types have no such state.
  default Map<String, int[]> state() {
    return Map.of();
  }

  /// Takes the state that an adapter of the same layer had in the middle of a run. The parameters
  /// then have the shapes of that run; their values are set afterwards.
  ///
  /// @throws IllegalArgumentException if the adapter cannot have had this state
  default void restore(Map<String, int[]> state) {
    if (!state.isEmpty()) {
      throw new IllegalArgumentException("has no state besides its parameters");
    }
  }

  /// The plain layer that computes the same: W + ΔW and b. A type that changes b, too, overrides
  /// this.
  default Linear merge() {
    return new Linear(name(), Constant.of(weight().value().add(delta())), bias());
  }
}
