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

/// A linear layer with frozen weight W and bias b and trainable parameters of its own. [SvdLinear]
/// and [LoraLinear] add an update of low rank: y = x·(W + ΔW)ᵀ + b. An [AdapterType] makes them.
public interface Adapter extends Layer {

  /// The module's path, for example `bert.encoder.layer.0.attention.self.query`.
  String name();

  /// W (out, in).
  Variable weight();

  /// b (out).
  Variable bias();

  /// ΔW (out, in) as it is now, its scale included.
  Tensor delta();

  /// The rank of ΔW: the number of its rank-one terms, or for a ΔW that is no such sum its largest
  /// possible rank, min(out, in).
  int rank();

  /// The trainable parameters. The names are unique in the model and the same in every run:
  /// checkpoints use them.
  List<Parameter> parameters();

  /// Parameters with a learning rate of their own, as a multiple of the run's, and without weight
  /// decay. Most types have none.
  default Map<Parameter, Double> ownRates(AdaLoraConfig config) {
    return Map.of();
  }

  /// Sets to 0 again what does not count, after the optimizer or something else has written the
  /// parameters. Most types have nothing of the kind.
  default void enforceMask() {}

  /// The number of parameters of ΔW; masked triplets do not count.
  default long size() {
    return parameters().stream().mapToLong(p -> p.value().size()).sum();
  }

  /// The tensors to save, by the name that follows the module's path, for example `.lora_A.weight`.
  SequencedMap<String, Tensor> tensors();

  /// State that a checkpoint needs besides the values of the parameters, as lists of whole numbers
  /// by name. Most types have none.
  default Map<String, int[]> state() {
    return Map.of();
  }

  /// Restores the state of an adapter of the same layer. The parameters get the shapes that they
  /// had then; their values are set afterwards.
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
