package jada.adalora.peft;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Adapter;
import jada.adalora.AdapterType;
import jada.adalora.LoraLinear;
import jada.adalora.Method;
import jada.adalora.SvdLinear;
import jada.adalora.Triplets;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.EmbeddingTask;
import jada.adalora.model.RegressionTask;
import jada.adalora.model.Task;
import jada.adalora.model.TaskType;
import jada.adalora.model.TaskTypes;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Family;
import jada.nn.Linear;
import jada.nn.checkpoint.EmbeddingFiles;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.AtomicFile;
import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import jada.nn.files.Safetensors;
import jada.nn.files.StagedFiles;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// An adapter in a folder, laid out as PEFT 0.21 lays it out: `PeftModel.from_pretrained` takes
/// what is written here, and what PEFT wrote can be read.
///
/// - `adapter_model.safetensors`: for each adapted module, after `base_model.model.<module>`, the
///   tensors `.lora_A` (k, in), `.lora_E` (k, 1), `.lora_B` (out, k) of the k triplets that live,
///   or for plain LoRA `.lora_A.weight` and `.lora_B.weight`; and the trained weights of the head.
///   k may be 0. What else PEFT trains is read, too: biases, embeddings, whole modules, DoRA
///   (`ChangedWeights`).
/// - `adapter_config.json`: see `PeftConfig`. Written last: a folder that has it is complete.
/// - `labels.json`: `{"0": "first label", …}`; PEFT does not read it. Without it the labels are
///   those of the base model's `id2label`, if it has one for every output, else `LABEL_0`,
///   `LABEL_1` …
/// - of an adapter for sentence embeddings the files of sentence-transformers, `modules.json` and
///   those it names, and of the tokenizer.
/// - `jada.json`: what PEFT has no name for: the length at which training cut texts, and beside
///   triplets the choices of the method, such as the unit of the budget; PEFT does not read it
///   either.
///
/// A model that was trained as a whole ([Method#FULL]) is no adapter: its folder is a Hugging Face
/// folder with a `labels.json` and a `jada.json`.
public final class PeftFolder {
  private static final String TENSORS = "adapter_model.safetensors";
  private static final String WEIGHTS = "model.safetensors";
  private static final String MODEL_CONFIG = "config.json";
  private static final String PREFIX = "base_model.model.";

  private PeftFolder() {}

  /// Writes what was trained: an adapter, masked triplets left out; or for [Method#FULL] the whole
  /// model as a Hugging Face folder.
  ///
  /// @throws InputException if the folder cannot be written; it is then as it was; or if adapters
  ///   of this type have no [SavedForm]
  public static void save(AdaptedModel model, Path folder) {
    if (model.config().method().trainsEncoder()) {
      saveMerged(model, folder);
      return;
    }
    String config = PeftConfig.write(model);
    try (StagedFiles staged = StagedFiles.in(folder)) {
      Safetensors.write(staged.path(TENSORS), tensors(model), Map.of("format", "pt"));
      AtomicFile.writeText(staged.path(LabelsFile.NAME), LabelsFile.write(model.task()));
      List<String> names = new ArrayList<>(List.of(TENSORS, LabelsFile.NAME));
      if (model.task() instanceof EmbeddingTask) {
        // sentence-transformers loads the folder by these, and by the tokenizer beside them.
        SequencedMap<String, String> files = HuggingFaceFolder.files(model.merged());
        AtomicFile.writeTexts(staged.path(""), files);
        names.addAll(files.keySet());
      }
      writeChoices(model, false, staged, names);
      AtomicFile.writeText(staged.path(PeftConfig.FILE), config);
      names.add(PeftConfig.FILE);
      staged.publish(names);
    }
  }

  private static void writeChoices(
      AdaptedModel model, boolean whole, StagedFiles staged, List<String> names) {
    AtomicFile.writeText(staged.path(ChoicesFile.NAME), ChoicesFile.write(model, whole));
    names.add(ChoicesFile.NAME);
  }

  /// Writes base model and adapter as one plain model ([AdaptedModel#merged]): a Hugging Face
  /// folder with a `labels.json`.
  ///
  /// @throws InputException if the folder holds an adapter or cannot be written; it is then as it
  ///   was
  public static void saveMerged(AdaptedModel model, Path folder) {
    if (Files.exists(folder.resolve(PeftConfig.FILE))) {
      throw new InputException(
          folder + ": holds an adapter, which a whole model is not; choose another folder");
    }
    try (StagedFiles staged = StagedFiles.in(folder)) {
      PretrainedModel merged = model.merged();
      HuggingFaceFolder.write(staged.path(""), merged);
      AtomicFile.writeText(staged.path(LabelsFile.NAME), LabelsFile.write(model.task()));
      List<String> names = new ArrayList<>(List.of(WEIGHTS, LabelsFile.NAME));
      names.addAll(HuggingFaceFolder.files(merged).keySet());
      writeChoices(model, true, staged, names);
      names.add(MODEL_CONFIG);
      staged.publish(names);
    }
  }

  private static SequencedMap<String, Tensor> tensors(AdaptedModel model) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (Adapter adapter : model.adapters().values()) {
      String module = PREFIX + PeftConfig.nameInFile(model, adapter.name());
      if (adapter instanceof LoraLinear lora) {
        requireBaseWeight(model, lora);
      }
      adapter.tensors().forEach((name, tensor) -> tensors.put(module + name, tensor));
    }
    for (Map.Entry<String, Parameter> weight : model.trainedWeights().entrySet()) {
      String path = model.base().config().family().path(weight.getKey());
      String name = ChangedWeights.nameInFile(path, model.adapters().keySet());
      tensors.put(PREFIX + PeftConfig.nameInFile(model, name), weight.getValue().value());
    }
    return tensors;
  }

  /// An adapter that was read from DoRA has changed the matrix below it, which plain LoRA cannot
  /// say.
  private static void requireBaseWeight(AdaptedModel model, LoraLinear lora) {
    String name = model.base().config().family().bare(lora.name()) + ".weight";
    if (lora.weight().value() != model.base().weights().get(name)) {
      throw new InputException(
          lora.name()
              + ": was read from DoRA, which changes more than an adapter can hold; save the merged"
              + " model instead");
    }
  }

  /// Where the base model of a saved adapter is: a name or a folder, if the adapter tells it. For a
  /// model that was saved whole, its own folder.
  ///
  /// @throws InputException if the folder holds neither an adapter nor a model
  public static Optional<String> baseModel(Path folder) {
    return isWhole(folder) ? Optional.of(folder.toString()) : PeftConfig.read(folder).baseModel();
  }

  private static boolean isWhole(Path folder) {
    return Files.notExists(folder.resolve(PeftConfig.FILE))
        && Files.exists(folder.resolve(MODEL_CONFIG));
  }

  /// Reads an adapter and puts it onto its base model.
  ///
  /// @param base the model that the adapter was trained on; for a model that was saved whole, that
  ///   model
  /// @throws InputException if the folder is no adapter, or does not fit the base model
  public static AdaptedModel load(PretrainedModel base, Path folder) {
    if (isWhole(folder)) {
      AdaLoraConfig full = AdaLoraConfig.defaults().withMethod(Method.FULL);
      Task task =
          wholeEmbeds(folder, base) ? embedding(folder, base) : task(folder, base, Map.of());
      AdaptedModel model =
          new AdaptedModel(base, task, full, Map.of(), AdaptedModel.AdapterFactory.NONE);
      ChoicesFile.maxLength(folder).ifPresent(model::cutTextsAt);
      return model;
    }
    PeftConfig config = PeftConfig.read(folder).on(base.config().family());
    ChoicesFile.requireBase(base, folder);
    Path file = folder.resolve(TENSORS);
    requireSafetensors(file);
    boolean embeds = config.isEmbedding();
    Map<String, Tensor> read = Safetensors.read(file);
    SavedTensors tensors =
        new SavedTensors(file, PREFIX, embeds ? withPrefix(read, base.config().family()) : read);
    Map<String, Tensor> trained = embeds ? new LinkedHashMap<>() : head(base, file, tensors);
    Task task = embeds ? embedding(folder, base) : task(folder, base, trained);
    ChangedWeights changed = new ChangedWeights(base, config, tensors);
    trained.putAll(changed.read(Set.copyOf(trained.keySet())));
    AdaptedModel model =
        new AdaptedModel(
            base,
            task,
            config.config(),
            trained,
            (name, weight, bias) -> {
              Optional<Adapter> adapter = adapter(config, tensors, changed, name, weight, bias);
              if (adapter.isPresent()) {
                config.peftTargets().require(name);
              }
              return adapter;
            });
    tensors.requireAllTaken();
    requireAdapted(config, model, changed, file);
    config.totalSteps().ifPresent(model::planRun);
    ChoicesFile.maxLength(folder).ifPresent(model::cutTextsAt);
    return model;
  }

  /// Whether a folder is that of sentence embeddings, as far as its files tell without the base
  /// model.
  ///
  /// @throws InputException if it holds neither an adapter nor a model
  public static boolean embeds(Path folder) {
    if (!isWhole(folder)) {
      return PeftConfig.read(folder).isEmbedding();
    }
    return Files.exists(folder.resolve(LabelsFile.NAME))
        ? LabelsFile.isEmbedding(folder)
        : Files.exists(folder.resolve(EmbeddingFiles.MODULES));
  }

  /// The tensors of a model without a head, by the names that its modules have here.
  private static Map<String, Tensor> withPrefix(Map<String, Tensor> read, Family family) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    read.forEach(
        (name, tensor) ->
            named.put(
                name.startsWith(PREFIX)
                    ? PREFIX + family.path(name.substring(PREFIX.length()))
                    : name,
                tensor));
    return named;
  }

  /// The task of an adapter or model that makes sentence embeddings, as the files beside it say, or
  /// else those of the base model.
  private static Task embedding(Path folder, PretrainedModel base) {
    return Task.embedding().on(EmbeddingFiles.read(folder).map(base::withEmbedding).orElse(base));
  }

  /// Whether a model that was saved whole makes sentence embeddings: its labels.json says so, or it
  /// has none and no classifier, but the files of sentence-transformers.
  private static boolean wholeEmbeds(Path folder, PretrainedModel base) {
    if (Files.exists(folder.resolve(LabelsFile.NAME))) {
      return LabelsFile.isEmbedding(folder);
    }
    String classifier = base.config().family().classifier() + ".weight";
    return base.embedding().isPresent() && !base.weights().containsKey(classifier);
  }

  /// A file without one adapter is not what its configuration says, and PEFT refuses it.
  private static void requireAdapted(
      PeftConfig config, AdaptedModel model, ChangedWeights changed, Path file) {
    if (config.method() instanceof AdapterType type
        && model.adapters().isEmpty()
        && !changed.hasEmbeddings()) {
      throw new InputException(
          file
              + ": has no adapter, though "
              + PeftConfig.FILE
              + " is of one of type "
              + type.peftType()
              + "; its target_modules name no layer of the model: train again with modules that it"
              + " has");
    }
  }

  /// The configuration of a saved adapter, as far as its folder tells it.
  ///
  /// @throws InputException if the folder is no adapter that Jada knows
  public static AdaLoraConfig config(Path folder) {
    return isWhole(folder)
        ? AdaLoraConfig.defaults().withMethod(Method.FULL)
        : PeftConfig.read(folder).config();
  }

  /// The triplets of a saved adapter by module, for a look at them without the base model. LoRA's
  /// B·A counts as triplets with λ = 1; other adapters have none.
  ///
  /// @throws InputException if the folder is no adapter that Jada knows
  public static SequencedMap<String, Triplets> triplets(Path folder) {
    if (isWhole(folder)) {
      return new LinkedHashMap<>();
    }
    PeftConfig config = PeftConfig.read(folder);
    if (config.method() != Method.LORA && config.method() != Method.ADALORA) {
      return new LinkedHashMap<>();
    }
    config.requirePlainStart();
    String suffix = config.method() == Method.LORA ? ".weight" : "";
    Path file = folder.resolve(TENSORS);
    requireSafetensors(file);
    Map<String, Tensor> read = Safetensors.read(file);
    SavedTensors tensors = new SavedTensors(file, PREFIX, read);
    SequencedMap<String, Triplets> triplets = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> entry : read.entrySet()) {
      String end = ".lora_A" + suffix;
      if (entry.getKey().startsWith(PREFIX)
          && entry.getKey().endsWith(end)
          && entry.getValue().shape().rank() == 2) {
        String module = entry.getKey().substring(PREFIX.length()).replace(end, "");
        int r = entry.getValue().shape().dim(0);
        int in = entry.getValue().shape().dim(1);
        String p = module + ".lora_B" + suffix;
        Tensor lambda =
            config.method() == Method.LORA
                ? Tensor.full(Shape.of(r), 1)
                : tensors.take(module + ".lora_E", r, 1).reshape(Shape.of(r));
        triplets.put(
            module,
            new Triplets(
                tensors.take(p, tensors.rows(p), r),
                lambda,
                tensors.take(module + ".lora_A" + suffix, r, in)));
      }
    }
    return triplets;
  }

  /// Which triplets of a saved adapter are left, by the index each had at the start; in ascending
  /// order they are those that [#triplets] returns. Nothing for LoRA, which drops none.
  ///
  /// @param modules the adapted modules
  /// @throws InputException if the folder is no adapter that Jada knows
  public static SequencedMap<String, BitSet> survivors(Path folder, Collection<String> modules) {
    SequencedMap<String, BitSet> survivors = new LinkedHashMap<>();
    if (!isWhole(folder)) {
      PeftConfig config = PeftConfig.read(folder);
      if (config.method() == Method.ADALORA) {
        modules.forEach(module -> survivors.put(module, config.survivors(module)));
      }
    }
    return survivors;
  }

  /// A pickle file can run any code when it is read.
  private static void requireSafetensors(Path file) {
    Path pickle = file.resolveSibling("adapter_model.bin");
    if (Files.notExists(file) && Files.exists(pickle)) {
      throw new InputException(
          pickle
              + ": is a pickle file, which is not read; load it with PEFT and save it with"
              + " save_pretrained(folder, safe_serialization=True)");
    }
  }

  /// The trained weights of the head. Those that the file lacks the base model must have.
  private static Map<String, Tensor> head(PretrainedModel base, Path file, SavedTensors tensors) {
    int channels = base.config().hiddenSize();
    Family family = base.config().family();
    Map<String, Tensor> head = new LinkedHashMap<>();
    for (String matrix : family.headModules()) {
      String weight = matrix + ".weight";
      String path = family.path(weight);
      if (tensors.has(path)) {
        int out = matrix.equals(family.classifier()) ? tensors.rows(path) : channels;
        head.put(weight, tensors.take(path, out, channels));
        head.put(matrix + ".bias", tensors.take(family.path(matrix + ".bias"), out));
      } else if (!base.weights().containsKey(weight)) {
        throw new InputException(
            file
                + ": has no "
                + PREFIX
                + path
                + ", and neither has the base model; save the adapter with its head (PEFT:"
                + " task_type SEQ_CLS, modules_to_save classifier and pooler)");
      }
    }
    return head;
  }

  private static Task task(Path folder, PretrainedModel base, Map<String, Tensor> head) {
    String classifier = base.config().family().classifier() + ".weight";
    Tensor ofBase = base.weights().get(classifier);
    if (!head.containsKey(classifier) && ofBase == null) {
      throw new InputException(
          "%s: the model has no %s, it answers nothing yet; train it, or use one that classifies"
              .formatted(base.source(), classifier));
    }
    int outputs = head.getOrDefault(classifier, ofBase).shape().dim(0);
    if (Files.exists(folder.resolve(LabelsFile.NAME))) {
      return LabelsFile.read(folder, outputs);
    }
    if (ChoicesFile.isThere(folder)) {
      throw new InputException(
          folder.resolve(LabelsFile.NAME)
              + ": no such file, which tells the labels of the classifier's outputs; restore it");
    }
    TaskType type = typeOfProblem(base, outputs);
    boolean named = outputs > 1 && !base.labels().isEmpty();
    if (named && isWhole(folder) && base.labels().size() != outputs) {
      throw new InputException(
          "%s: id2label has %s labels, but the classifier %s outputs; correct it"
              .formatted(folder.resolve(MODEL_CONFIG), base.labels().size(), outputs));
    }
    try {
      return type.of(
          named && base.labels().size() == outputs ? base.labels() : LabelsFile.unnamed(outputs));
    } catch (InputException e) {
      throw new InputException(
          "%s: id2label: %s".formatted(base.source() + "/" + MODEL_CONFIG, e.getMessage()), e);
    }
  }

  /// The kind of task that a model saved by others names, or that follows from its outputs.
  private static TaskType typeOfProblem(PretrainedModel base, int outputs) {
    TaskType implied = LabelsFile.implied(LabelsFile.unnamed(outputs));
    if (base.problemType().isEmpty()) {
      return implied;
    }
    String named = base.problemType().get();
    return TaskTypes.ofProblem(named)
        .filter(type -> type.equals(RegressionTask.TYPE) == (outputs == 1))
        .orElseThrow(
            () ->
                new InputException(
                    "%s: problem_type %s with %s outputs is not computed here; one output is a"
                            .formatted(
                                base.source() + "/" + MODEL_CONFIG, Quoted.of(named), outputs)
                        + " regression, several are one of "
                        + TaskTypes.all().stream().map(TaskType::problemType).toList()));
  }

  private static Optional<Adapter> adapter(
      PeftConfig config,
      SavedTensors tensors,
      ChangedWeights changed,
      String name,
      Variable weight,
      Variable bias) {
    int out = weight.shape().dim(0);
    int in = weight.shape().dim(1);
    double dropout = config.config().loraDropout();
    return switch (config.method()) {
      case Method.WithoutAdapters _ -> Optional.empty();
      case SavedForm form ->
          form.read(new Linear(name, weight, bias), config.config(), config.json(), tensors);
      case AdapterType type when type == Method.LORA -> {
        if (!tensors.has(name + ".lora_A.weight")) {
          yield Optional.empty();
        }
        Optional<ResidualStart> start = config.residualStart();
        // Such a start has no more directions than the matrix.
        int r =
            start.isPresent() ? Math.min(config.rank(name), Math.min(out, in)) : config.rank(name);
        Tensor a = tensors.take(name + ".lora_A.weight", r, in);
        Tensor b = tensors.take(name + ".lora_B.weight", out, r);
        float scale = config.scale(name);
        LoraLinear adapter =
            start
                .map(from -> from.onWhole(name, weight, bias, a, b, scale, dropout))
                .orElseGet(() -> new LoraLinear(name, weight, bias, a, b, scale, dropout));
        yield Optional.of(config.usesDora() ? changed.withLengths(adapter, dropout) : adapter);
      }
      case AdapterType _ -> {
        if (!tensors.has(name + ".lora_E")) {
          yield Optional.empty();
        }
        BitSet survivors = config.survivors(name);
        int k = survivors.cardinality();
        Triplets triplets =
            new Triplets(
                tensors.take(name + ".lora_B", out, k),
                tensors.take(name + ".lora_E", k, 1).reshape(Shape.of(k)),
                tensors.take(name + ".lora_A", k, in));
        yield Optional.of(
            SvdLinear.ofSurvivors(
                name,
                weight,
                bias,
                triplets,
                survivors,
                config.config().initRank(),
                config.config().scale(),
                dropout));
      }
    };
  }
}
