package jada.cli;

import jada.adalora.Adapter;
import jada.adalora.LoraLinear;
import jada.adalora.SvdLinear;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Task;
import jada.autograd.Parameter;
import jada.nn.files.InputException;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/// Starts a run from the values of a saved adapter. Triplets that the saved adapter has lost are
/// initialised anew, with λ = 0, at their old positions; so the model starts with the same function
/// as the saved one.
final class InitialValues {
  private InitialValues() {}

  /// Copies the trained values of `from`.
  ///
  /// @param to a model that was adapted from the same base model and has not been trained yet
  /// @throws InputException if the two differ in task, method, modules, ranks or scale
  static void copy(AdaptedModel from, AdaptedModel to) {
    require(
        from.task().equals(to.task()) || isUnnamed(from.task(), to.task()),
        "has the labels %s, the data have %s".formatted(from.task().labels(), to.task().labels()));
    require(
        from.config().method().equals(to.config().method()),
        "was trained with --method " + from.config().method().name());
    require(
        from.adapters().keySet().equals(to.adapters().keySet()),
        "adapts other modules; give this run --target-modules '%s'"
            .formatted(from.config().targetModules()));
    from.adapters().forEach((module, adapter) -> copy(adapter, to.adapters().get(module)));
    from.trainedWeights()
        .forEach(
            (name, weight) -> {
              Parameter target = to.trainedWeights().get(name);
              require(
                  target != null && target.shape().equals(weight.shape()),
                  "has trained " + name + ", which this run does not");
              copy(weight.value(), target);
            });
  }

  /// PEFT saves no labels: the names of the classifier's outputs come from the data.
  private static boolean isUnnamed(Task from, Task to) {
    return from.outputs() == to.outputs()
        && from.labels().stream().allMatch(label -> label.matches("LABEL_\\d+"));
  }

  private static void copy(Adapter from, Adapter to) {
    switch (to) {
      case SvdLinear svd -> copy((SvdLinear) from, svd);
      case LoraLinear lora -> {
        LoraLinear saved = (LoraLinear) from;
        require(
            saved.rank() == lora.rank() && saved.scale() == lora.scale(),
            "has rank %s and scale %s, this run rank %s and scale %s; give it the same --target-r and --lora-alpha"
                .formatted(saved.rank(), saved.scale(), lora.rank(), lora.scale()));
        copy(saved.a().value(), lora.a());
        copy(saved.b().value(), lora.b());
      }
      default -> copy(from.parameters(), to.parameters());
    }
  }

  private static void copy(List<Parameter> from, List<Parameter> to) {
    require(
        shapes(from).equals(shapes(to)),
        "has parameters of the shapes %s, this run of %s".formatted(shapes(from), shapes(to)));
    for (int i = 0; i < to.size(); i++) {
      copy(from.get(i).value(), to.get(i));
    }
  }

  private static List<Shape> shapes(List<Parameter> parameters) {
    return parameters.stream().map(Parameter::shape).toList();
  }

  private static void copy(SvdLinear from, SvdLinear to) {
    require(
        from.initialRank() == to.initialRank() && from.scale() == to.scale(),
        "has init-r %s and scale %s, this run init-r %s and scale %s; give it the same --init-r and --lora-alpha"
            .formatted(from.initialRank(), from.scale(), to.initialRank(), to.scale()));
    int[] places = from.survivors().stream().toArray();
    Tensor p = from.values().p(); // (out, k)
    int out = p.shape().dim(0);
    int k = places.length;
    int r = to.initialRank();
    to.p()
        .update(
            values -> {
              for (int row = 0; row < out; row++) {
                for (int i = 0; i < k; i++) {
                  values[row * r + places[i]] = p.get(row, i);
                }
              }
            });
    to.lambda()
        .update(
            values -> {
              for (int i = 0; i < k; i++) {
                values[places[i]] = from.values().lambda().array()[i];
              }
            });
    Tensor q = from.values().q(); // (k, in)
    int in = q.shape().dim(1);
    to.q()
        .update(
            values -> {
              for (int i = 0; i < k; i++) {
                System.arraycopy(q.array(), i * in, values, places[i] * in, in);
              }
            });
  }

  private static void copy(Tensor from, Parameter to) {
    float[] source = Arrays.copyOf(from.array(), from.size());
    to.update(values -> System.arraycopy(source, 0, values, 0, source.length));
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new InputException("--init-adapter: the adapter " + what);
    }
  }
}
