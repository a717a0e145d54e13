package jada.autograd;

import jada.tensor.Tensor;
import java.util.function.Consumer;

/// A trained value: a leaf of the graph, with a name for people and files.
///
/// Parameters are compared by identity. The value changes only through [#update]. A graph built
/// before an update must not be differentiated after it, because its derivatives read the
/// parameter's current value.
public final class Parameter implements Variable, Source {
  private final String name;
  private final Tensor value;

  private Parameter(String name, Tensor value) {
    this.name = name;
    this.value = value;
  }

  /// A parameter that starts from a copy of the given tensor.
  public static Parameter of(String name, Tensor initial) {
    return new Parameter(name, initial.copy());
  }

  /// The name, for example `encoder.layer.0.attention.self.query.lora_A`.
  public String name() {
    return name;
  }

  /// The current value: a tensor over the array that [#update] writes.
  @Override
  public Tensor value() {
    return value;
  }

  @Override
  public boolean differentiable() {
    return true;
  }

  /// Changes the value: runs `write` on its array, row-major. This is the only way to write; it is
  /// meant for the optimizer, the rank allocator and loading.
  public void update(Consumer<float[]> write) {
    write.accept(value.array());
  }

  @Override
  public String toString() {
    return "parameter " + name + " " + shape();
  }
}
