package jada.adalora.model;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Adapter;
import jada.adalora.BudgetUnit;
import jada.adalora.Method;
import jada.adalora.SvdLinear;
import jada.adalora.TargetModules;
import jada.autograd.Constant;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Batch;
import jada.nn.Encoder;
import jada.nn.Layer;
import jada.nn.Linear;
import jada.nn.LinearFactory;
import jada.nn.SequenceClassifier;
import jada.nn.checkpoint.PretrainedModel;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.function.Function;

/// A pretrained encoder with a head for a task, and the adapters that are trained; with
/// [Method#HEAD] there are none, with [Method#FULL] the encoder itself is trained.
///
/// The frozen weights are those of the [PretrainedModel], shared, not copied.
public final class AdaptedModel implements Network {
  private final PretrainedModel base;
  private final Task task;
  private final AdaLoraConfig config;
  private final SequencedMap<String, Adapter> adapters = new LinkedHashMap<>();
  private final SequencedMap<String, Parameter> trainedWeights = new LinkedHashMap<>();
  private final SequencedMap<String, Tensor> weights = new LinkedHashMap<>();
  private final SequenceClassifier network;
  private long linearWeights;
  private OptionalInt runSteps = OptionalInt.empty();
  private OptionalInt textLength = OptionalInt.empty();

  /// Makes the adapter of a linear layer, or none.
  public interface AdapterFactory {
    /// No layer gets an adapter.
    AdapterFactory NONE = (name, weight, bias) -> Optional.empty();

    /// The adapter of one layer.
    Optional<Adapter> create(String name, Variable weight, Variable bias);
  }

  /// Builds the network.
  ///
  /// @param trained the weights that are trained, by Hugging Face name without prefix: those of the
  ///   head, and any others that an adapter from elsewhere trains; all other weights come from the
  ///   base model and are frozen
  public AdaptedModel(
      PretrainedModel base,
      Task task,
      AdaLoraConfig config,
      Map<String, Tensor> trained,
      AdapterFactory factory) {
    this.base = base;
    this.task = task;
    this.config = config;
    Function<String, Variable> weights =
        name ->
            trained.containsKey(name)
                ? weight(name, trained.get(name), true)
                : weight(name, base.weights().get(name), config.method().trainsEncoder());
    LinearFactory linears = (name, w, b) -> layer(name, w, b, factory);
    this.network =
        new SequenceClassifier(
            Encoder.build(base.config(), weights, linears),
            task.head(base.config(), weights, linears));
  }

  /// A weight as a variable: a parameter if it is trained. Null if the base model has none; the
  /// builder of the network reports that.
  private Variable weight(String name, Tensor value, boolean trained) {
    if (value == null) {
      return null;
    }
    weights.put(name, value);
    if (!trained) {
      return Constant.of(value);
    }
    Parameter parameter = Parameter.of(name, value);
    trainedWeights.put(name, parameter);
    return parameter;
  }

  private Layer layer(String name, Variable w, Variable b, AdapterFactory factory) {
    linearWeights += w.value().size();
    // A matrix that is trained itself gets no adapter.
    Optional<Adapter> adapter =
        w instanceof Constant ? factory.create(name, w, b) : Optional.empty();
    adapter.ifPresent(a -> adapters.put(name, a));
    return adapter.isPresent() ? adapter.get() : new Linear(name, w, b);
  }

  /// The head's output: (B, K) of a head that gives a row for each text.
  @Override
  public Variable output(Batch batch) {
    return network.logits(batch);
  }

  /// The network: encoder and head.
  public SequenceClassifier network() {
    return network;
  }

  /// The base model.
  public PretrainedModel base() {
    return base;
  }

  /// The task.
  public Task task() {
    return task;
  }

  /// The configuration of the adapters.
  public AdaLoraConfig config() {
    return config;
  }

  /// The adapters by module name, in the model's order. Unmodifiable.
  public SequencedMap<String, Adapter> adapters() {
    return Collections.unmodifiableSequencedMap(adapters);
  }

  /// The adapters that consist of triplets, in the model's order.
  public List<SvdLinear> svdAdapters() {
    List<SvdLinear> found = new ArrayList<>();
    for (Adapter adapter : adapters.values()) {
      if (adapter instanceof SvdLinear svd) {
        found.add(svd);
      }
    }
    return found;
  }

  /// All trainable parameters: those of the adapters, then weights of the model itself. Dropping
  /// triplets replaces parameters, so the list is then out of date.
  public List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    adapters.values().forEach(a -> parameters.addAll(a.parameters()));
    parameters.addAll(trainedWeights.values());
    return parameters;
  }

  /// The weights of the model itself that are trained, the head's and with [Method#FULL] all, by
  /// Hugging Face name without prefix. Unmodifiable.
  public SequencedMap<String, Parameter> trainedWeights() {
    return Collections.unmodifiableSequencedMap(trainedWeights);
  }

  /// The rank of every adapted matrix by module name, in the model's order.
  public SequencedMap<String, Integer> ranks() {
    SequencedMap<String, Integer> ranks = new LinkedHashMap<>();
    adapters.forEach((name, adapter) -> ranks.put(name, adapter.rank()));
    return ranks;
  }

  /// The sum of the ranks: the number of living triplets.
  public int budget() {
    return adapters.values().stream().mapToInt(Adapter::rank).sum();
  }

  /// The cost of the living triplets, in the unit of the budget.
  public int spentBudget() {
    BudgetUnit unit = config.budgetUnit();
    return svdAdapters().stream().mapToInt(a -> a.rank() * unit.cost(a)).sum();
  }

  /// The cost of one more triplet in every matrix that has triplets, in the unit of the budget.
  public int costOfRank() {
    return svdAdapters().stream().mapToInt(config.budgetUnit()::cost).sum();
  }

  /// T, the optimizer steps of the run that trains or trained this, as planned; empty before.
  public OptionalInt runSteps() {
    return runSteps;
  }

  /// Records the length of the run, which is saved with the adapter.
  public void planRun(int totalSteps) {
    runSteps = OptionalInt.of(totalSteps);
  }

  /// Tokens at which texts were cut in training, special tokens included; empty before training,
  /// and for an adapter that another program saved.
  public OptionalInt textLength() {
    return textLength;
  }

  /// Records the length at which training cuts texts, which is saved with the adapter.
  ///
  /// @param tokens special tokens included
  public void cutTextsAt(int tokens) {
    textLength = OptionalInt.of(tokens);
  }

  /// Tokens at which texts are cut, special tokens included: as in training, else 128; no more than
  /// the base model has positions for.
  public int maxLength() {
    return Math.min(
        textLength.orElse(EncodedExamples.DEFAULT_MAX_LENGTH), base.config().maxTokens());
  }

  /// Bytes of all weights of encoder and head, and of the packed copy that a product makes of each
  /// frozen matrix at its first use; 4 bytes per parameter. Adapters are not included.
  long weightBytes() {
    long numbers = weights.values().stream().mapToLong(Tensor::size).sum();
    return (numbers + linearWeights) * Float.BYTES;
  }

  /// The number of trainable parameters.
  public long trainableParameters() {
    return parameters().stream().mapToLong(p -> p.value().size()).sum();
  }

  /// The number of parameters as PEFT counts it for the same model: encoder and head, the adapters,
  /// a trained head a second time (PEFT keeps the one it started from), and for each triplet
  /// adapter one more (PEFT stores its rank as a number).
  public long totalParameters() {
    long model = weights.values().stream().mapToLong(Tensor::size).sum();
    if (adapters.isEmpty()) {
      return model;
    }
    return model + trainableParameters() + svdAdapters().size();
  }

  /// The same function with plain LoRA in the place of triplets: A = Q, B = scale · P·diag(λ), of
  /// the living triplets, LoRA's own scale 1. Each matrix keeps its rank; those of rank 0 have no
  /// adapter.
  ///
  /// @throws IllegalStateException if all ranks are 0: nothing is left to be an adapter
  public AdaptedModel toLora() {
    Map<String, SvdLinear> left = new LinkedHashMap<>();
    for (SvdLinear adapter : svdAdapters()) {
      if (adapter.rank() > 0) {
        left.put(adapter.name(), adapter);
      }
    }
    if (left.isEmpty()) {
      throw new IllegalStateException(
          "to LoRA: no triplet is alive in any of the " + adapters.size() + " adapters; merge");
    }
    AdaLoraConfig lora =
        config
            .withMethod(Method.LORA)
            .withTargetModules(new TargetModules.Named(List.copyOf(left.keySet())));
    Map<String, Tensor> head = new LinkedHashMap<>();
    trainedWeights.forEach((name, parameter) -> head.put(name, parameter.value()));
    AdaptedModel converted =
        new AdaptedModel(
            base,
            task,
            lora,
            head,
            (name, weight, bias) -> Optional.ofNullable(left.get(name)).map(SvdLinear::toLora));
    converted.runSteps = runSteps;
    converted.textLength = textLength;
    return converted;
  }

  /// The same function with every ΔW merged and nothing trainable: the fastest form for inference.
  /// Later training of this model does not change it.
  AdaptedModel frozen() {
    AdaLoraConfig nothing = config.withMethod(Method.HEAD);
    return new AdaptedModel(merged(), task, nothing, Map.of(), AdapterFactory.NONE);
  }

  /// The plain model that computes the same: every adapter merged, the trained head, the labels of
  /// the task. Weights that were not trained are shared with the base model.
  public PretrainedModel merged() {
    SequencedMap<String, Tensor> merged = new LinkedHashMap<>(weights);
    // A task without a head leaves the model's own pooler as it is.
    base.weights()
        .forEach(
            (name, weight) -> {
              if (!base.config().family().isBeside(name)) {
                merged.putIfAbsent(name, weight);
              }
            });
    trainedWeights.forEach((name, parameter) -> merged.put(name, parameter.value().copy()));
    adapters.forEach(
        (module, adapter) -> {
          String name = base.config().family().bare(module);
          Linear layer = adapter.merge();
          merged.put(name + ".weight", layer.weight().value());
          merged.put(name + ".bias", layer.bias().value());
        });
    return new PretrainedModel(
        base.name(),
        base.config(),
        base.tokenizer(),
        merged,
        base.checksum(),
        base.source(),
        task.labels(),
        task.hasClassifier() ? Optional.of(task.type().problemType()) : Optional.empty(),
        task instanceof EmbeddingTask embedding ? embedding.form() : base.embedding());
  }
}
