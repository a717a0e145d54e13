package jada.adalora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.TargetModules;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Task;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.FineTuner;
import jada.nn.Batch;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.nn.files.Safetensors;
import jada.nn.text.Encoding;
import jada.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Adapters written by PEFT (src/test/python/peft_writes.py), and for it: peft_loads_jada.py says
/// how to try those.
class PeftExchangeTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Task TASK = Task.classification("a", "b", "c");
  private static final List<String> SENTENCES =
      List.of("c e g", "a", "The pipe broke while it was being read", "Wet paint");
  private static final TargetModules ALL = TargetModules.matching("bert\\.encoder\\..*");

  @TempDir private Path temp;

  @Test
  void loads_what_peft_trained_and_saved_with_the_same_logits() throws Exception {
    PretrainedModel base = TinyBert.model(Safetensors.read(resource("base.safetensors")));
    Map<String, List<Integer>> ranks = new LinkedHashMap<>();
    ranks.put("adalora", List.of(0, 1, 2, 1, 1, 1, 1, 1));
    ranks.put("adalora-mid-rank", List.of(0, 2, 3, 1, 1, 1, 2, 1));
    ranks.put("adalora-unpruned", List.of(3, 3, 3, 3, 3, 3, 3, 3));
    ranks.put("adalora-expression", List.of(0, 2));
    ranks.put("adalora-pooler", List.of(1, 1));
    ranks.put("lora", List.of(3, 2, 2, 2, 2, 2, 2, 2));
    ranks.put("lora-pissa", List.of(6, 4, 4, 4, 4, 4, 4, 4)); // the start beside the trained part
    ranks.put("lora-olora", List.of(6, 4, 4, 4, 4, 4, 4, 4));
    ranks.put("ia3", List.of(16, 16, 16, 16, 16, 16, 16, 16)); // the type in jada.adalora.testing
    ranks.put("lora-olora-full", List.of(32, 32)); // all directions that a matrix has, twice
    ranks.put("lora-biases", List.of(2, 2, 2, 2, 2, 2));
    ranks.put("lora-own-biases", List.of(2, 2, 2, 2, 2, 2, 2, 2));
    ranks.put("lora-embeddings", List.of(2, 2));
    ranks.put("lora-dora", List.of(2, 2, 2, 2, 2, 2));
    ranks.put("adalora-biases", List.of(1, 1, 3, 1, 0, 1, 1, 0));
    for (String name : ranks.keySet()) {
      Path folder = resource(name);
      AdaptedModel model = PeftFolder.load(base, folder);
      JsonNode expected = MAPPER.readTree(Files.readString(folder.resolve("logits.json")));
      Tensor logits = model.output(TinyBert.BATCH).value();
      for (int i = 0; i < 3; i++) {
        assertThat(TinyBert.TEXTS.get(i).ids())
            .as("the texts of the script")
            .isEqualTo(MAPPER.treeToValue(expected.get("ids").get(i), int[].class));
        for (int k = 0; k < 3; k++) {
          assertThat(logits.get(i, k))
              .as("%s: logit %d of text %d", name, k, i)
              .isCloseTo((float) expected.get("logits").get(i).get(k).asDouble(), within(1e-5f));
        }
      }
      assertThat(model.ranks().values()).as(name).containsExactlyElementsOf(ranks.get(name));
      assertThat(model.trainedWeights().containsKey("pooler.dense.weight"))
          .isEqualTo(name.equals("adalora-pooler") || name.equals("lora-biases"));
      // The same whether it is merged, or saved and read again.
      same(name + " merged", merged(model), logits);
      if (name.equals("lora-dora")) {
        assertThatThrownBy(() -> PeftFolder.save(model, temp.resolve(name)))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("was read from DoRA")
            .hasMessageEndingWith("save the merged model instead");
      } else {
        PeftFolder.save(model, temp.resolve(name));
        same(name + " again", PeftFolder.load(base, temp.resolve(name)), logits);
      }
    }
  }

  private AdaptedModel merged(AdaptedModel model) throws IOException {
    Path folder = Files.createTempDirectory(temp, "merged");
    PeftFolder.saveMerged(model, folder);
    return PeftFolder.load(HuggingFaceFolder.read(folder), folder);
  }

  private static void same(String what, AdaptedModel model, Tensor logits) {
    assertThat(model.output(TinyBert.BATCH).value().array())
        .as(what)
        .containsExactly(logits.array(), within(1e-5f));
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(PeftExchangeTest.class.getResource(name).toURI());
  }

  @Test
  void writes_adapters_for_peft_where_asked_to() throws IOException {
    String out = System.getProperty("jada.peft.out", "");
    assumeThat(out).as("-Djada.peft.out=DIR asks for folders to try with PEFT").isNotEmpty();
    Path folder = Path.of(out);
    String given = System.getProperty("jada.peft.base", "");
    PretrainedModel base =
        given.isEmpty() ? TinyBert.encoder() : HuggingFaceFolder.read(Path.of(given));
    HuggingFaceFolder.write(folder.resolve("base"), base);
    AdaLoraConfig small = AdaLoraConfig.penalized().withInitRank(6).withTargetRank(2);
    Map<String, AdaLoraConfig> cases = new LinkedHashMap<>();
    cases.put("mixed-ranks", small);
    cases.put("all-linear-layers", small.withTargetModules(ALL));
    cases.put("article", AdaLoraConfig.article().withInitRank(5));
    cases.put("untouched", small);
    cases.put("lora", small.withMethod(Method.LORA));
    cases.put("lora-all", small.withMethod(Method.LORA).withTargetModules(ALL));
    for (Map.Entry<String, AdaLoraConfig> entry : cases.entrySet()) {
      AdaptedModel model = AdaLora.adapt(base, TASK, entry.getValue());
      if (!entry.getKey().equals("untouched")) {
        TinyBert.pretendTraining(model, 4, given.isEmpty() ? 0.3 : 0.1);
      }
      write(model, folder, entry.getKey());
      if (entry.getKey().equals("all-linear-layers")) {
        write(model.toLora(), folder, "exported-as-lora");
      }
      PeftFolder.saveMerged(model, folder.resolve(entry.getKey() + "-merged"));
      writeLogits(model, folder.resolve(entry.getKey() + "-merged.json"));
    }
    AdaptedModel exact = AdaLora.adapt(base, TinyRun.TASK, TinyRun.EXACT);
    FineTuner.of(exact).options(TinyRun.OPTIONS).run(TinyRun.TRAIN, TinyRun.DEV);
    write(exact, folder, "exact");
    write(exact.toLora(), folder, "exact-as-lora");
  }

  private static void write(AdaptedModel model, Path folder, String name) throws IOException {
    PeftFolder.save(model, folder.resolve(name));
    writeLogits(model, folder.resolve(name + ".json"));
  }

  private static void writeLogits(AdaptedModel model, Path file) throws IOException {
    ObjectNode root = MAPPER.createObjectNode();
    ArrayNode ids = root.putArray("ids");
    ArrayNode types = root.putArray("types");
    List<Encoding> texts =
        SENTENCES.stream().map(s -> model.base().tokenizer().encode(s, 12)).toList();
    for (Encoding text : texts) {
      ids.add(MAPPER.valueToTree(text.ids()));
      types.add(MAPPER.valueToTree(text.typeIds()));
    }
    Tensor logits = model.output(Batch.of(texts)).value();
    ArrayNode rows = root.putArray("logits");
    for (int i = 0; i < texts.size(); i++) {
      rows.add(MAPPER.valueToTree(logits.gatherRows(i).array()));
    }
    Files.writeString(file, root.toString());
  }
}
