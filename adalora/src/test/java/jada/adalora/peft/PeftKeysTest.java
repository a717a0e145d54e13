package jada.adalora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.Methods;
import jada.adalora.TargetModules;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Task;
import jada.adalora.peft.PeftKeys.Key;
import jada.adalora.peft.PeftKeys.Role;
import jada.adalora.testing.TinyBert;
import jada.nn.files.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// No key of adapter_config.json is passed over in silence: those that PEFT 0.21 saves are in the
/// ledger, and what would change the arithmetic and is not computed is refused by name.
class PeftKeysTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Task TASK = Task.classification("a", "b", "c");

  @TempDir private Path temp;

  /// Made by src/test/python/peft_config_keys.py.
  private static JsonNode saved(String type) {
    try (var in = PeftKeysTest.class.getResourceAsStream("../peft_config_keys.json")) {
      return MAPPER.readTree(in).path(type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A saved adapter whose configuration has some keys set.
  private Path adapter(Method method, Map<String, String> keys) throws IOException {
    Path folder = Files.createTempDirectory(temp, "adapter");
    AdaLoraConfig config = AdaLoraConfig.defaults().withInitRank(3).withTargetRank(2);
    PeftFolder.save(AdaLora.adapt(TinyBert.encoder(), TASK, config.withMethod(method)), folder);
    Path file = folder.resolve("adapter_config.json");
    ObjectNode root = (ObjectNode) MAPPER.readTree(Files.readString(file));
    keys.forEach((key, value) -> root.set(key, MAPPER.readTree(value)));
    Files.writeString(file, root.toString());
    return folder;
  }

  private static AdaptedModel load(Path folder) {
    return PeftFolder.load(TinyBert.encoder(), folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"LORA", "ADALORA"})
  void every_key_that_peft_saves_is_in_the_ledger(String type) {
    JsonNode keys = saved(type);

    assertThat(keys.size()).isGreaterThan(40);
    assertThat(PeftKeys.all().keySet()).containsAll(keys.propertyNames());
  }

  @ParameterizedTest
  @ValueSource(strings = {"LORA", "ADALORA"})
  void peft_s_defaults_are_taken(String type) throws IOException {
    for (Map.Entry<String, JsonNode> key : saved(type).properties()) {
      if (PeftKeys.all().get(key.getKey()).role() != Role.HONOURED) {
        Path folder =
            adapter(
                Methods.named(type.toLowerCase(Locale.ROOT)).orElseThrow(),
                Map.of(key.getKey(), key.getValue().toString()));
        assertThat(load(folder).task()).as(key.getKey()).isNotNull();
      }
    }
  }

  @Test
  void a_refused_key_is_refused_by_name_and_value_with_every_method() throws IOException {
    for (Method method : List.of(Method.LORA, Method.ADALORA, Method.HEAD)) {
      for (Key key : PeftKeys.all().values()) {
        if (key.role() == Role.REFUSED) {
          Path folder = adapter(method, Map.of(key.name(), "\"other\""));
          assertThatThrownBy(() -> load(folder))
              .as(key.name())
              .isInstanceOf(InputException.class)
              .hasMessageStartingWith(folder.resolve("adapter_config.json") + ": ")
              .hasMessageContaining("\"%s\" must be ".formatted(key.name()))
              .hasMessageContaining(key.what())
              .hasMessageEndingWith("found \"other\"");
        }
      }
    }
  }

  @Test
  void a_key_without_effect_may_say_anything() throws IOException {
    AdaptedModel plain = load(adapter(Method.LORA, Map.of()));
    for (Key key : PeftKeys.all().values()) {
      if (key.role() == Role.NO_EFFECT) {
        AdaptedModel model = load(adapter(Method.LORA, Map.of(key.name(), "[7, \"other\"]")));
        assertThat(model.output(TinyBert.BATCH).value().array())
            .as(key.name())
            .isEqualTo(plain.output(TinyBert.BATCH).value().array());
      }
    }
  }

  @Test
  void a_key_of_a_later_peft_is_refused_unless_it_is_off() throws IOException {
    for (String off : List.of("null", "false", "{}", "[]")) {
      assertThat(load(adapter(Method.LORA, Map.of("use_next_lora", off)))).isNotNull();
    }
    Path folder = adapter(Method.LORA, Map.of("use_next_lora", "true"));
    assertThatThrownBy(() -> load(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("\"use_next_lora\" must be null or false: it is no key of PEFT 0.21")
        .hasMessageEndingWith("found true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false", "\"gaussian\"", "\"eva\"", "\"orthogonal\"", "\"mica\""})
  void a_start_that_leaves_the_base_model_as_it_is_is_taken(String start) throws IOException {
    assertThat(load(adapter(Method.LORA, Map.of("init_lora_weights", start)))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pissa_niter_16", "corda", "loftq", "lora_ga", "next"})
  void a_start_that_cannot_be_found_again_is_refused(String start) throws IOException {
    for (Method method : List.of(Method.LORA, Method.ADALORA)) {
      Path folder = adapter(method, Map.of("init_lora_weights", "\"" + start + "\""));

      assertThatThrownBy(() -> load(folder))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("\"init_lora_weights\" must be true, false, gaussian")
          .hasMessageContaining("path_initial_model_for_weight_conversion")
          .hasMessageEndingWith("found \"" + start + "\"");
    }
  }

  @ParameterizedTest
  @CsvSource({"pissa", "OLoRA"})
  void what_such_a_start_changes_is_not_told_without_the_base_model(String start)
      throws IOException {
    Path folder = adapter(Method.LORA, Map.of("init_lora_weights", "\"" + start + "\""));

    assertThat(load(folder).ranks().values()).allMatch(rank -> rank == 4);
    assertThatThrownBy(() -> PeftFolder.triplets(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("init_lora_weights")
        .hasMessageContaining("together with it");
  }

  @Test
  void all_linear_is_known_on_the_command_line_and_in_files() throws IOException {
    assertThat(TargetModules.parse("all-linear")).isEqualTo(TargetModules.ALL_LINEAR);
    Path folder = adapter(Method.LORA, Map.of("target_modules", "\"all-linear\""));
    assertThat(PeftFolder.config(folder).targetModules()).isEqualTo(TargetModules.ALL_LINEAR);

    AdaLoraConfig config =
        AdaLoraConfig.defaults()
            .withMethod(Method.LORA)
            .withTargetModules(TargetModules.ALL_LINEAR);
    AdaptedModel model = AdaLora.adapt(TinyBert.withPooler(), TASK, config);
    // Of PEFT's LoraConfig(target_modules="all-linear", task_type="SEQ_CLS") on the same model.
    assertThat(model.adapters()).hasSize(13).containsKey("bert.pooler.dense");
    PeftFolder.save(model, temp.resolve("again"));
    assertThat(PeftFolder.load(TinyBert.withPooler(), temp.resolve("again")).ranks())
        .isEqualTo(model.ranks());
  }

  @Test
  void the_page_in_docs_is_the_ledger() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("../docs/adapter-keys.md"));
    Stream<String> rows =
        PeftKeys.all().values().stream()
            .map(
                key ->
                    "| `%s` | %s | %s |"
                        .formatted(
                            key.name(),
                            key.role() == Role.REFUSED
                                ? "refused unless null, false or empty"
                                    + key.neutral().stream()
                                        .map(value -> " or `" + value + "`")
                                        .reduce("", String::concat)
                                : key.role().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                            key.what()));

    assertThat(lines.stream().filter(line -> line.startsWith("| `")).toList())
        .containsExactlyElementsOf(rows.toList());
  }
}
