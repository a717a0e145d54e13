package jada.autograd;

import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Compares the derivatives of an operation with finite differences.
///
/// The output Y is projected to a number f = Σ R ⊙ Y with a fixed random R ~ N(0, 1), to which an error
/// of the derivative is unlikely to be orthogonal. For every element x of every input the derivative
/// ∂f/∂x that [Gradients] finds is compared with (f(x + h) − f(x − h))/2h, h = 0.001, where f is
/// summed in double precision. The error of an element is relative to the largest derivative of its
/// input. For a correct derivative it is 1e-7 to 4e-4, from rounding Y to float.
///
///     GradCheck.of(in -> Ops.matmul(in.get(0), in.get(1)), a, b).requireWithin(1e-3);
///
/// Inputs should be of order 1, and farther than h from any kink (relu and abs at 0).
public final class GradCheck {
  private static final float STEP = 1e-3f;
  private static final long SEED = 20_250_711;

  private GradCheck() {}

  /// What the check found for one input.
  ///
  /// @param index the number of the input, from 0
  /// @param shape its sizes
  /// @param error the largest |derivative − difference| of its elements, relative to the largest
  ///   magnitude of either among them; NaN if any of them is NaN
  /// @param element the index of that element, row-major
  /// @param derivative its derivative from the operation's vjp
  /// @param difference its derivative from finite differences
  public record Input(
      int index, Shape shape, double error, int element, double derivative, double difference) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "input %d %s: error %.1e, element %d: derivative %.6g, differences %.6g",
          index,
          shape,
          error,
          element,
          derivative,
          difference);
    }
  }

  /// What the check found.
  ///
  /// @param operation the name of the operation that gave the output
  /// @param inputs one entry for each input
  public record Report(String operation, List<Input> inputs) {
    /// A report over a copy of the list.
    public Report {
      inputs = List.copyOf(inputs);
    }

    /// Whether the error of every input is at most `tolerance`.
    public boolean within(double tolerance) {
      return inputs.stream().allMatch(input -> input.error() <= tolerance); // false for NaN
    }

    /// Returns this if [#within] the tolerance.
    ///
    /// @throws IllegalStateException with the whole report if not
    public Report requireWithin(double tolerance) {
      if (!within(tolerance)) {
        throw new IllegalStateException(
            "gradcheck: the derivative of "
                + operation
                + " is wrong (tolerance "
                + tolerance
                + ")\n"
                + this);
      }
      return this;
    }

    @Override
    public String toString() {
      return inputs.stream()
          .map(input -> operation + ", " + input)
          .collect(Collectors.joining("\n"));
    }
  }

  /// Checks an operation at the given inputs, all of them trained.
  public static Report of(Function<List<Variable>, Variable> operation, Tensor... inputs) {
    List<Parameter> parameters =
        IntStream.range(0, inputs.length)
            .mapToObj(i -> Parameter.of("input " + i, inputs[i]))
            .toList();
    List<Variable> variables = Collections.unmodifiableList(parameters);
    Variable output = operation.apply(variables);
    Tensor projection = Tensor.normal(output.shape(), 1, RandomSource.of(SEED));
    Gradients gradients = Gradients.of(Ops.sum(Ops.multiply(output, Constant.of(projection))));
    List<Input> found = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      Parameter parameter = parameters.get(i);
      double[] differences =
          differences(parameter, () -> project(operation.apply(variables).value(), projection));
      found.add(compare(i, gradients.of(parameter), differences));
    }
    return new Report(output instanceof Result result ? result.op() : output.toString(), found);
  }

  private interface Projected {
    double value();
  }

  /// (f(x + h) − f(x − h))/2h for every element x.
  private static double[] differences(Parameter parameter, Projected f) {
    double[] differences = new double[parameter.shape().size()];
    for (int j = 0; j < differences.length; j++) {
      float x = parameter.value().array()[j];
      float above = x + STEP;
      float below = x - STEP;
      set(parameter, j, above);
      double high = f.value();
      set(parameter, j, below);
      double low = f.value();
      set(parameter, j, x);
      // The step that was really made, after the rounding of x ± h.
      differences[j] = (high - low) / ((double) above - below);
    }
    return differences;
  }

  private static void set(Parameter parameter, int element, float x) {
    parameter.update(values -> values[element] = x);
  }

  private static double project(Tensor output, Tensor projection) {
    double sum = 0;
    for (int i = 0; i < output.size(); i++) {
      sum += (double) output.array()[i] * projection.array()[i];
    }
    return sum;
  }

  private static Input compare(int index, Tensor derivatives, double[] differences) {
    double largest = Double.MIN_NORMAL; // so that 0 and 0 agree
    double worst = -1;
    int at = 0;
    for (int j = 0; j < differences.length; j++) {
      double derivative = derivatives.array()[j];
      largest = Math.max(largest, Math.max(Math.abs(derivative), Math.abs(differences[j])));
      double error = Math.abs(derivative - differences[j]);
      if (!(error <= worst)) { // NaN is the worst of all
        worst = error;
        at = j;
      }
    }
    return differences.length == 0
        ? new Input(index, derivatives.shape(), 0, 0, 0, 0)
        : new Input(
            index,
            derivatives.shape(),
            worst / largest,
            at,
            derivatives.array()[at],
            differences[at]);
  }
}
