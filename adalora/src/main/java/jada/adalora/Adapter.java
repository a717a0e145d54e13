package jada.adalora;

import jada.autograd.Constant;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Layer;
import jada.nn.Linear;
import jada.tensor.Tensor;
import java.util.List;

/// A linear layer whose weight W stays as it is, with a trained update of low rank: y = x·(W + ΔW)ᵀ
/// + b.
public sealed interface Adapter extends Layer permits SvdLinear, LoraLinear {

  /// The module's path, for example `bert.encoder.layer.0.attention.self.query`.
  String name();

  /// W (out, in).
  Variable weight();

  /// b (out).
  Variable bias();

  /// ΔW (out, in) as it is now, its scale included.
  Tensor delta();

  /// How many rank-one terms ΔW has.
  int rank();

  /// What is trained.
  List<Parameter> parameters();

  /// The layer with the weight W + ΔW and nothing beside it: the same function, without the
  /// adapter's cost.
  default Linear merge() {
    return new Linear(name(), Constant.of(weight().value().add(delta())), bias());
  }
}
