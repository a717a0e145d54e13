package jada.adalora;

import jada.nn.Linear;
import jada.tensor.RandomSource;
import java.util.Collection;

/// A type of adapter: how one starts on a frozen linear layer. The [Adapter] it makes knows how to
/// compute, train, save and merge.
///
/// To add a type, write one class that implements this interface, with its adapter beside it, and
/// provide the class through [java.util.ServiceLoader]; [Methods] finds it, and it can be trained,
/// resumed and merged. To be saved and loaded as well, the class also implements
/// [SavedForm][jada.adalora.peft.SavedForm].
public non-sealed interface AdapterType extends Method {
  /// `peft_type` in adapter_config.json, such as `LORA`.
  String peftType();

  /// The name and any settings of its own: a checkpoint is good only for a run in which this text
  /// is the same.
  @Override
  String toString();

  /// Checks that the choices of the configuration fit together.
  ///
  /// @throws jada.nn.files.InputException naming the choices that do not
  default void requireConsistent(AdaLoraConfig config) {}

  /// The adapter of a layer before the first step. It must compute what the layer computes, bit for
  /// bit.
  ///
  /// @param layer frozen: W (out, in) and b (out)
  /// @param random for this layer alone
  /// @throws jada.nn.files.InputException if the configuration asks for more than the layer allows
  Adapter start(Linear layer, AdaLoraConfig config, RandomSource random);

  /// What is done with the adapters of a run beside the optimizer's steps.
  ///
  /// @param adapters all that this type has started, in the model's order
  /// @throws jada.nn.files.InputException if the configuration does not fit the run
  default RankControl rankControl(
      AdaLoraConfig config, Collection<Adapter> adapters, int totalSteps) {
    return RankControl.NONE;
  }
}
