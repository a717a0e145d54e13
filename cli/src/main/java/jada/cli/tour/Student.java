package jada.cli.tour;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Orthogonality;
import jada.adalora.Replacement;
import jada.adalora.SvdLinear;
import jada.adalora.Triplets;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.nn.optim.AdamW;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The trained layers with the parts of a training step, one method each, which a section of the
/// tour can combine in its own way.
final class Student {
  private final PlantedRanks problem;
  private final AdaLoraConfig config;
  private final List<SvdLinear> layers;
  private final AdamW optimizer;

  private Student(PlantedRanks problem, AdaLoraConfig config, List<SvdLinear> layers) {
    this.problem = problem;
    this.config = config;
    this.layers = layers;
    List<AdamW.Group> groups = new ArrayList<>();
    for (SvdLinear layer : layers) {
      double ratio = config.lambdaRatio(layer.weight().shape().dim(0));
      groups.add(new AdamW.Group(List.of(layer.p(), layer.q()), 0));
      groups.add(new AdamW.Group(List.of(layer.lambda()), 0, ratio));
    }
    this.optimizer = AdamW.of(groups);
  }

  /// With all triplets that the configuration starts from.
  static Student of(PlantedRanks problem, AdaLoraConfig config) {
    return new Student(problem, config, problem.student(config));
  }

  /// With these ranks from the beginning.
  static Student withRanks(List<Integer> ranks, PlantedRanks problem, AdaLoraConfig config) {
    List<SvdLinear> layers = problem.student(config);
    for (int l = 0; l < layers.size(); l++) {
      BitSet first = new BitSet();
      first.set(0, ranks.get(l));
      layers.get(l).mask(first);
      layers.get(l).dropMasked();
    }
    return new Student(problem, config, layers);
  }

  List<SvdLinear> layers() {
    return layers;
  }

  /// The mean squared error on the batch of step t, without penalty.
  Variable loss(int t) {
    return PlantedRanks.loss(layers, problem.batch(t));
  }

  /// Of loss and penalty on the batch of step t.
  Gradients gradients(int t) {
    return Gradients.of(
        Ops.add(
            loss(t),
            Ops.scale(
                Orthogonality.penalty(config.orthPenalty(), layers),
                (float) config.orthRegWeight())));
  }

  /// The gradients with respect to one layer's triplets.
  static Triplets triplets(Gradients gradients, SvdLinear layer) {
    return new Triplets(
        gradients.of(layer.p()), gradients.of(layer.lambda()), gradients.of(layer.q()));
  }

  void step(Gradients gradients, double learningRate) {
    optimizer.step(gradients, learningRate);
  }

  /// Tells the optimizer that a parameter has lost dropped triplets or has other coordinates.
  void replace(Replacement replacement) {
    optimizer.replace(
        replacement.old(), replacement.now(), replacement.ofGradient(), replacement.ofSquare());
  }

  List<Integer> ranks() {
    return layers.stream().map(SvdLinear::rank).toList();
  }

  /// How many triplets have an effect, whatever the masks say: λ is not 0.
  int nonzero() {
    int count = 0;
    for (SvdLinear layer : layers) {
      for (float lambda : layer.lambda().value().array()) {
        count += lambda == 0 ? 0 : 1;
      }
    }
    return count;
  }
}
