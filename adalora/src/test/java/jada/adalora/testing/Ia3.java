package jada.adalora.testing;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Adapter;
import jada.adalora.AdapterType;
import jada.adalora.peft.SavedForm;
import jada.adalora.peft.SavedTensors;
import jada.autograd.Constant;
import jada.autograd.Fused;
import jada.autograd.NonFinite;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Linear;
import jada.nn.files.JsonFile;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// (IA)³ (Liu et al. 2022), all there is to an adapter type that Jada does not know: each output of
/// a frozen layer is scaled by a learned factor,
///
///     y = l ⊙ (x·Wᵀ + b)        ΔW = diag(l − 1)·W
///
/// x (T, in), W (out, in) and b (out) frozen, l (out) starts at 1. PEFT scales the inputs of the
/// modules in `feedforward_modules` instead; here there are none.
public final class Ia3 implements AdapterType, SavedForm {
  private static final String SAVED = ".ia3_l";

  @Override
  public String name() {
    return "ia3";
  }

  @Override
  public String peftType() {
    return "IA3";
  }

  @Override
  public String toString() {
    return name();
  }

  @Override
  public Adapter start(Linear layer, AdaLoraConfig config, RandomSource random) {
    return new Scaled(layer, Tensor.full(Shape.of(layer.bias().shape().dim(0)), 1));
  }

  @Override
  public Set<String> keys() {
    return Set.of("feedforward_modules", "init_ia3_weights");
  }

  @Override
  public void write(AdaLoraConfig config, Collection<Adapter> adapters, ObjectNode json) {
    json.putArray("feedforward_modules");
  }

  @Override
  public AdaLoraConfig read(JsonFile json, AdaLoraConfig config) {
    json.require(json.node("feedforward_modules").isEmpty(), "feedforward_modules", "empty");
    return config;
  }

  @Override
  public Optional<Adapter> read(
      Linear layer, AdaLoraConfig config, JsonFile json, SavedTensors tensors) {
    int out = layer.weight().shape().dim(0);
    return tensors.has(layer.name() + SAVED)
        ? Optional.of(
            new Scaled(layer, tensors.take(layer.name() + SAVED, out, 1).reshape(Shape.of(out))))
        : Optional.empty();
  }

  /// One adapted layer.
  private record Scaled(Linear layer, Parameter l) implements Adapter {
    Scaled(Linear layer, Tensor l) {
      this(layer, Parameter.of(layer.name() + SAVED, l));
    }

    @Override
    public Variable forward(Variable x) {
      // (T, in) -> (T, out)
      return NonFinite.inModule(
          name(), () -> Ops.multiplyRow(Fused.linear(x, weight(), bias()), l));
    }

    @Override
    public String name() {
      return layer.name();
    }

    @Override
    public Variable weight() {
      return layer.weight();
    }

    @Override
    public Variable bias() {
      return layer.bias();
    }

    @Override
    public int rank() {
      return Math.min(weight().shape().dim(0), weight().shape().dim(1));
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(l);
    }

    @Override
    public Tensor delta() {
      return scaled(weight().value()).subtract(weight().value());
    }

    @Override
    public Linear merge() {
      return new Linear(
          name(),
          Constant.of(scaled(weight().value())),
          Constant.of(bias().value().multiply(l.value())));
    }

    /// diag(l)·W (out, in).
    private Tensor scaled(Tensor w) {
      return w.multiplyColumn(l.value());
    }

    @Override
    public SequencedMap<String, Tensor> tensors() {
      SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
      tensors.put(SAVED, l.value().reshape(Shape.of(l.value().size(), 1)));
      return tensors;
    }
  }
}
