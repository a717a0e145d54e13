package jada.adalora.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.model.Models.KnownModel;
import jada.nn.files.InputException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelsTest {
  @ParameterizedTest
  @CsvSource({
    "all-minilm-l6-v2,all-minilm-l6-v2",
    "minilm,all-minilm-l6-v2",
    "bge-small,bge-small-en-v1.5",
    "E5-Small,e5-small-v2",
    "bert-base,bert-base-uncased",
    "distilbert,distilbert",
  })
  void knows_models_by_name_and_alias(String asked, String name) {
    assertThat(Models.find(asked).map(KnownModel::name)).contains(name);
  }

  @Test
  void gives_no_name_to_two_models() {
    Set<String> names = new HashSet<>();
    for (KnownModel model : Models.known()) {
      assertThat(names.add(model.name())).as(model.name()).isTrue();
      assertThat(names.add(model.alias())).as(model.alias()).isTrue();
    }
    assertThat(Models.find("bert")).isEmpty();
  }

  @Test
  void says_what_there_is_where_a_name_is_unknown() {
    assertThatThrownBy(() -> Models.load("gpt-17"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "model gpt-17: neither a known model (all-minilm-l6-v2, bge-small-en-v1.5, e5-small-v2,"
                + " bert-base-uncased, distilbert) nor a folder; use one of these names or a folder"
                + " in Hugging Face layout");
  }

  @Test
  void a_name_that_no_file_can_have_is_refused() {
    assertThatThrownBy(() -> Models.load("a\0b"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no name of a model or folder");
    assertThatThrownBy(() -> Models.load(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("nameOrFolder");
  }
}
