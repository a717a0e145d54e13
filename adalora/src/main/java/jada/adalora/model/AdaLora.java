package jada.adalora.model;

import jada.adalora.AdaLoraConfig;
import jada.adalora.AdapterType;
import jada.adalora.Method;
import jada.adalora.SvdLinear;
import jada.adalora.TargetModules;
import jada.nn.Linear;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// Prepares a pretrained model for training.
///
///     AdaptedModel adapted = AdaLora.adapt(model, Task.classification("ok", "error"),
///         AdaLoraConfig.defaults().withInitRank(12).withTargetRank(4));
///
/// The target modules of the encoder get an adapter; all other weights of the encoder are frozen.
/// The classifier is always trained. It starts from the checkpoint's classifier if that names all
/// labels of the task. DistilBERT's pre-classifier is trained, too; BERT's pooler is trained if the
/// checkpoint has none, and frozen if it has one, as PEFT does. Before the first step the adapted
/// model computes, bit for bit, what the base model computes.
public final class AdaLora {

  /// Prefix, before its number, of a label without a name in transformers.
  private static final String UNNAMED = "LABEL_";

  private AdaLora() {}

  /// Adapts a model, with seed 0 for all random initial values.
  ///
  /// @throws InputException as [#adapt(PretrainedModel, Task, AdaLoraConfig, long)]
  public static AdaptedModel adapt(PretrainedModel model, Task task, AdaLoraConfig config) {
    return adapt(model, task, config, 0);
  }

  /// Adapts a model.
  ///
  /// @param seed of the initial values of adapters and head; each matrix has its own random stream,
  ///   so that one more adapter does not change the others
  /// @throws InputException if no layer matches the target modules, or the ranks do not fit
  public static AdaptedModel adapt(
      PretrainedModel model, Task task, AdaLoraConfig wanted, long seed) {
    return adapt(model, task, wanted, seed, Map.of());
  }

  /// Adapts a model, giving each matrix as many triplets as it is to have for the whole run: the
  /// ranks that another run has found, or others to compare them with. Nothing is pruned. The scale
  /// of the update is that of the configuration, whatever the ranks.
  ///
  /// @param ranks of the matrices by module name, from 1 to the configuration's initial rank, which
  ///   is its target rank, too; a matrix that is not among them gets no adapter. Where there are
  ///   none at all, every matrix has what the configuration says
  /// @throws InputException if a rank is out of its range, a name is that of no matrix to be
  ///   adapted, or as [#adapt(PretrainedModel, Task, AdaLoraConfig, long)]
  public static AdaptedModel adapt(
      PretrainedModel model,
      Task wantedTask,
      AdaLoraConfig wanted,
      long seed,
      Map<String, Integer> ranks) {
    Task task = wantedTask.on(model);
    if (!task.hasClassifier() && wanted.method() == Method.HEAD) {
      throw new InputException(
          "`method` head: the task %s has no head to train; use adalora, lora or full"
              .formatted(task.type().name()));
    }
    AdaLoraConfig config =
        wanted.withTargetModules(wanted.targetModules().in(model.config().family()));
    requireFitting(ranks, config);
    RandomSource random = RandomSource.of(seed);
    Map<String, Tensor> head = startOfHead(model, task, random);
    return switch (config.method()) {
      case Method.WithoutAdapters _ ->
          new AdaptedModel(model, task, config, head, AdaptedModel.AdapterFactory.NONE);
      case AdapterType type -> {
        type.requireConsistent(config);
        List<String> modules = new ArrayList<>();
        AdaptedModel adapted =
            new AdaptedModel(
                model,
                task,
                config,
                head,
                (name, weight, bias) -> {
                  modules.add(name);
                  if (!config.targetModules().matches(name)) {
                    return Optional.empty();
                  }
                  Linear layer = new Linear(name, weight, bias);
                  RandomSource own = random.split(name);
                  return ranks.isEmpty()
                      ? Optional.of(type.start(layer, config, own))
                      : Optional.ofNullable(ranks.get(name))
                          .map(rank -> SvdLinear.start(layer, config, rank, own));
                });
        requireMatches(config.targetModules(), modules);
        requireAdapted(ranks, adapted);
        yield adapted;
      }
    };
  }

  private static void requireFitting(Map<String, Integer> ranks, AdaLoraConfig config) {
    if (!ranks.isEmpty()
        && (config.method() != Method.ADALORA || config.initRank() != config.targetRank())) {
      throw new InputException(
          "ranks: a rank for each matrix needs the method adalora without pruning; got %s with"
                  .formatted(config.method().name())
              + " init-r %s and target-r %s; set both to the largest of the ranks"
                  .formatted(config.initRank(), config.targetRank()));
    }
    ranks.forEach(
        (name, rank) -> {
          if (rank < 1 || rank > config.initRank()) {
            throw new InputException(
                "ranks: %s must have from 1 to init-r %s triplets, got %s; leave it out for none"
                    .formatted(name, config.initRank(), rank));
          }
        });
  }

  private static void requireAdapted(Map<String, Integer> ranks, AdaptedModel adapted) {
    for (String name : ranks.keySet()) {
      if (!adapted.adapters().containsKey(name)) {
        throw new InputException(
            "ranks: \"%s\" is none of the target modules %s of the model; name modules as they are there"
                .formatted(name, adapted.config().targetModules()));
      }
    }
  }

  /// Whether training starts from the checkpoint's classifier: it has a row, by name, for every
  /// label of the task; or both are regressions. A checkpoint that names no labels calls them
  /// LABEL_0, LABEL_1 …, as transformers does, and LABEL_3 is the row of a label `3`, too.
  public static boolean startsFromClassifier(PretrainedModel model, Task task) {
    return classifierRows(model, task).isPresent();
  }

  /// The row of the checkpoint's classifier for each output of the task.
  private static Optional<int[]> classifierRows(PretrainedModel model, Task task) {
    Tensor classifier = model.weights().get(model.config().family().classifier() + ".weight");
    if (classifier == null || !task.hasClassifier()) {
      return Optional.empty();
    }
    int outputs = classifier.shape().dim(0);
    if (task.labels().isEmpty() || outputs == 1) {
      return task.outputs() == outputs ? Optional.of(new int[] {0}) : Optional.empty();
    }
    int[] rows = task.labels().stream().mapToInt(label -> row(label, model, outputs)).toArray();
    return IntStream.of(rows).allMatch(row -> row >= 0) ? Optional.of(rows) : Optional.empty();
  }

  /// The row of this label, or -1.
  private static int row(String label, PretrainedModel model, int outputs) {
    List<String> names =
        model.labels().isEmpty()
            ? IntStream.range(0, outputs).mapToObj(i -> UNNAMED + i).toList()
            : model.labels();
    int row = names.indexOf(label);
    if (row < 0) {
      row = names.indexOf(UNNAMED + label);
    }
    return row < outputs ? row : -1;
  }

  /// The trained weights of the head with their initial values: modules beside the encoder from the
  /// checkpoint if it has them, rows of the classifier by the names of their labels, and random
  /// values for all that the checkpoint lacks.
  private static Map<String, Tensor> startOfHead(
      PretrainedModel model, Task task, RandomSource random) {
    Map<String, Tensor> head = new LinkedHashMap<>();
    Optional<int[]> rows = classifierRows(model, task);
    task.initialHead(model.config(), random.split("head"))
        .forEach(
            (name, fresh) -> {
              Tensor given = model.weights().get(name);
              if (given == null) {
                head.put(name, fresh);
              } else if (name.startsWith(model.config().family().classifier() + ".")) {
                head.put(name, rows.map(chosen -> rows(given, chosen)).orElse(fresh));
              } else if (model.config().family().isBeside(name)) {
                head.put(name, given.shape().equals(fresh.shape()) ? given : fresh);
              }
            });
    return head;
  }

  /// These rows of a matrix, or elements of a vector.
  private static Tensor rows(Tensor given, int[] chosen) {
    if (given.shape().rank() == 2) {
      return given.gatherRows(chosen);
    }
    float[] elements = new float[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      elements[i] = given.get(chosen[i]);
    }
    return Tensor.of(Shape.of(chosen.length), elements);
  }

  private static void requireMatches(TargetModules targets, List<String> modules) {
    for (String unmatched : targets.unmatched(modules)) {
      throw new InputException(
          "target modules: \""
              + unmatched
              + "\" matches none of the "
              + modules.size()
              + " linear layers of the model; there are "
              + String.join(", ", modules.subList(0, Math.min(6, modules.size())))
              + (modules.size() > 6 ? ", …" : ""));
    }
  }
}
