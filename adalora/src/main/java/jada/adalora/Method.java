package jada.adalora;

/// What is trained besides the head: adapters of one [AdapterType], nothing, or every weight of the
/// encoder. [Methods] lists all of them.
public sealed interface Method permits Method.WithoutAdapters, AdapterType {
  /// Triplets under a budget: ΔW = P·diag(λ)·Q, the ranks of the matrices found while training.
  AdapterType ADALORA = new AdaLoraType();

  /// The baseline: ΔW = B·A of one fixed rank in every matrix.
  AdapterType LORA = new LoraType();

  /// Nothing: the pretrained encoder is frozen.
  Method HEAD = new WithoutAdapters("head", false, 2e-3);

  /// Every weight of the encoder, at a lower learning rate: the rate of adapters would destroy
  /// pretrained weights.
  Method FULL = new WithoutAdapters("full", true, 5e-5);

  /// The name that users write, in lower case, such as `lora`.
  String name();

  /// Whether every weight of the encoder is trained.
  default boolean trainsEncoder() {
    return false;
  }

  /// The peak learning rate where none is chosen.
  default double learningRate() {
    return 2e-3;
  }

  /// A method without adapters.
  ///
  /// @param name the name that users write
  /// @param trainsEncoder whether every weight of the encoder is trained
  /// @param learningRate the peak learning rate where none is chosen
  record WithoutAdapters(String name, boolean trainsEncoder, double learningRate)
      implements Method {
    @Override
    public String toString() {
      return name;
    }
  }
}
