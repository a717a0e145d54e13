package jada.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.Families;
import jada.nn.Family;
import jada.nn.Golden;
import jada.nn.files.InputException;
import jada.nn.files.KeyLedger;
import jada.nn.files.KeyLedger.Treatment;
import jada.nn.text.TokenizerKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The ledgers know every key that transformers and tokenizers write. The list was made by
/// src/test/python/keys_golden.py.
class KeyLedgerTest {
  private static final Path PAGE = Path.of("..", "docs", "keys.md");

  /// All ledgers by the name of their file, for the page.
  static SequencedMap<String, KeyLedger> ledgers() {
    SequencedMap<String, KeyLedger> ledgers = new LinkedHashMap<>();
    for (Family family : Families.all()) {
      ledgers.put("config.json of model_type " + family.type(), family.keys());
    }
    ledgers.putAll(TokenizerKeys.ledgers());
    TokenizerKeys.parts().forEach((part, keys) -> ledgers.put(part + " of tokenizer.json", keys));
    return ledgers;
  }

  private static TreeSet<String> missing(KeyLedger ledger, JsonNode keys) {
    TreeSet<String> missing = new TreeSet<>();
    for (String key : keys.propertyNames()) {
      if (!knows(ledger, key)) {
        missing.add(key);
      }
    }
    return missing;
  }

  /// Has the key, or a key above it below which nothing is asked.
  private static boolean knows(KeyLedger ledger, String key) {
    if (ledger.entries().containsKey(key)) {
      return true;
    }
    int dot = key.lastIndexOf('.');
    String above = dot < 0 ? "" : key.substring(0, dot).replaceFirst("(\\[\\])+$", "");
    return dot >= 0
        && ledger.entries().keySet().stream()
            .noneMatch(k -> k.startsWith(above + ".") || k.startsWith(above + "[]."))
        && knows(ledger, above);
  }

  @Test
  void know_every_key_of_the_configuration_classes() {
    JsonNode golden = Golden.read("keys.json");
    for (Family family : Families.all()) {
      JsonNode config = golden.get("config.json");
      assertThat(missing(family.keys(), config.get("every model"))).as(family.type()).isEmpty();
      assertThat(missing(family.keys(), config.get(family.type()))).as(family.type()).isEmpty();
    }
    for (Map.Entry<String, KeyLedger> file : TokenizerKeys.ledgers().entrySet()) {
      assertThat(missing(file.getValue(), golden.get(file.getKey()))).as(file.getKey()).isEmpty();
    }
    for (Map.Entry<String, KeyLedger> part : TokenizerKeys.parts().entrySet()) {
      JsonNode keys = golden.get("parts of tokenizer.json").get(part.getKey());
      assertThat(keys).as(part.getKey()).isNotEmpty();
      assertThat(missing(part.getValue(), keys)).as(part.getKey()).isEmpty();
    }
  }

  @Test
  void accept_what_transformers_writes_without_being_asked() {
    JsonNode golden = Golden.read("keys.json");
    for (Family family : List.of(Families.BERT, Families.DISTILBERT)) {
      JsonNode defaults = golden.get("config.json").get(family.type());
      assertThatCode(() -> family.keys().check("config.json", defaults)).doesNotThrowAnyException();
    }
    assertThatCode(
            () ->
                TokenizerKeys.ledgers()
                    .get("tokenizer_config.json")
                    .check("tokenizer_config.json", golden.get("tokenizer_config.json")))
        .doesNotThrowAnyException();
  }

  /// Every key that is refused unless neutral is refused with a value of its own, by name.
  @Test
  void refuse_every_other_value_by_the_name_of_its_key() {
    ledgers()
        .forEach(
            (file, ledger) ->
                ledger.entries().values().stream()
                    .filter(entry -> entry.treatment() == Treatment.REFUSED_UNLESS_NEUTRAL)
                    .forEach(
                        entry -> {
                          ObjectNode json = JsonMapper.shared().createObjectNode();
                          json.put(entry.key(), "something else");
                          assertThatThrownBy(() -> ledger.check(file, json))
                              .isInstanceOf(InputException.class)
                              .hasMessageStartingWith(
                                  file
                                      + ": "
                                      + entry.key()
                                      + " 'something else' is not supported: ");
                          for (JsonNode neutral : entry.neutral()) {
                            json.set(entry.key(), neutral);
                            assertThatCode(() -> ledger.check(file, json))
                                .doesNotThrowAnyException();
                          }
                          json.putNull(entry.key());
                          assertThatCode(() -> ledger.check(file, json)).doesNotThrowAnyException();
                        }));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"new_key\": 1}| accepted",
        "{\"transformers_version\": \"4.57.1\", \"new_key\": 1}| accepted",
        "{\"transformers_version\": \"5.17.3\", \"new_key\": 1}| accepted",
        "{\"transformers_version\": \"5.18.0.dev0\", \"new_key\": 1}| refused",
        "{\"transformers_version\": \"6.0\", \"new_key\": 1}| refused",
        "{\"transformers_version\": \"6.0\", \"new_key\": {\"a\": 1}}| refused",
        "{\"transformers_version\": \"6.0\", \"new_key\": false}| accepted",
        "{\"transformers_version\": \"6.0\", \"new_key\": null}| accepted",
        "{\"transformers_version\": \"6.0\", \"new_key\": []}| accepted",
      })
  void an_unknown_key_is_accepted_if_its_release_was_compared_with_the_ledger(
      String json, String verdict) {
    JsonNode config = JsonMapper.shared().readTree(json);
    if (verdict.equals("accepted")) {
      assertThatCode(() -> Families.BERT.keys().check("config.json", config))
          .doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> Families.BERT.keys().check("config.json", config))
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith("config.json: 'new_key' is ");
    }
  }

  @Test
  void an_unknown_key_of_tokenizer_json_is_refused_wherever_it_stands() {
    KeyLedger ledger = TokenizerKeys.ledgers().get("tokenizer.json");
    for (String json : List.of("{\"x\": 1}", "{\"added_tokens\": [{}, {\"x\": 1}]}")) {
      assertThatThrownBy(() -> ledger.check("tokenizer.json", JsonMapper.shared().readTree(json)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("x' is '1', but what it asks for is not known");
    }
    assertThatCode(
            () ->
                ledger.check(
                    "tokenizer.json",
                    JsonMapper.shared().readTree("{\"model\": {\"vocab\": {\"x\": 1}}}")))
        .doesNotThrowAnyException();
  }

  /// Run with `-Djada.write=true` to write the page anew.
  @Test
  void docs_keys_md_says_what_the_ledgers_say() throws IOException {
    String page = KeysPage.of(ledgers());
    if (Boolean.getBoolean("jada.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).content().isEqualTo(page);
  }
}
