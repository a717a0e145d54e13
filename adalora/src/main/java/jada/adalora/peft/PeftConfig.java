package jada.adalora.peft;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Adapter;
import jada.adalora.AdapterType;
import jada.adalora.BudgetSchedule;
import jada.adalora.ImportanceScore;
import jada.adalora.LoraLinear;
import jada.adalora.Method;
import jada.adalora.Methods;
import jada.adalora.ModulePattern;
import jada.adalora.Scaling;
import jada.adalora.Steps;
import jada.adalora.SvdLinear;
import jada.adalora.TargetModules;
import jada.adalora.model.AdaptedModel;
import jada.nn.Family;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.files.JsonFile;
import jada.nn.files.StagedFiles;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The file adapter_config.json of PEFT 0.21: how Jada writes and reads it.
///
/// PEFT has no adapter that is only a head; for [Method#HEAD] Jada writes the type `JADA_HEAD`,
/// which PEFT refuses by name.
final class PeftConfig {
  static final String FILE = "adapter_config.json";

  /// A run length of which every fraction of a schedule is a whole number of steps.
  private static final int UNPLANNED_STEPS = 1000;

  /// The largest rank that is read. It bounds the memory that a number in a file can request; no
  /// matrix of a model has as many rows or columns.
  private static final int MOST_RANK = 65_536;

  /// The task of a model without a head, whose modules have no prefix of the family in their names.
  private static final String EMBEDDING = "FEATURE_EXTRACTION";

  private static final String HEAD_TYPE = "JADA_HEAD";
  private final JsonFile json;
  private final Method method;
  private final AdaLoraConfig config;
  private final UnaryOperator<String> inFile;

  private PeftConfig(
      JsonFile json, Method method, AdaLoraConfig config, UnaryOperator<String> inFile) {
    this.json = json;
    this.method = method;
    this.config = config;
    this.inFile = inFile;
  }

  // ---- writing -------------------------------------------------------------------------------

  /// The text of the file.
  static String write(AdaptedModel model) {
    AdaLoraConfig config = model.config();
    boolean classifies = model.task().hasClassifier();
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("peft_type", peftType(config.method()));
    root.put("task_type", classifies ? "SEQ_CLS" : EMBEDDING);
    root.put("base_model_name_or_path", baseModel(model.base()));
    root.put("inference_mode", true);
    if (classifies) {
      putHead(root, model);
    } else {
      root.putNull("modules_to_save");
    }
    switch (config.method()) {
      case SavedForm form -> {
        putTargets(root, model);
        form.write(config, model.adapters().values(), root);
      }
      case AdapterType type -> {
        putTargets(root, model);
        root.put("lora_dropout", config.loraDropout());
        root.put("bias", trainsBiases(model) ? "all" : "none");
        root.put("fan_in_fan_out", false);
        root.put("init_lora_weights", true);
        if (type == Method.LORA) {
          putLora(root, model);
        } else {
          putAdaLora(root, model);
        }
      }
      case Method.WithoutAdapters _ -> {}
    }
    return JsonFile.text(root);
  }

  private static void putHead(ObjectNode root, AdaptedModel model) {
    ArrayNode saved = root.putArray("modules_to_save").add("classifier").add("score");
    String pooling = model.base().config().family().headModules().getFirst();
    String whole = pooling.split("\\.", 2)[0]; // PEFT saves BERT's pooler as a whole
    if (model.trainedWeights().containsKey(pooling + ".weight") && !whole.equals("classifier")) {
      saved.add(whole);
    }
  }

  private static String peftType(Method method) {
    return switch (method) {
      case AdapterType type when savedTypes().contains(type) -> type.peftType();
      case AdapterType type ->
          throw new InputException(
              "adapters of type "
                  + type.name()
                  + " cannot be saved: "
                  + type.getClass().getName()
                  + " must implement "
                  + SavedForm.class.getName()
                  + " and be provided as a service");
      case Method.WithoutAdapters none when none.trainsEncoder() ->
          throw new IllegalArgumentException(
              "a model trained as a whole has no adapter to describe");
      case Method.WithoutAdapters _ -> HEAD_TYPE;
    };
  }

  /// The types of adapters whose form in a folder is known.
  private static List<AdapterType> savedTypes() {
    return Methods.adapterTypes().stream()
        .filter(type -> type == Method.ADALORA || type == Method.LORA || type instanceof SavedForm)
        .toList();
  }

  /// Whether biases of the encoder are trained, which only adapters of others do.
  private static boolean trainsBiases(AdaptedModel model) {
    List<String> head = model.base().config().family().headModules();
    return model.trainedWeights().keySet().stream()
        .anyMatch(
            name -> name.endsWith(".bias") && !head.contains(name.substring(0, name.length() - 5)));
  }

  /// The folder of the base model, or its name if it does not come from a folder.
  private static String baseModel(PretrainedModel base) {
    return new File(base.source()).isDirectory()
        ? Path.of(base.source()).toAbsolutePath().normalize().toString()
        : base.name();
  }

  /// The schedule of the run, or for a model that no run was planned for, of one that is long
  /// enough: PEFT refuses a configuration without a schedule that fits.
  private static BudgetSchedule schedule(AdaptedModel model) {
    AdaLoraConfig config = model.config();
    int steps = UNPLANNED_STEPS;
    int ends = config.tinit().in(steps) + config.tfinal().in(steps);
    return BudgetSchedule.of(
        config, model.adapters().size(), model.runSteps().orElse(ends < steps ? steps : ends + 1));
  }

  /// The name of a module in PEFT's files: a model without a head has no prefix of the family.
  static String nameInFile(AdaptedModel model, String module) {
    return model.task().hasClassifier() ? module : model.base().config().family().bare(module);
  }

  /// An expression is written as the list of the modules that it chose: PEFT tries it on modules of
  /// all kinds, and fails on one that is no linear layer.
  private static void putTargets(ObjectNode root, AdaptedModel model) {
    ArrayNode names = root.putArray("target_modules");
    switch (model.config().targetModules()) {
      case TargetModules.Named named ->
          named.names().forEach(name -> names.add(nameInFile(model, name)));
      case TargetModules.Attention _, TargetModules.AllLinear _, TargetModules.Matching _ ->
          model.adapters().keySet().forEach(name -> names.add(nameInFile(model, name)));
    }
  }

  private static void putAdaLora(ObjectNode root, AdaptedModel model) {
    AdaLoraConfig config = model.config();
    BudgetSchedule schedule = schedule(model);
    // PEFT scales by lora_alpha / (init_r + 1e-5); a scale from elsewhere is written as such.
    boolean peft =
        config.scaling() == Scaling.INIT_RANK && config.importance() != ImportanceScore.ARTICLE;
    putNumber(
        root, "lora_alpha", peft ? config.alpha() : config.scale() * (config.initRank() + 1e-5));
    root.put("init_r", config.initRank());
    root.put("target_r", config.targetRank());
    root.put("tinit", schedule.tinit());
    root.put("tfinal", schedule.tfinal());
    root.put("deltaT", schedule.deltaT());
    root.put("total_step", schedule.totalSteps());
    root.put("beta1", config.beta1());
    root.put("beta2", config.beta2());
    root.put("orth_reg_weight", config.orthRegWeight());
    ObjectNode pattern = root.putObject("rank_pattern");
    for (SvdLinear adapter : model.svdAdapters()) {
      ArrayNode alive = pattern.putArray(nameInFile(model, adapter.name()) + ".lora_E");
      BitSet survivors = adapter.survivors();
      for (int i = 0; i < adapter.initialRank(); i++) {
        alive.add(survivors.get(i));
      }
    }
  }

  private static void putLora(ObjectNode root, AdaptedModel model) {
    AdaLoraConfig config = model.config();
    root.put("r", config.targetRank());
    putNumber(root, "lora_alpha", config.alpha());
    root.put("use_rslora", false);
    root.put("use_dora", false);
    ObjectNode ranks = root.putObject("rank_pattern");
    ObjectNode alphas = root.putObject("alpha_pattern");
    for (Adapter adapter : model.adapters().values()) {
      LoraLinear lora = (LoraLinear) adapter;
      if (lora.rank() != config.targetRank()) {
        ranks.put(nameInFile(model, lora.name()), lora.rank());
      }
      if (lora.scale() != (float) (config.alpha() / lora.rank())) {
        alphas.put(nameInFile(model, lora.name()), (double) lora.scale() * lora.rank());
      }
    }
  }

  /// Whole numbers without a decimal point: PEFT declares lora_alpha an int.
  private static void putNumber(ObjectNode root, String key, double value) {
    if (value == Math.rint(value)) {
      root.put(key, (long) value);
    } else {
      root.put(key, value);
    }
  }

  // ---- reading -------------------------------------------------------------------------------

  /// The file of an adapter's folder.
  ///
  /// @throws InputException if it cannot be read, is no adapter that Jada knows, or a value is
  ///   missing or out of range
  static PeftConfig read(Path folder) {
    Path file = folder.resolve(FILE);
    if (Files.notExists(file)) {
      throw new InputException(
          file
              + ": no such file; "
              + StagedFiles.interruptedSave(folder).orElse("is this the folder of an adapter?"));
    }
    JsonFile json = JsonFile.read(file);
    Method method = method(json);
    try {
      AdaLoraConfig config = config(json, method);
      return new PeftConfig(
          json,
          method,
          method == Method.ADALORA ? ChoicesFile.read(folder, config) : config,
          UnaryOperator.identity());
    } catch (InputException e) {
      String message = e.getMessage();
      throw message.startsWith(folder.toString())
          ? e
          : new InputException(file + ": " + message, e);
    }
  }

  /// The same for a base model of this family: the methods below then take the names that its
  /// modules have here.
  PeftConfig on(Family family) {
    return isEmbedding() ? new PeftConfig(json, method, config, family::bare) : this;
  }

  /// Whether it is an adapter of a model without a head: by its task, or where that is not told by
  /// the class of the model, such as `BertModel`.
  boolean isEmbedding() {
    String task = json.node("task_type").asString("");
    String model = json.node("auto_mapping").path("base_model_class").asString("");
    return task.isEmpty() ? model.endsWith("Model") : task.equals(EMBEDDING);
  }

  private static Method method(JsonFile json) {
    String type = json.text("peft_type");
    if (type.equals(HEAD_TYPE)) {
      return Method.HEAD;
    }
    Optional<AdapterType> found =
        savedTypes().stream().filter(known -> known.peftType().equals(type)).findFirst();
    json.require(
        found.isPresent(),
        "peft_type",
        savedTypes().stream().map(AdapterType::peftType).collect(Collectors.joining(" or ")));
    return found.get();
  }

  private static AdaLoraConfig config(JsonFile json, Method method) {
    AdaLoraConfig config = AdaLoraConfig.penalized().withMethod(method);
    PeftKeys.require(json, method);
    if (method == Method.HEAD) {
      return config;
    }
    if (method instanceof SavedForm form) {
      return form.read(json, config.withTargetModules(targets(json)));
    }
    config =
        config
            .withTargetModules(targets(json))
            .withLoraAlpha(json.number("lora_alpha"))
            .withLoraDropout(json.number("lora_dropout", 0));
    if (method == Method.LORA) {
      return config.withTargetRank(rank(json, "r"));
    }
    return config
        .withInitRank(rank(json, "init_r"))
        .withTargetRank(json.integer("target_r"))
        .withTinit(Steps.of(json.integer("tinit")))
        .withTfinal(Steps.of(json.integer("tfinal")))
        .withDeltaT(Steps.of(json.integer("deltaT")))
        .withBetas(json.number("beta1"), json.number("beta2"))
        .withOrthRegWeight(json.number("orth_reg_weight"));
  }

  private static int rank(JsonFile json, String key) {
    int rank = json.integer(key);
    json.require(rank <= MOST_RANK, key, "at most " + MOST_RANK);
    return rank;
  }

  private static TargetModules targets(JsonFile json) {
    JsonNode targets = json.node("target_modules");
    if (targets.isString()) {
      String text = targets.stringValue();
      return text.equals(TargetModules.ALL_LINEAR.toString())
          ? TargetModules.ALL_LINEAR
          : TargetModules.matching(text);
    }
    return new TargetModules.Named(json.texts("target_modules"));
  }

  /// The start that has taken its part out of the base matrices, if it was such a one.
  Optional<ResidualStart> residualStart() {
    return method == Method.LORA
        ? ResidualStart.named(json.node("init_lora_weights").asString(""))
        : Optional.empty();
  }

  /// Whether the product by B has a bias.
  boolean hasLoraBias() {
    return json.node("lora_bias").asBoolean(false);
  }

  /// Whether the rows of W + ΔW have lengths of their own.
  boolean usesDora() {
    return json.node("use_dora").asBoolean(false);
  }

  /// Which modules have an adapter.
  PeftTargets peftTargets() {
    return new PeftTargets(json, config.targetModules(), inFile);
  }

  /// Refuses an adapter whose tensors tell what it changes only together with the base model.
  ///
  /// @throws InputException if its start has taken a part out of the base matrices, or it is DoRA
  void requirePlainStart() {
    json.require(
        residualStart().isEmpty(),
        "init_lora_weights",
        "a start that leaves the base model as it is: what this adapter changes is only known"
            + " together with it; export the adapter as plain LoRA first");
    json.require(
        !usesDora(),
        "use_dora",
        "false: what DoRA changes is only known together with the base model; merge the two");
  }

  /// The folder or the name of the base model, if the file tells it.
  Optional<String> baseModel() {
    return json.has("base_model_name_or_path")
        ? Optional.of(json.text("base_model_name_or_path"))
        : Optional.empty();
  }

  /// The steps of the run that trained it, if the file tells them.
  OptionalInt totalSteps() {
    return json.has("total_step")
        ? OptionalInt.of(json.integer("total_step"))
        : OptionalInt.empty();
  }

  /// The file itself.
  JsonFile json() {
    return json;
  }

  /// What kind of adapter it is.
  Method method() {
    return method;
  }

  /// The configuration, as far as the file tells it.
  AdaLoraConfig config() {
    return config;
  }

  /// Which triplets of a module are in the file, by the index each had at the start; all of them if
  /// the pattern does not name the module.
  ///
  /// @throws InputException if the pattern is not a list of init_r booleans
  BitSet survivors(String module) {
    BitSet survivors = new BitSet();
    JsonNode pattern = json.node("rank_pattern").path(inFile.apply(module) + ".lora_E");
    if (pattern.isMissingNode()) {
      survivors.set(0, config.initRank());
      return survivors;
    }
    boolean booleans = pattern.isArray() && pattern.valueStream().allMatch(JsonNode::isBoolean);
    json.require(
        booleans && pattern.size() == config.initRank(),
        "rank_pattern",
        "init_r = "
            + config.initRank()
            + " booleans for each module, which they are not for "
            + module);
    for (int i = 0; i < pattern.size(); i++) {
      survivors.set(i, pattern.get(i).booleanValue());
    }
    return survivors;
  }

  /// The rank of a module with a plain LoRA adapter.
  int rank(String module) {
    double rank = patterned("rank_pattern", module, json.integer("r"));
    json.require(rank >= 1 && rank <= MOST_RANK, "rank_pattern", "ranks from 1 to " + MOST_RANK);
    return (int) rank;
  }

  /// The scale of a module with a plain LoRA adapter: alpha / r, or alpha / √r.
  float scale(String module) {
    double alpha = patterned("alpha_pattern", module, json.number("lora_alpha"));
    int rank = rank(module);
    return (float) (alpha / (isRankStabilized() ? Math.sqrt(rank) : rank));
  }

  private boolean isRankStabilized() {
    return json.node("use_rslora").asBoolean(false);
  }

  /// The number that a pattern gives a module: each key is a regular expression for the end of a
  /// module's name, as in PEFT.
  private double patterned(String key, String module, double otherwise) {
    for (Map.Entry<String, JsonNode> entry : json.node(key).properties()) {
      if (isEnd(key, entry.getKey(), inFile.apply(module))) {
        // A whole number may have more digits than a double can hold.
        double number = entry.getValue().asDouble(Double.NaN);
        json.require(
            entry.getValue().isNumber() && Double.isFinite(number), key, "numbers by module");
        return number;
      }
    }
    return otherwise;
  }

  private boolean isEnd(String key, String regex, String module) {
    try {
      return new ModulePattern("(.*\\.)?(" + regex + ")").matches(module);
    } catch (InputException e) {
      json.require(false, key, "short regular expressions and numbers");
      throw e;
    }
  }
}
