package jada.adalora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.AdapterType;
import jada.adalora.BudgetUnit;
import jada.adalora.Compaction;
import jada.adalora.ImportanceScore;
import jada.adalora.LoraLinear;
import jada.adalora.Method;
import jada.adalora.OrthogonalityPenalty;
import jada.adalora.Steps;
import jada.adalora.SvdLinear;
import jada.adalora.TargetModules;
import jada.adalora.TripletStart;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Task;
import jada.adalora.testing.TinyBert;
import jada.nn.Families;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.files.Safetensors;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PeftFolderTest {
  private static final Task TASK = Task.classification("a", "b", "c");
  private static final AdaLoraConfig SMALL =
      AdaLoraConfig.penalized().withInitRank(4).withTargetRank(2);
  private static final String QUERY = "base_model.model.bert.encoder.layer.0.attention.self.query";

  @TempDir Path temp;

  @Test
  void what_was_saved_loads_with_the_same_logits_ranks_and_labels() {
    List<AdaLoraConfig> configs =
        List.of(
            SMALL,
            SMALL.withTargetModules(TargetModules.matching(".*layer\\.1\\..*(query|dense)")),
            AdaLoraConfig.article().withInitRank(5),
            SMALL.withMethod(Method.LORA),
            SMALL.withMethod(Method.HEAD));
    for (AdaLoraConfig config : configs) {
      for (Task task : List.of(TASK, Task.regression())) {
        AdaptedModel model = AdaLora.adapt(TinyBert.encoder(), task, config);
        TinyBert.pretendTraining(model, 3);
        Path folder = temp.resolve("adapter");
        PeftFolder.save(model, folder);
        AdaptedModel loaded = PeftFolder.load(TinyBert.encoder(), folder);
        assertThat(loaded.output(TinyBert.BATCH).value().array())
            .containsExactly(model.output(TinyBert.BATCH).value().array(), within(1e-5f));
        assertThat(loaded.ranks()).isEqualTo(model.ranks());
        assertThat(loaded.task()).isEqualTo(task);
        assertThat(loaded.config().method()).isEqualTo(config.method());
        if (config.method() == Method.ADALORA) {
          assertThat(model.ranks().values()).contains(0);
          assertThat(loaded.config().targetModules())
              .isEqualTo(
                  config.targetModules() instanceof TargetModules.Matching
                      ? new TargetModules.Named(List.copyOf(model.adapters().keySet()))
                      : config.targetModules().in(Families.BERT));
          for (int i = 0; i < model.svdAdapters().size(); i++) {
            SvdLinear saved = model.svdAdapters().get(i);
            SvdLinear read = loaded.svdAdapters().get(i);
            assertThat(read.survivors()).isEqualTo(saved.survivors());
            assertThat(read.initialRank()).isEqualTo(saved.initialRank());
            assertThat(read.scale()).isEqualTo(saved.scale());
          }
        }
        PeftFolder.save(loaded, temp.resolve("again"));
        for (String file : List.of("adapter_model.safetensors", "labels.json")) {
          assertThat(temp.resolve("again").resolve(file))
              .hasSameBinaryContentAs(folder.resolve(file));
        }
      }
    }
  }

  @Test
  void writes_the_keys_and_names_of_peft() throws IOException {
    Path folder = saved(SMALL);
    Map<String, Tensor> tensors = Safetensors.read(folder.resolve("adapter_model.safetensors"));
    assertThat(tensors).hasSize(8 * 3 + 4);
    assertThat(tensors.get(QUERY + ".lora_A").shape()).isEqualTo(Shape.of(0, 16));
    assertThat(tensors.get(QUERY + ".lora_E").shape()).isEqualTo(Shape.of(0, 1));
    assertThat(tensors.get(QUERY + ".lora_B").shape()).isEqualTo(Shape.of(16, 0));
    assertThat(tensors)
        .containsKeys(
            "base_model.model.classifier.weight",
            "base_model.model.classifier.bias",
            "base_model.model.bert.pooler.dense.weight",
            "base_model.model.bert.pooler.dense.bias");
    JsonNode config =
        JsonMapper.builder()
            .build()
            .readTree(Files.readString(folder.resolve("adapter_config.json")));
    assertThat(config.get("peft_type").asString()).isEqualTo("ADALORA");
    assertThat(config.get("base_model_name_or_path").asString()).isEqualTo("tiny-bert");
    assertThat(config.get("lora_alpha").toString()).isEqualTo("32");
    assertThat(config.get("init_r").asInt()).isEqualTo(4);
    assertThat(config.get("total_step").asInt()).isEqualTo(1000);
    assertThat(config.get("tinit").asInt()).isEqualTo(100);
    assertThat(config.get("tfinal").asInt()).isEqualTo(500);
    assertThat(config.get("modules_to_save").toString())
        .isEqualTo("[\"classifier\",\"score\",\"pooler\"]");
    assertThat(config.get("rank_pattern")).hasSize(8);
    assertThat(config.get("rank_pattern").get(QUERY.substring(17) + ".lora_E").toString())
        .isEqualTo("[false,false,false,false]");
    assertThat(Files.readString(folder.resolve("labels.json")))
        .isEqualToIgnoringWhitespace("{\"0\":\"a\",\"1\":\"b\",\"2\":\"c\"}");
  }

  @Test
  void nothing_is_left_behind_when_saving_fails() throws IOException {
    AdaptedModel model = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL);
    Path file = Files.writeString(temp.resolve("file"), "x");
    assertThatThrownBy(() -> PeftFolder.save(model, file))
        .isInstanceOf(InputException.class)
        .hasMessageMatching(".*file: cannot be written \\(.*\\); choose a writable folder.*");
    assertThatThrownBy(() -> PeftFolder.save(model, file.resolve("adapter")))
        .isInstanceOf(InputException.class)
        .hasMessageNotContaining("\n");
    Path folder = Files.createDirectories(temp.resolve("run"));
    Files.writeString(folder.resolve("trace.jsonl"), "kept");
    Files.createDirectories(folder.resolve("labels.json"));
    assertThatThrownBy(() -> PeftFolder.save(model, folder))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("labels.json: is a folder where a file is to be written; remove it");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("trace.jsonl", "labels.json");
    }
  }

  @Test
  void a_schedule_that_peft_would_refuse_is_refused_before_anything_is_written() {
    AdaptedModel model =
        AdaLora.adapt(
            TinyBert.encoder(), TASK, SMALL.withTinit(Steps.of(60)).withTfinal(Steps.of(60)));
    model.planRun(100);
    assertThatThrownBy(() -> PeftFolder.save(model, temp.resolve("adapter")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("leave no step to prune");
    assertThat(temp.resolve("adapter")).doesNotExist();
  }

  @Test
  void saving_replaces_an_earlier_adapter_and_leaves_other_files_alone() throws IOException {
    Path folder = saved(SMALL.withMethod(Method.LORA));
    Files.writeString(folder.resolve("trace.jsonl"), "kept");
    saved(SMALL);
    assertThat(PeftFolder.load(TinyBert.encoder(), folder).config().method())
        .isEqualTo(Method.ADALORA);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "adapter_model.safetensors",
              "adapter_config.json",
              "labels.json",
              "jada.json",
              "trace.jsonl");
    }
  }

  @Test
  void loads_lora_with_a_rank_and_an_alpha_of_its_own_in_some_modules() throws IOException {
    Path folder = saved(SMALL.withMethod(Method.LORA));
    change(
        folder,
        "adapter_config.json",
        text ->
            text.replaceAll("\"rank_pattern\" : \\{ \\}", "\"rank_pattern\" : {\"0.*query\": 1}")
                .replaceAll("\"alpha_pattern\" : \\{ \\}", "\"alpha_pattern\" : {\"query\": 3}"));
    tensors(
        folder,
        t -> {
          t.put(QUERY + ".lora_A.weight", Tensor.full(Shape.of(1, 16), 0.5f));
          t.put(QUERY + ".lora_B.weight", Tensor.full(Shape.of(16, 1), 0.5f));
        });
    AdaptedModel model = PeftFolder.load(TinyBert.encoder(), folder);
    LoraLinear query = (LoraLinear) model.adapters().firstEntry().getValue();
    assertThat(query.rank()).isEqualTo(1);
    assertThat(query.scale()).isEqualTo(3);
    assertThat(model.ranks().values().stream().filter(r -> r == 2)).hasSize(7);
    PeftFolder.save(model, temp.resolve("again"));
    AdaptedModel again = PeftFolder.load(TinyBert.encoder(), temp.resolve("again"));
    assertThat(again.output(TinyBert.BATCH).value().array())
        .isEqualTo(model.output(TinyBert.BATCH).value().array());
  }

  @Test
  void refuses_patterns_that_ask_for_too_much() throws IOException {
    record Case(String key, String pattern, String message) {}
    String endless = "(.+)+\\\\1!";
    for (Case c :
        List.of(
            new Case("rank", "{\"query\": 2147483647}", "must be ranks from 1 to 65536"),
            new Case("rank", "{\"query\": 1" + "0".repeat(400) + "}", "must be numbers by module"),
            new Case("alpha", "{\"" + endless + "\": 1}", "must be short regular expressions"),
            new Case(
                "alpha",
                "{\"" + "y".repeat(40_000) + "\": 1}",
                "must be short regular expressions"))) {
      Path folder = saved(SMALL.withMethod(Method.LORA));
      change(
          folder,
          "adapter_config.json",
          text ->
              text.replace(
                  "\"" + c.key + "_pattern\" : { }", "\"" + c.key + "_pattern\" : " + c.pattern));
      assertLoading(folder)
          .hasMessageContaining("\"" + c.key + "_pattern\" " + c.message)
          .hasMessageMatching(".{0,600}");
    }
  }

  @Test
  void choices_that_peft_has_no_name_for_survive_in_a_file_of_their_own() throws IOException {
    AdaLoraConfig chosen =
        SMALL
            .withImportance(ImportanceScore.ARTICLE)
            .withInit(TripletStart.ORTHONORMAL)
            .withOrthPenalty(OrthogonalityPenalty.SQUARED)
            .withCompact(Compaction.NEVER)
            .withBudgetUnit(BudgetUnit.PARAMETERS);
    AdaptedModel model = AdaLora.adapt(TinyBert.encoder(), TASK, chosen);
    TinyBert.pretendTraining(model, 3);
    Path folder = temp.resolve("adapter");
    PeftFolder.save(model, folder);
    AdaptedModel loaded = PeftFolder.load(TinyBert.encoder(), folder);
    assertThat(Files.readString(folder.resolve("jada.json")))
        .isEqualToIgnoringWhitespace(
            "{\"importance\":\"article\",\"init\":\"orthonormal\",\"orth_penalty\":\"squared\","
                + "\"compact\":\"never\",\"budget_unit\":\"parameters\","
                + "\"scaling\":\"init_rank\",\"lambda_rate\":\"1.0\",\"gauge\":\"none\","
                + "\"trained_on\":\"none\"}");
    assertThat(loaded.config().importance()).isEqualTo(ImportanceScore.ARTICLE);
    assertThat(loaded.config().init()).isEqualTo(TripletStart.ORTHONORMAL);
    assertThat(loaded.config().orthPenalty()).isEqualTo(OrthogonalityPenalty.SQUARED);
    assertThat(loaded.config().compact()).isEqualTo(Compaction.NEVER);
    assertThat(loaded.config().budgetUnit()).isEqualTo(BudgetUnit.PARAMETERS);
    assertThat(loaded.spentBudget()).isEqualTo(model.spentBudget()).isGreaterThan(model.budget());

    Files.delete(folder.resolve("jada.json")); // as PEFT saves
    assertThat(PeftFolder.config(folder).budgetUnit()).isEqualTo(BudgetUnit.TRIPLETS);
    Files.writeString(folder.resolve("jada.json"), "{\"compact\": \"never\"}");
    assertThat(PeftFolder.config(folder).compact()).isEqualTo(Compaction.NEVER);
    assertThat(PeftFolder.config(folder).budgetUnit()).isEqualTo(BudgetUnit.TRIPLETS);
    Files.writeString(folder.resolve("jada.json"), "{\"budget_unit\": \"bytes\"}");
    assertThatThrownBy(() -> PeftFolder.config(folder))
        .isInstanceOf(InputException.class)
        .hasMessage(
            folder.resolve("jada.json")
                + ": \"budget_unit\" must be triplets or parameters, found \"bytes\"");
  }

  @Test
  void labels_that_nobody_named_get_hugging_faces_names() throws IOException {
    Path folder = ofOthers(saved(SMALL));
    assertThat(PeftFolder.load(TinyBert.encoder(), folder).task().labels())
        .containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
  }

  /// Without what PEFT does not write.
  private static Path ofOthers(Path folder) throws IOException {
    Files.delete(folder.resolve("labels.json"));
    Files.delete(folder.resolve("jada.json"));
    return folder;
  }

  /// The labels of the base model may have another order.
  @Test
  void refuses_an_adapter_of_jada_whose_labels_are_lost() throws IOException {
    Path folder = saved(SMALL);
    Files.delete(folder.resolve("labels.json"));
    assertLoading(folder)
        .hasMessageContaining("labels.json: no such file")
        .hasMessageContaining("restore it");
  }

  @Test
  void refuses_labels_of_outputs_that_there_are_not() throws IOException {
    for (String key : List.of("5", "01", "-1", "problemtype", "99999999999")) {
      Path folder = saved(SMALL);
      change(folder, "labels.json", json -> json.replaceFirst("\\{", "{\"" + key + "\": \"d\","));
      assertLoading(folder).hasMessageContaining("labels.json: \"" + key + "\" must be absent");
    }
  }

  /// Models of one shape are many, and on another the adapter answers nonsense.
  @Test
  void refuses_a_base_model_of_the_same_shape_with_other_weights() throws IOException {
    Path folder = saved(SMALL);
    PretrainedModel model = TinyBert.encoder();
    PretrainedModel other =
        new PretrainedModel("other", model.config(), model.tokenizer(), model.weights(), "other");
    assertThatThrownBy(() -> PeftFolder.load(other, folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(folder + ": was trained on other weights than those of other")
        .hasMessageContaining("remove trained_on from " + folder.resolve("jada.json"));
    change(folder, "jada.json", json -> json.replace("trained_on", "was_trained_on"));
    assertThat(PeftFolder.load(other, folder).ranks()).hasSize(8);
  }

  @Test
  void refuses_two_scales_that_contradict_each_other() throws IOException {
    Path folder = saved(AdaLoraConfig.defaults());
    assertThat(PeftFolder.load(TinyBert.encoder(), folder).config().scale()).isEqualTo(4);
    change(
        folder,
        "adapter_config.json",
        json -> json.replaceFirst("\"lora_alpha\" : [0-9.]+", "\"lora_alpha\" : 8"));
    assertLoading(folder)
        .hasMessageContaining("jada.json: \"lora_alpha\" must be of the scale that lora_alpha 8.0");
  }

  @Test
  void a_model_without_a_classifier_answers_nothing() {
    assertThatThrownBy(() -> whole(TinyBert.encoder()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "the model has no classifier.weight, it answers nothing yet; train it");
  }

  @Test
  void an_adapter_in_a_pickle_file_is_refused_with_the_way_to_save_it() throws IOException {
    Path folder = saved(AdaLoraConfig.defaults());
    Files.move(folder.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.bin"));
    assertLoading(folder)
        .hasMessage(
            folder.resolve("adapter_model.bin")
                + ": is a pickle file, which is not read; load it with PEFT and save it with"
                + " save_pretrained(folder, safe_serialization=True)");
  }

  private AdaptedModel whole(PretrainedModel model) throws IOException {
    Path folder = Files.createTempDirectory(temp, "whole").resolve("model");
    HuggingFaceFolder.write(folder, model);
    return PeftFolder.load(HuggingFaceFolder.read(folder), folder);
  }

  @Test
  void a_whole_model_of_others_has_the_labels_of_its_configuration() throws IOException {
    PretrainedModel named =
        TinyBert.classifier(
            List.of("positive", "negative"), Optional.of("single_label_classification"));
    assertThat(whole(named).task().labels()).containsExactly("positive", "negative");
    assertThat(whole(TinyBert.classifier(3)).task().labels())
        .containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
    assertThat(whole(TinyBert.classifier(1)).task()).isEqualTo(Task.regression());
  }

  @Test
  void an_adapter_of_others_has_the_labels_of_its_base_model() throws IOException {
    Path folder = ofOthers(saved(SMALL));
    PretrainedModel base = TinyBert.classifier(List.of("x", "y", "z"), Optional.empty());
    assertThat(PeftFolder.load(base, folder).task().labels()).containsExactly("x", "y", "z");
    PretrainedModel other = TinyBert.classifier(List.of("x", "y"), Optional.empty());
    assertThat(PeftFolder.load(other, folder).task().labels())
        .containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
  }

  @Test
  void refuses_a_kind_of_answer_that_is_not_computed() {
    record Case(List<String> labels, String type) {}
    for (Case c :
        List.of(
            new Case(List.of("a", "b"), "regression"),
            new Case(List.of("a"), "single_label_classification"),
            new Case(List.of("a", "b"), "other"))) {
      assertThatThrownBy(() -> whole(TinyBert.classifier(c.labels(), Optional.of(c.type()))))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("config.json: problem_type '" + c.type() + "' with ")
          .hasMessageContaining("one output is a regression, several are one of");
    }
  }

  @Test
  void a_whole_model_of_others_with_several_labels_a_text_gives_them() throws IOException {
    List<String> labels = List.of("a", "b");
    assertThat(whole(TinyBert.classifier(labels, Optional.of("multi_label_classification"))).task())
        .isEqualTo(Task.multiLabel(labels));
  }

  @Test
  void refuses_more_labels_than_outputs() throws IOException {
    Path folder = temp.resolve("model");
    HuggingFaceFolder.write(folder, TinyBert.classifier(List.of("a", "b"), Optional.empty()));
    change(folder, "config.json", text -> text.replaceFirst("\"0\" : \"a\",", "\"2\" : \"c\", $0"));
    assertThatThrownBy(() -> HuggingFaceFolder.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "config.json: id2label has 3 classes, the classifier of the weights 2");
  }

  @Test
  void refuses_to_put_an_adapter_on_the_model_it_was_merged_into() throws IOException {
    HuggingFaceFolder.write(temp.resolve("base"), TinyBert.withPooler());
    PretrainedModel base = HuggingFaceFolder.read(temp.resolve("base"));
    AdaptedModel model = AdaLora.adapt(base, TASK, SMALL.withMethod(Method.LORA));
    TinyBert.pretendTraining(model, 3);
    Path adapter = temp.resolve("adapter");
    PeftFolder.save(model, adapter);
    PeftFolder.saveMerged(model, temp.resolve("merged"));
    PretrainedModel merged = HuggingFaceFolder.read(temp.resolve("merged"));

    assertThatThrownBy(() -> PeftFolder.load(merged, adapter))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            "%s: was trained on the model that %s was made from"
                .formatted(adapter, temp.resolve("merged")));
    assertThat(PeftFolder.load(base, adapter).adapters()).hasSize(8);
    // One that was trained on the merged model belongs there.
    AdaptedModel next = AdaLora.adapt(merged, TASK, SMALL.withMethod(Method.LORA));
    PeftFolder.save(next, temp.resolve("next"));
    assertThat(PeftFolder.load(merged, temp.resolve("next")).adapters()).hasSize(8);
  }

  @Test
  void refuses_a_folder_that_is_no_adapter() throws IOException {
    assertLoading(temp.resolve("nowhere"))
        .hasMessageEndingWith(
            "adapter_config.json: no such file; is this the folder of an adapter?");
    Path folder = saved(SMALL);
    Files.delete(folder.resolve("adapter_model.safetensors"));
    assertLoading(folder).hasMessageContaining("adapter_model.safetensors: no such file");
    for (String text : List.of("", "{", "[]", "\0", "{\"peft_type\": ")) {
      Files.writeString(folder.resolve("adapter_config.json"), text);
      assertLoading(folder).hasMessageContaining("adapter_config.json: is not");
    }
  }

  @Test
  void says_where_the_files_of_an_interrupted_save_are() throws IOException {
    Path folder = saved(SMALL);
    Path aside = Files.createDirectories(folder.resolve(".saving-0/replaced"));
    Files.move(folder.resolve("adapter_config.json"), aside.resolve("adapter_config.json"));

    assertLoading(folder)
        .hasMessageContaining("adapter_config.json: no such file; saving was interrupted: for the");
  }

  @Test
  void refuses_configurations_that_it_cannot_believe_or_compute() throws IOException {
    refuses("\"ADALORA\"", "\"XLORA\"", "\"peft_type\" must be ADALORA or LORA");
    refuses("\"init_r\" : 4", "\"init_r\" : 5", "\"rank_pattern\" must be init_r = 5 booleans");
    refuses("\"init_r\" : 4", "\"init_r\" : \"4\"", "\"init_r\" must be a whole number");
    refuses("\"init_r\" : 4", "\"init_r\" : 99999999999", "\"init_r\" must be a whole number");
    refuses("\"init_r\" : 4", "\"init_r\" : 2147483647", "\"init_r\" must be at most 65536");
    refuses("\"init_r\" : 4", "\"init_r\" : -1", "init-r: must be at least 1, got -1");
    refuses("\"lora_alpha\" : 32,", "", "\"lora_alpha\" must be a number, found nothing");
    refuses("\"beta1\" : 0.85", "\"beta1\" : 1", "adapter_config.json: beta1: must be between");
    refuses(
        "\"bias\" : \"none\"", "\"bias\" : \"some\"", "\"bias\" must be none, all or lora_only");
    refuses(
        "\"bias\" : \"none\"",
        "\"use_dora\" : true",
        "\"use_dora\" must be null or false: only LoRA has it");
    refuses("false, false, false, false", "true, false, false, false", "need (16, 1)");
    refuses("false, false, false, false", "false, false, false", "booleans");
    refuses("false, false, false, false", "0, 0, 0, 0", "booleans");
  }

  @Test
  void refuses_labels_that_do_not_fit_the_classifier() throws IOException {
    Path folder = saved(SMALL);
    Files.writeString(folder.resolve("labels.json"), "{\"0\": \"a\", \"1\": \"b\"}");
    assertLoading(folder)
        .hasMessageContaining(
            "labels.json: \"2\" must be one of the labels 0 to 2 of the classifier's 3 outputs,"
                + " found nothing");
    String name = "y".repeat(70_000);
    Files.writeString(
        folder.resolve("labels.json"),
        "{\"0\": \"a\", \"1\": \"%s\", \"2\": \"%s\"}".formatted(name, name));
    assertLoading(folder)
        .hasMessageEndingWith(
            "labels.json: task: the label '%s…' occurs twice; give each class one name; restore the file"
                .formatted("y".repeat(80)));
  }

  @Test
  void refuses_tensors_that_do_not_fit_the_base_model() throws IOException {
    String value = "base_model.model.bert.encoder.layer.1.attention.self.value";
    refusesTensors(
        t -> t.put(value + ".lora_A", Tensor.zeros(Shape.of(2, 17))), "lora_A is (2, 17)");
    refusesTensors(t -> t.put(QUERY + ".lora_B", Tensor.zeros(Shape.of(16, 1))), "need (16, 0)");
    refusesTensors(t -> t.remove(QUERY + ".lora_B"), "query.lora_B (16, 0) is missing");
    refusesTensors(t -> t.remove(QUERY + ".lora_E"), "or its partners are missing");
    refusesTensors(
        t -> t.put("base_model.model.bert.encoder.layer.2.output.dense.lora_E", Tensor.scalar(1)),
        "layer.2.output.dense.lora_E belongs to no layer of the base model");
    refusesTensors(
        t -> t.put("base_model.model.classifier.bias", Tensor.vector(1, Float.NaN, 1)),
        "classifier.bias has numbers that are infinite or NaN");
    refusesTensors(
        t -> t.remove("base_model.model.classifier.weight"),
        "has no base_model.model.classifier.weight");
    refusesTensors(
        t -> t.remove("base_model.model.bert.pooler.dense.weight"),
        "has no base_model.model.bert.pooler.dense.weight, and neither has the base model");
    refusesTensors(
        t -> t.put("base_model.model.classifier.weight", Tensor.scalar(1)),
        "classifier.weight is (), base model and configuration need (1, 16)");
  }

  @Test
  void a_model_trained_as_a_whole_is_saved_whole() throws IOException {
    AdaptedModel model = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL.withMethod(Method.FULL));
    TinyBert.pretendTraining(model, 5);
    Path folder = Files.createDirectories(temp.resolve("whole"));
    Files.writeString(folder.resolve("trace.jsonl"), "kept");
    PeftFolder.save(model, folder);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "model.safetensors",
              "config.json",
              "vocab.txt",
              "tokenizer_config.json",
              "jada.json",
              "labels.json",
              "trace.jsonl");
    }
    assertThat(PeftFolder.baseModel(folder)).contains(folder.toString());
    AdaptedModel loaded = PeftFolder.load(HuggingFaceFolder.read(folder), folder);
    assertThat(loaded.output(TinyBert.BATCH).value().array())
        .isEqualTo(model.output(TinyBert.BATCH).value().array());
    assertThat(loaded.task()).isEqualTo(TASK);
    assertThat(loaded.config().method()).isEqualTo(Method.FULL);
    assertThatThrownBy(() -> PeftFolder.save(model, saved(SMALL)))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith(
            ": holds an adapter, which a whole model is not; choose another folder");
  }

  @Test
  void tells_where_the_base_model_is_and_how_long_the_run_was() throws IOException {
    AdaptedModel model = AdaLora.adapt(TinyBert.encoder(), TASK, SMALL);
    model.planRun(60);
    Path folder = temp.resolve("adapter");
    PeftFolder.save(model, folder);
    assertThat(PeftFolder.baseModel(folder)).contains("tiny-bert");
    assertThat(PeftFolder.load(TinyBert.encoder(), folder).runSteps()).hasValue(60);
    assertThat(Files.readString(folder.resolve("adapter_config.json")))
        .contains("\"tinit\" : 6", "\"tfinal\" : 30", "\"total_step\" : 60");
    AdaptedModel counted =
        AdaLora.adapt(
            TinyBert.encoder(), TASK, SMALL.withTinit(Steps.of(900)).withTfinal(Steps.of(800)));
    PeftFolder.save(counted, folder);
    assertThat(PeftFolder.load(TinyBert.encoder(), folder).runSteps()).hasValue(1701);
  }

  @Test
  void refuses_a_file_without_any_adapter() throws IOException {
    for (Method method : List.of(Method.LORA, Method.ADALORA)) {
      Path folder = saved(SMALL.withMethod(method));
      tensors(folder, tensors -> tensors.keySet().removeIf(name -> name.contains(".lora_")));
      assertLoading(folder)
          .hasMessageContaining("adapter_model.safetensors: has no adapter")
          .hasMessageContaining(((AdapterType) method).peftType());
    }
  }

  @Test
  void refuses_an_adapter_of_a_module_that_is_no_target() throws IOException {
    for (String targets : List.of("[ \"nothing\" ]", "[ \"value\" ]", "\".*key\"")) {
      Path folder = saved(SMALL.withTargetModules(TargetModules.named("query", "value")));
      change(
          folder,
          "adapter_config.json",
          json ->
              json.replaceAll(
                  "\"target_modules\" : \\[[^]]*\\]", "\"target_modules\" : " + targets));
      assertLoading(folder)
          .hasMessageContaining("\"target_modules\" must be names or an expression");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          "exclude_modules": ["value"]                                ; exclude_modules
          "exclude_modules": "bert.encoder.layer.1.*"                 ; exclude_modules
          "exclude_modules": ["alue", "layer"], "layers_pattern": []  ;
          "modules_to_save": ["classifier", "query"]                  ; modules_to_save
          "layers_to_transform": [0]                                  ; layers_to_transform
          "layers_to_transform": 1                                    ; layers_to_transform
          "layers_to_transform": [0, 1, 7]                            ;
          "layers_to_transform": []                                   ;
          "layers_to_transform": [0, 1], "layers_pattern": "layer"    ;
          "layers_to_transform": [0, 1], "layers_pattern": ["h", "laye."] ;
          "layers_to_transform": [0, 1], "layers_pattern": ["h"]      ; layers_to_transform
          "layers_pattern": "layer"                                   ; layers_pattern
          "use_rslora": "no"                                          ; use_rslora
          "use_dora": 0                                               ; use_dora
          "use_rslora": null, "lora_bias": false                      ;
          "target_modules": ".*(query|value)"                         ;
          "target_modules": ".*(query|value)", "layers_to_transform": [0, 1] ; layers_to_transform
          """)
  void refuses_values_that_the_tensors_contradict_or_that_are_none(String change, String key)
      throws IOException {
    Path folder = saved(SMALL.withTargetModules(TargetModules.named("query", "value")));
    change(
        folder,
        "adapter_config.json",
        json -> {
          for (String changed : change.split(", (?=\"[a-z_]+\":)")) {
            String name = changed.substring(0, changed.indexOf(':'));
            json =
                json.replaceAll(name + " : (\\[[^]]*\\]|\"[^\"]*\"),", "")
                    .replaceFirst("\\{", Matcher.quoteReplacement("{" + changed + ","));
          }
          return json;
        });
    if (key == null) {
      assertThat(PeftFolder.load(TinyBert.encoder(), folder).adapters()).hasSize(4);
    } else {
      assertLoading(folder).hasMessageContaining("\"" + key + "\" must be");
    }
  }

  /// PEFT saves whole modules; a part of one would be put together with the rest of the base model.
  @Test
  void refuses_a_part_of_a_module_that_is_trained_whole() throws IOException {
    PretrainedModel base = TinyBert.classifier(3);
    AdaptedModel model = AdaLora.adapt(base, TASK, SMALL);
    String prefix = "base_model.model.";
    Path folder = temp.resolve("adapter");
    for (String left : List.of("classifier.weight", "classifier.bias", "classifier")) {
      PeftFolder.save(model, folder);
      tensors(folder, t -> t.keySet().removeIf(name -> name.startsWith(prefix + left)));
      assertThatThrownBy(() -> PeftFolder.load(base, folder))
          .as(left)
          .isInstanceOf(InputException.class)
          .hasMessageContaining(prefix + left)
          .hasMessageContaining("is missing; save the adapter again");
    }
    change(folder, "adapter_config.json", json -> json.replace("\"SEQ_CLS\"", "null"));
    change(folder, "adapter_config.json", json -> json.replace("\"classifier\", \"score\"", ""));
    assertThat(PeftFolder.load(base, folder).task())
        .isEqualTo(TASK); // with the head of the base model
  }

  @Test
  void refuses_patterns_of_lora_that_are_no_objects() throws IOException {
    for (String key : List.of("rank_pattern", "alpha_pattern")) {
      Path folder = saved(SMALL.withMethod(Method.LORA));
      change(
          folder,
          "adapter_config.json",
          json -> json.replace("\"" + key + "\" : { }", "\"" + key + "\" : null"));
      assertLoading(folder).hasMessageContaining("\"" + key + "\" must be numbers by module");
    }
  }

  private void refuses(String text, String instead, String message) throws IOException {
    Path folder = saved(SMALL);
    change(
        folder,
        "adapter_config.json",
        json -> {
          assertThat(json).contains(text);
          return json.replace(text, instead);
        });
    assertLoading(folder).hasMessageContaining(message);
  }

  private interface Change {
    void of(Map<String, Tensor> tensors);
  }

  private void refusesTensors(Change change, String message) throws IOException {
    Path folder = saved(SMALL);
    tensors(folder, change);
    assertLoading(folder).hasMessageContaining(message);
  }

  private static void tensors(Path folder, Change change) {
    Path file = folder.resolve("adapter_model.safetensors");
    Map<String, Tensor> tensors = new LinkedHashMap<>(Safetensors.read(file));
    change.of(tensors);
    Safetensors.write(file, tensors);
  }

  private static void change(Path folder, String name, UnaryOperator<String> change)
      throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, change.apply(Files.readString(file)));
  }

  private Path saved(AdaLoraConfig config) {
    AdaptedModel model = AdaLora.adapt(TinyBert.encoder(), TASK, config);
    TinyBert.pretendTraining(model, 3);
    Path folder = temp.resolve("adapter");
    PeftFolder.save(model, folder);
    return folder;
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertLoading(Path folder) {
    return assertThatThrownBy(() -> PeftFolder.load(TinyBert.encoder(), folder))
        .isInstanceOf(InputException.class)
        .hasMessageNotContaining("\n");
  }
}
