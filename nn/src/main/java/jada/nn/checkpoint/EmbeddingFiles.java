package jada.nn.checkpoint;

import jada.nn.Pooling;
import jada.nn.files.ConfigJson;
import jada.nn.files.InputException;
import jada.nn.files.JsonFile;
import jada.nn.files.Quoted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The files of sentence-transformers beside a model, which say how it makes a vector of a text.
///
/// - `modules.json`: the modules one after the other: the transformer, a pooling, perhaps a
///   normalisation
/// - `1_Pooling/config.json`: the kind of pooling
/// - `config_sentence_transformers.json`: the prompts
/// - `sentence_bert_config.json`: the length at which texts are cut
///
/// There are two dialects. Up to release 5.3 modules have types such as
/// `sentence_transformers.models.Pooling`, and the pooling is one of seven truth values; later ones
/// have longer types, and the pooling is a word. Both are read. The older one is written, which all
/// releases and the servers of embeddings read.
public final class EmbeddingFiles {
  /// The file that names the modules; a folder that has it is that of a sentence encoder.
  public static final String MODULES = "modules.json";

  private static final String POOLING = "1_Pooling/config.json";
  private static final String PROMPTS = "config_sentence_transformers.json";
  private static final String LENGTH = "sentence_bert_config.json";
  private static final String MODE = "pooling_mode_";

  /// The truth values of the older dialect by the words of the newer one.
  private static final SequencedMap<String, String> MODES = modes();

  private EmbeddingFiles() {}

  private static SequencedMap<String, String> modes() {
    SequencedMap<String, String> modes = new LinkedHashMap<>();
    modes.put("cls", MODE + "cls_token");
    modes.put("mean", MODE + "mean_tokens");
    modes.put("max", MODE + "max_tokens");
    modes.put("mean_sqrt_len_tokens", MODE + "mean_sqrt_len_tokens");
    modes.put("weightedmean", MODE + "weightedmean_tokens");
    modes.put("lasttoken", MODE + "lasttoken");
    return modes;
  }

  // ---- reading -------------------------------------------------------------------------------

  /// What the files of a folder say; empty if there is no `modules.json`. What they ask for and is
  /// not computed here is the form's refusal.
  ///
  /// @throws InputException if a file is damaged
  public static Optional<EmbeddingForm> read(Path folder) {
    Path modules = folder.resolve(MODULES);
    if (!Files.isRegularFile(modules)) {
      return Optional.empty();
    }
    EmbeddingForm form = EmbeddingForm.DEFAULT.withNormalize(false);
    List<String> seen = new ArrayList<>();
    for (Module module : modules(modules)) {
      seen.add(module.kind());
      form =
          switch (module.kind()) {
            case "Transformer" -> form;
            case "Pooling" -> pooled(form, folder.resolve(module.path()).resolve("config.json"));
            case "Normalize" -> form.withNormalize(true);
            default ->
                form.refusedBecause(
                    "%s: the module %s is not computed here; use a model of Transformer, Pooling"
                            .formatted(modules, Quoted.of(module.kind()))
                        + " and Normalize");
          };
    }
    if (form.refusal().isEmpty() && !order(seen)) {
      form =
          form.refusedBecause(
              "%s: the modules are %s; Transformer, Pooling and perhaps Normalize are computed"
                  .formatted(modules, seen));
    }
    return Optional.of(withLength(withPrompts(form, folder), folder));
  }

  private static boolean order(List<String> kinds) {
    return kinds.equals(List.of("Transformer", "Pooling"))
        || kinds.equals(List.of("Transformer", "Pooling", "Normalize"));
  }

  /// @param kind the last part of its type
  /// @param path of its folder
  private record Module(String kind, String path) {}

  private static List<Module> modules(Path file) {
    JsonNode root = ConfigJson.readArray(file);
    List<Module> modules = new ArrayList<>();
    for (JsonNode entry : root) {
      String type = entry.path("type").asString("");
      String path = entry.path("path").asString("");
      if (type.isEmpty() || path.contains("..") || path.startsWith("/") || path.contains("\\")) {
        throw new InputException(
            "%s: a module has no type, or a path that leads out of the folder; use the file as it was"
                    .formatted(file)
                + " published");
      }
      modules.add(new Module(type.substring(type.lastIndexOf('.') + 1), path));
    }
    return modules;
  }

  private static EmbeddingForm pooled(EmbeddingForm form, Path file) {
    ConfigJson json = ConfigJson.read(file);
    List<String> chosen = new ArrayList<>();
    JsonNode mode = json.node("pooling_mode");
    if (mode.isArray()) {
      mode.forEach(word -> chosen.add(word.asString("")));
    } else if (mode.isString()) {
      chosen.add(mode.stringValue());
    }
    MODES.forEach(
        (word, key) -> {
          if (json.node(key).asBoolean(false)) {
            chosen.add(word);
          }
        });
    if (chosen.isEmpty()) {
      chosen.add("mean"); // the default of sentence-transformers
    }
    EmbeddingForm read =
        switch (String.join(" and ", chosen)) {
          case "mean" -> form.withPooling(Pooling.MEAN);
          case "cls" -> form.withPooling(Pooling.CLS);
          default ->
              form.refusedBecause(
                  "%s: the pooling %s is not computed here; use a model with mean or cls, or say which"
                          .formatted(file, String.join(" and ", chosen))
                      + " of them: `pooling`");
        };
    return json.node("include_prompt").asBoolean(true)
        ? read
        : read.refusedBecause(
            file
                + ": include_prompt false leaves the prompt out of the mean, which is not computed"
                + " here; use a model that includes it");
  }

  private static EmbeddingForm withPrompts(EmbeddingForm form, Path folder) {
    Path file = folder.resolve(PROMPTS);
    if (!Files.isRegularFile(file)) {
      return form;
    }
    ConfigJson json = ConfigJson.read(file);
    JsonNode prompts = json.node("prompts");
    String name = json.node("default_prompt_name").asString("");
    String usual = name.isEmpty() ? "" : prompts.path(name).asString("");
    return form.withPrompts(
        first(prompts, usual, "query"), first(prompts, usual, "document", "passage", "corpus"));
  }

  private static String first(JsonNode prompts, String absent, String... names) {
    for (String name : names) {
      if (prompts.has(name)) {
        return prompts.path(name).asString("");
      }
    }
    return absent;
  }

  private static EmbeddingForm withLength(EmbeddingForm form, Path folder) {
    Path file = folder.resolve(LENGTH);
    if (!Files.isRegularFile(file)) {
      return form;
    }
    int length = ConfigJson.read(file).node("max_seq_length").asInt(0);
    return length > 0 ? form.withMaxLength(length) : form;
  }

  // ---- writing -------------------------------------------------------------------------------

  /// The texts of the files by their paths in the folder.
  ///
  /// @param channels C, the length of a vector
  public static SequencedMap<String, String> texts(EmbeddingForm form, int channels) {
    SequencedMap<String, String> texts = new LinkedHashMap<>();
    texts.put(POOLING, JsonFile.text(pooling(form, channels)));
    if (form.normalize()) {
      texts.put("2_Normalize/config.json", JsonFile.text(object()));
    }
    texts.put(PROMPTS, JsonFile.text(prompts(form)));
    ObjectNode length = object();
    form.maxLength()
        .ifPresentOrElse(
            tokens -> length.put("max_seq_length", tokens), () -> length.putNull("max_seq_length"));
    texts.put(LENGTH, JsonFile.text(length.put("do_lower_case", false)));
    texts.put(MODULES, JsonFile.text(modules(form)));
    return texts;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static ArrayNode modules(EmbeddingForm form) {
    ArrayNode modules = JsonNodeFactory.instance.arrayNode();
    Map<String, String> all = new LinkedHashMap<>(Map.of("Transformer", ""));
    all.put("Pooling", "1_Pooling");
    if (form.normalize()) {
      all.put("Normalize", "2_Normalize");
    }
    all.forEach(
        (kind, path) ->
            modules
                .addObject()
                .put("idx", modules.size() - 1)
                .put("name", Integer.toString(modules.size() - 1))
                .put("path", path)
                .put("type", "sentence_transformers.models." + kind));
    return modules;
  }

  private static ObjectNode pooling(EmbeddingForm form, int channels) {
    ObjectNode json = object().put("word_embedding_dimension", channels);
    MODES.forEach((word, key) -> json.put(key, word.equals(form.pooling().toString())));
    return json.put("include_prompt", true);
  }

  private static ObjectNode prompts(EmbeddingForm form) {
    ObjectNode json = object();
    ObjectNode prompts = json.putObject("prompts");
    if (!form.queryPrompt().isEmpty()) {
      prompts.put("query", form.queryPrompt());
    }
    if (!form.documentPrompt().isEmpty()) {
      prompts.put("document", form.documentPrompt());
    }
    return json.putNull("default_prompt_name").put("similarity_fn_name", "cosine");
  }
}
