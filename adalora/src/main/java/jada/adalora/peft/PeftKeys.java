package jada.adalora.peft;

import jada.adalora.Method;
import jada.nn.files.JsonFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// What Jada does about every key of adapter_config.json, as PEFT 0.21 writes it for LoRA and
/// AdaLoRA: it is honoured, or has no effect on what an adapter computes on the models that Jada
/// reads, or is refused unless it has a value that changes nothing. A key that is not here is
/// refused, too, unless it is null, false or empty: a later PEFT may compute something else by it.
final class PeftKeys {
  /// What is done about a key.
  enum Role {
    /// Read, and computed as PEFT does.
    HONOURED,
    /// Whatever it says, the adapter computes the same.
    NO_EFFECT,
    /// Another value than one of a few is refused.
    REFUSED
  }

  /// A key of the ledger.
  ///
  /// @param neutral the values, as JSON, with which a refused key changes nothing, besides null,
  ///   false and what is empty
  /// @param what the key is for, or why it does not matter
  record Key(String name, Role role, List<String> neutral, String what) {}

  private static final SequencedMap<String, Key> ALL = new LinkedHashMap<>();

  static {
    honoured("peft_type", "the method");
    honoured("base_model_name_or_path", "where the base model is");
    honoured("target_modules", "which layers have an adapter; tensors of others are refused");
    honoured("modules_to_save", "what is trained whole; tensors of adapters within it are refused");
    honoured("exclude_modules", "which layers have none; tensors of them are refused");
    honoured(
        "layers_to_transform",
        "numbers of the layers that have one; tensors of others are refused");
    honoured("layers_pattern", "where in a name the number of the layer stands");
    honoured("r", "LoRA's rank; AdaLoRA does not use it");
    honoured("lora_alpha", "the scale is alpha / r");
    honoured("lora_dropout", "on the input of the adapters in training");
    honoured("use_rslora", "LoRA's scale is alpha / √r");
    honoured("rank_pattern", "LoRA: ranks by module; AdaLoRA: which triplets are left");
    honoured("alpha_pattern", "LoRA: alphas by module; AdaLoRA does not use it");
    honoured("init_lora_weights", "a start that takes its part out of the base matrix");
    honoured("bias", "none, all or lora_only; the tensors tell which biases are trained");
    honoured("lora_bias", "a bias behind B; AdaLoRA has none");
    honoured("use_dora", "DoRA: lengths of the rows of W + ΔW; AdaLoRA has none");
    honoured("init_r", "triplets of every matrix at the start");
    honoured("target_r", "triplets of a matrix at the end, on average");
    honoured("tinit", "no pruning before");
    honoured("tfinal", "no pruning after");
    honoured("deltaT", "from one allocation to the next");
    honoured("beta1", "smoothing of the sensitivity");
    honoured("beta2", "smoothing of the uncertainty");
    honoured("orth_reg_weight", "weight of the penalty in training");
    honoured("total_step", "length of the run");

    noEffect("peft_version", "who wrote the file");
    noEffect("auto_mapping", "which Python class to load");
    noEffect("revision", "which version of the base model a hub gives; the tensors' shapes tell");
    noEffect("inference_mode", "whether PEFT freezes the adapter");
    noEffect("fan_in_fan_out", "PEFT itself sets it to false for linear layers");
    noEffect("megatron_config", "for layers of Megatron, which these models have none of");
    noEffect("megatron_core", "for layers of Megatron, which these models have none of");
    noEffect("loftq_config", "used by the start loftq alone, which is refused");
    noEffect("eva_config", "used before training alone");
    noEffect("corda_config", "used by the start corda alone, which is refused");
    noEffect("lora_ga_config", "used by the start lora_ga alone, which is refused");
    noEffect("qalora_group_size", "used with use_qalora alone, which is refused");
    noEffect(
        "ensure_weight_tying",
        "for a language model's head that shares the embeddings, which is not read");
    noEffect("runtime_config", "how PEFT computes, not what");

    refused("task_type", "what the head is for", "\"SEQ_CLS\"", "\"FEATURE_EXTRACTION\"");
    refused("use_qalora", "QALoRA: inputs averaged by groups");
    refused("use_bdlora", "adapters of diagonal blocks");
    refused("alora_invocation_tokens", "adapters that act from a token on");
    refused("arrow_config", "a choice among adapters, text by text");
    refused("kasa_config", "KaSA: the base matrix cut to a lower rank");
    refused("layer_replication", "layers that occur several times");
    refused("monteclora_config", "MonteCLoRA: random draws of the adapters");
    refused("velora_config", "VeLoRA: activations compressed in training");
    refused("trainable_token_indices", "embeddings of single tokens that are trained");
    refused("target_parameters", "parameters that belong to no linear layer");
  }

  private PeftKeys() {}

  private static void honoured(String name, String what) {
    put(new Key(name, Role.HONOURED, List.of(), what));
  }

  private static void noEffect(String name, String why) {
    put(new Key(name, Role.NO_EFFECT, List.of(), why));
  }

  private static void refused(String name, String what, String... neutral) {
    put(new Key(name, Role.REFUSED, List.of(neutral), what));
  }

  private static void put(Key key) {
    if (ALL.put(key.name(), key) != null) {
      throw new IllegalStateException("the ledger has two entries for " + key.name());
    }
  }

  /// The ledger, by name of the key.
  static SequencedMap<String, Key> all() {
    return ALL;
  }

  /// Refuses a file with a key that would change what is computed and is not honoured.
  ///
  /// @throws jada.nn.files.InputException naming key, value and remedy
  static void require(JsonFile json, Method method) {
    for (Map.Entry<String, JsonNode> entry : json.entries()) {
      String name = entry.getKey();
      JsonNode value = entry.getValue();
      Optional<Key> key = Optional.ofNullable(ALL.get(name));
      if (method instanceof SavedForm form && form.keys().contains(name)) {
        continue;
      }
      if (key.isEmpty()) {
        json.require(
            isNothing(value),
            name,
            "null or false: it is no key of PEFT 0.21, and what it changes is not known; remove it"
                + " if it does not change what the adapter computes");
      } else if (key.get().role() == Role.REFUSED) {
        boolean neutral = isNothing(value) || key.get().neutral().contains(value.toString());
        String usual = String.join(" or ", key.get().neutral());
        json.require(
            neutral,
            name,
            "%s; Jada does not compute it: %s"
                .formatted(usual.isEmpty() ? "null or false" : usual, key.get().what()));
      }
    }
    for (String key : BOOLEANS) {
      JsonNode value = json.node(key); // any other value but 0 and "" is true in Python
      json.require(
          value.isMissingNode() || value.isNull() || value.isBoolean(), key, "true or false");
    }
    String bias = json.node("bias").asString("none");
    json.require(BIASES.contains(bias), "bias", "none, all or lora_only");
    if (method == Method.LORA || method == Method.ADALORA) {
      requireKnownStart(json); // which AdaLoRA does not use; PEFT refuses some names nevertheless
    }
    if (method == Method.LORA) {
      for (String key : List.of("rank_pattern", "alpha_pattern")) {
        JsonNode pattern = json.node(key);
        json.require(
            pattern.isMissingNode() || pattern.isObject(),
            key,
            "numbers by module, or {} for none");
      }
    } else {
      for (String key : List.of("lora_bias", "use_dora")) {
        json.require(isNothing(json.node(key)), key, "null or false: only LoRA has it");
      }
    }
  }

  private static boolean isNothing(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || value.isBoolean() && !value.booleanValue()
        || value.isContainer() && value.isEmpty();
  }

  private static final List<String> BOOLEANS = List.of("use_rslora", "use_dora", "lora_bias");
  private static final List<String> BIASES = List.of("none", "all", "lora_only");

  /// Starts that leave the base matrix as it is: A and B are in the file, and their start is
  /// forgotten. AdaLoRA knows no others.
  private static final List<String> PLAIN_STARTS = List.of("gaussian", "eva", "orthogonal", "mica");

  private static void requireKnownStart(JsonFile json) {
    JsonNode start = json.node("init_lora_weights");
    if (start.isMissingNode() || start.isNull() || start.isBoolean()) {
      return;
    }
    String name = start.asString("").toLowerCase(Locale.ROOT);
    json.require(
        PLAIN_STARTS.contains(name) || ResidualStart.named(name).isPresent(),
        "init_lora_weights",
        "true, false, gaussian, eva, orthogonal, mica, pissa or olora; another start has changed"
            + " the base matrices in a way that cannot be found again: save the adapter with PEFT's"
            + " path_initial_model_for_weight_conversion");
  }
}
