package jada.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.SvdLinear;
import jada.adalora.model.AdaptedModel;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.TrainingListener;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ReportTest {
  @TempDir private static Path temp;
  private static final List<TrainingListener.StepReport> STEPS = new ArrayList<>();
  private static AdaptedModel model;
  private static String html;
  private static ObjectNode data;

  @BeforeAll
  static void train() {
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void stepped(StepReport report) {
            STEPS.add(report);
          }
        };
    model = RunFolderOnDisk.write(temp.resolve("run"), TinyRun.CONFIG, listener);
    html = Report.html(temp.resolve("run"));
    data = RunFolderOnDisk.data(html);
  }

  @Test
  void names_nothing_outside_of_itself() {
    String own = html.replaceAll("(?s)<script>.*?</script>", "");

    assertThat(own)
        .doesNotContainPattern("(?i)\\s(src|srcset|action|data)\\s*=")
        .doesNotContainPattern("(?i)@import|url\\(|<link[^>]*href=\"(?!data:)")
        .doesNotContain("secret/place");
    assertThat(html.length()).isLessThan(2_000_000);
  }

  @Test
  void runs_its_own_scripts_and_no_other() throws Exception {
    Matcher policy =
        Pattern.compile("Content-Security-Policy\" content=\"([^\"]*)\"").matcher(html);
    assertThat(policy.find()).isTrue();

    assertThat(policy.group(1))
        .startsWith("default-src 'none'; script-src 'sha256-")
        .doesNotContain("connect-src")
        .doesNotContainPattern("script-src[^;]*unsafe");
    Matcher scripts = Pattern.compile("(?s)<script>(.*?)</script>").matcher(html);
    int count = 0;
    while (scripts.find()) {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(scripts.group(1).getBytes(StandardCharsets.UTF_8));
      assertThat(policy.group(1)).contains(Base64.getEncoder().encodeToString(hash));
      count++;
    }
    assertThat(count).isEqualTo(2);
  }

  @Test
  void keeps_names_from_being_read_as_html() {
    assertThat(html)
        .contains("tiny &lt;/script>&lt;b>bert&lt;/b> &amp; &quot;co&quot; @charts@")
        .doesNotContain("<b>bert");
    assertThat(data.at("/facts/base_model/name").asString()).contains("</script><b>bert</b>");
  }

  @Test
  void has_the_curves_of_the_trace() {
    for (int t = 0; t < STEPS.size(); t++) {
      TrainingListener.StepReport step = STEPS.get(t);
      assertThat(data.at("/curves/t/" + t).intValue()).isEqualTo(t);
      assertThat(data.at("/curves/loss/" + t).floatValue()).isEqualTo((float) step.loss());
      assertThat(data.at("/curves/penalty/" + t).floatValue()).isEqualTo((float) step.orthReg());
      assertThat(data.at("/curves/rate/" + t).floatValue()).isEqualTo((float) step.learningRate());
      assertThat(data.at("/curves/budget/" + t).intValue()).isEqualTo(step.budget());
      assertThat(data.at("/curves/alive/" + t).intValue()).isEqualTo(step.activeTriplets());
    }
    assertThat(data.path("curves").path("t").size()).isEqualTo(STEPS.size());
  }

  @Test
  void tells_which_triplets_live_from_their_turns() {
    JsonNode turns = data.at("/lives/turns");
    for (int m = 0; m < model.svdAdapters().size(); m++) {
      for (int i = 0; i < 4; i++) {
        boolean alive = turns.path(m * 4 + i).size() % 2 == 0;
        assertThat(alive).isEqualTo(model.svdAdapters().get(m).survivors().get(i));
      }
    }
  }

  @Test
  void samples_exact_entries_of_each_update() {
    for (JsonNode matrix : data.path("matrices")) {
      SvdLinear adapter =
          model.svdAdapters().stream()
              .filter(a -> a.name().equals(matrix.path("name").asString()))
              .findFirst()
              .orElseThrow();
      Tensor delta = adapter.delta();
      for (int a = 0; a < matrix.path("rows").size(); a++) {
        for (int b = 0; b < matrix.path("columns").size(); b++) {
          double sum = 0;
          for (JsonNode triplet : matrix.path("triplets")) {
            sum +=
                triplet.path("lambda").doubleValue()
                    * triplet.path("p").path(a).doubleValue()
                    * triplet.path("q").path(b).doubleValue();
          }
          int row = matrix.path("rows").path(a).intValue();
          int column = matrix.path("columns").path(b).intValue();
          // P and Q come with four digits.
          assertThat(sum).isCloseTo(delta.get(row, column), within(1e-3 * delta.norm()));
        }
      }
    }
    assertThat(data.path("matrices").size()).isEqualTo(model.svdAdapters().size());
  }

  @Test
  void marks_the_last_allocation_among_its_moments() {
    JsonNode moments = data.path("moments");
    JsonNode last = moments.path(moments.size() - 1);
    int alive = 0;
    for (JsonNode one : last.path("alive")) {
      alive += one.intValue();
    }

    assertThat(last.path("t").intValue())
        .isEqualTo(data.at("/schedule/finalAllocation").intValue());
    assertThat(alive).isEqualTo(data.at("/schedule/target").intValue());
  }

  @Test
  void is_the_same_whenever_it_is_written() throws IOException {
    Path file = temp.resolve("again.html");
    Report.write(temp.resolve("run"), file);

    assertThat(Files.readString(file)).isEqualTo(html);
  }

  @Test
  void shows_what_other_methods_have() {
    for (AdaLoraConfig config :
        List.of(
            TinyRun.CONFIG.withMethod(Method.LORA),
            TinyRun.CONFIG.withMethod(Method.HEAD),
            AdaLoraConfig.article().withInitRank(4).withTargetRank(2))) {
      Path run = temp.resolve("other-" + config.method() + config.importance());
      RunFolderOnDisk.write(run, config, TrainingListener.SILENT);
      ObjectNode of = RunFolderOnDisk.data(Report.html(run));

      assertThat(of.at("/curves/loss").size()).isEqualTo(STEPS.size());
      assertThat(of.has("lives")).isEqualTo(config.method() == Method.ADALORA);
      assertThat(of.path("matrices").isEmpty()).isEqualTo(config.method() == Method.HEAD);
    }
  }

  @Test
  void says_what_is_missing_or_damaged() throws IOException {
    Path run = temp.resolve("damaged");
    RunFolderOnDisk.write(run, TinyRun.CONFIG, TrainingListener.SILENT);
    String record = Files.readString(run.resolve("run.json"));

    for (String damage : List.of("{", "[]", "{}", record.replace("\"ranks\"", "\"rank\""))) {
      Files.writeString(run.resolve("run.json"), damage);
      assertThatThrownBy(() -> Report.html(run))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("run.json")
          .hasMessageNotContaining("\n");
    }
    Files.writeString(run.resolve("run.json"), record);
    Files.delete(run.resolve(RunHistory.FILE));
    assertThatThrownBy(() -> Report.html(run))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has no history.safetensors; give the folder that finetune wrote");
  }
}
