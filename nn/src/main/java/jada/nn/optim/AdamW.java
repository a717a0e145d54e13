package jada.nn.optim;

import jada.autograd.Gradients;
import jada.autograd.Parameter;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import jada.tensor.kernel.Kernels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), exactly as
/// `torch.optim.AdamW` computes it.
///
/// With gradient g, learning rate η, decay w, and t counted from 1, for each element p:
///
///     p ← p·(1 − η·w)
///     m ← β₁·m + (1 − β₁)·g          first moment, starts 0
///     v ← β₂·v + (1 − β₂)·g²         second moment, starts 0
///     p ← p − η/(1 − β₁ᵗ) · m / (√(v/(1 − β₂ᵗ)) + ε)
///
/// η may differ between groups of parameters by a constant ratio, as PyTorch's parameter groups have
/// it.
///
/// A parameter that the loss does not depend on has gradient 0: its moments fade and it decays, as
/// PyTorch does for a gradient of zeros.
public final class AdamW {
  /// Elements per task: five arrays of 64 KiB, and enough work to hide the cost of dispatching a
  /// task.
  private static final int BLOCK = 16_384;

  private final List<Group> groups;
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final Map<Parameter, Moments> moments = new IdentityHashMap<>();
  private long steps;

  /// Parameters with the same weight decay and the same ratio to the learning rate.
  ///
  /// @param parameters what is trained
  /// @param weightDecay w, for one unit of learning rate; 0 for none
  /// @param rateRatio the group's learning rate as a multiple of the step's; 1 for the same, 0 for
  ///   parameters that do not change
  public record Group(List<Parameter> parameters, double weightDecay, double rateRatio) {
    /// Parameters that learn at the step's own rate.
    ///
    /// @throws IllegalArgumentException if the decay is negative or not a number
    public Group(List<Parameter> parameters, double weightDecay) {
      this(parameters, weightDecay, 1);
    }

    /// @throws IllegalArgumentException if the decay or the ratio is negative or not a number
    public Group {
      parameters = List.copyOf(parameters);
      if (!(rateRatio >= 0 && rateRatio < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "AdamW: the ratio of a group's learning rate must be 0 or more, got " + rateRatio);
      }
      if (!(weightDecay >= 0)) {
        throw new IllegalArgumentException(
            "AdamW: the weight decay must be 0 or more, got " + weightDecay);
      }
    }
  }

  /// The running means of one parameter's gradient, each of the parameter's shape.
  ///
  /// @param first m, the mean of g
  /// @param second v, the mean of g²
  public record Moments(Tensor first, Tensor second) {
    Moments map(UnaryOperator<Tensor> change) {
      return new Moments(change.apply(first), change.apply(second));
    }

    Moments map(UnaryOperator<Tensor> ofFirst, UnaryOperator<Tensor> ofSecond) {
      return new Moments(ofFirst.apply(first), ofSecond.apply(second));
    }
  }

  /// The state of the optimizer between steps, for checkpoints.
  ///
  /// @param steps how many were taken
  /// @param moments by the parameter's name, in the order of the groups
  public record State(long steps, Map<String, Moments> moments) {
    /// Copies the map.
    public State {
      moments = Collections.unmodifiableMap(new LinkedHashMap<>(moments));
    }
  }

  /// An optimizer that has taken no step.
  ///
  /// @param groups the parameters; their names must differ
  /// @param beta1 β₁, in [0, 1)
  /// @param beta2 β₂, in [0, 1)
  /// @param epsilon ε, positive
  /// @throws IllegalArgumentException if a number is out of its range or a name occurs twice
  public AdamW(List<Group> groups, double beta1, double beta2, double epsilon) {
    requireFraction("beta1", beta1);
    requireFraction("beta2", beta2);
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException("AdamW: epsilon must be positive, got " + epsilon);
    }
    this.groups = new ArrayList<>(groups);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    Set<String> names = new HashSet<>();
    for (Group group : groups) {
      for (Parameter parameter : group.parameters()) {
        if (!names.add(parameter.name())) {
          throw new IllegalArgumentException(
              "AdamW: two parameters are named "
                  + parameter.name()
                  + "; the saved state needs one name for each");
        }
        moments.put(parameter, zeros(parameter));
      }
    }
  }

  /// An optimizer with PyTorch's defaults β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
  public static AdamW of(List<Group> groups) {
    return new AdamW(groups, 0.9, 0.999, 1e-8);
  }

  /// Takes one step: every parameter is updated.
  ///
  /// @param gradients ∂L/∂p for each parameter
  /// @param learningRate η
  public void step(Gradients gradients, double learningRate) {
    steps++;
    // In double, as Python computes them, and rounded once.
    float rootBias2 = (float) Math.sqrt(1 - StrictMath.pow(beta2, steps));
    for (Group group : groups) {
      double rate = learningRate * group.rateRatio();
      float stepSize = (float) (rate / (1 - StrictMath.pow(beta1, steps)));
      float decay = (float) (1 - rate * group.weightDecay());
      for (Parameter parameter : group.parameters()) {
        update(parameter, gradients.of(parameter), decay, stepSize, rootBias2);
      }
    }
  }

  private void update(
      Parameter parameter, Tensor gradient, float decay, float stepSize, float rootBias2) {
    Moments of = moments.get(parameter);
    float[] g = gradient.array();
    float[] m = of.first().array();
    float[] v = of.second().array();
    parameter.update(
        p ->
            Workers.current()
                .dispatch(
                    (p.length + BLOCK - 1) / BLOCK,
                    block ->
                        Kernels.fastest()
                            .adamW(
                                p,
                                g,
                                m,
                                v,
                                decay,
                                (float) (1 - beta1),
                                (float) (1 - beta2),
                                stepSize,
                                rootBias2,
                                (float) epsilon,
                                block * BLOCK,
                                Math.min(p.length, (block + 1) * BLOCK))));
  }

  /// Replaces a parameter, for example by one that has lost rows, and keeps its moments.
  ///
  /// @param old a parameter of this optimizer
  /// @param now what takes its place
  /// @param change turns a moment of the old parameter into one of the new, as the value was
  ///   changed: `m -> m.gatherRows(kept)`
  /// @throws IllegalArgumentException if the old parameter is unknown here, or a changed moment has
  ///   not the shape of the new one
  public void replace(Parameter old, Parameter now, UnaryOperator<Tensor> change) {
    replace(old, now, change, change);
  }

  /// Replaces a parameter, or accepts a change of its coordinates, and keeps its moments. Under a
  /// linear change of coordinates the gradient, and so its mean, changes linearly, but the mean of
  /// its square does not: so each moment is changed in its own way.
  ///
  /// @param old a parameter of this optimizer
  /// @param now what takes its place; may be `old`
  /// @param ofFirst turns the first moment of the old parameter into that of the new
  /// @param ofSecond turns the second moment of the old parameter into that of the new; it must not
  ///   make an element negative
  /// @throws IllegalArgumentException if the old parameter is unknown here, or a changed moment has
  ///   not the shape of the new one
  public void replace(
      Parameter old, Parameter now, UnaryOperator<Tensor> ofFirst, UnaryOperator<Tensor> ofSecond) {
    Moments before = moments.get(old);
    if (before == null) {
      throw new IllegalArgumentException(
          "AdamW: replace: " + old.name() + " is not a parameter of this optimizer");
    }
    Moments after = before.map(ofFirst, ofSecond);
    requireShape("replace", now, after);
    if (now != old) {
      groups.replaceAll(
          group ->
              new Group(
                  group.parameters().stream().map(p -> p == old ? now : p).toList(),
                  group.weightDecay(),
                  group.rateRatio()));
    }
    moments.remove(old);
    moments.put(now, after.map(Tensor::copy));
  }

  /// The state now, copied.
  public State state() {
    Map<String, Moments> named = new LinkedHashMap<>();
    for (Group group : groups) {
      for (Parameter parameter : group.parameters()) {
        named.put(parameter.name(), moments.get(parameter).map(Tensor::copy));
      }
    }
    return new State(steps, named);
  }

  /// Restores the state of an optimizer of parameters with the same names and shapes.
  ///
  /// @throws IllegalArgumentException if names or shapes differ; nothing is changed then
  public void restore(State state) {
    Map<Parameter, Moments> restored = new IdentityHashMap<>();
    for (Group group : groups) {
      for (Parameter parameter : group.parameters()) {
        Moments saved = state.moments().get(parameter.name());
        if (saved == null) {
          throw new IllegalArgumentException(
              "AdamW: restore: the state has no moments of " + parameter.name());
        }
        requireShape("restore", parameter, saved);
        restored.put(parameter, saved.map(Tensor::copy));
      }
    }
    if (restored.size() != state.moments().size()) {
      throw new IllegalArgumentException(
          "AdamW: restore: the state is of "
              + state.moments().size()
              + " parameters, this optimizer has "
              + restored.size());
    }
    moments.putAll(restored);
    steps = state.steps();
  }

  private static Moments zeros(Parameter parameter) {
    return new Moments(Tensor.zeros(parameter.shape()), Tensor.zeros(parameter.shape()));
  }

  private static void requireShape(String operation, Parameter parameter, Moments of) {
    if (!of.first().shape().equals(parameter.shape())
        || !of.second().shape().equals(parameter.shape())) {
      throw new IllegalArgumentException(
          "AdamW: "
              + operation
              + ": "
              + parameter.name()
              + " is "
              + parameter.shape()
              + ", its moments are "
              + of.first().shape()
              + " and "
              + of.second().shape()
              + "; they must be alike");
    }
  }

  private static void requireFraction(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "AdamW: " + name + " must be at least 0 and below 1, got " + value);
    }
  }
}
