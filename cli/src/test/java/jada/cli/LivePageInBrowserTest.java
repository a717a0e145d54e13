package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `finetune --live`, watched in a real browser from its beginning to its end.
class LivePageInBrowserTest {
  private static final Pattern ADDRESS = Pattern.compile("live page: (http://\\S+/)");

  private static final int EPOCHS = 50;

  @TempDir private Path temp;

  @Test
  void draws_the_run_as_it_goes_and_leads_to_its_report() throws Exception {
    try (Browser browser = Browser.start(temp.resolve("profile"))) {
      Path out = temp.resolve("out");
      Captured finetune = new Captured().heldAfter("dev after step 300:");
      CompletableFuture<Integer> run = train(finetune, out);
      String address = address(finetune, run);
      browser.open(address);

      List<String> sections =
          browser.all("main > section").stream().map(s -> s.getDomAttribute("id")).toList();
      assertThat(sections)
          .containsExactly("loss", "rate", "schedule", "budget", "life", "ranks", "allocation");
      browser.await("the first steps", "curves.loss.length > 5");
      assertThat(run).as("the page is there while the run goes on").isNotDone();
      browser.await("the run at its halt", "curves.loss.length >= 300");
      int early = browser.run("return curves.loss.length").intValue();
      finetune.letPass();
      browser.await("more steps", "curves.loss.length > " + early);
      browser.await("a chart that grows", drawn("loss", 0) + " > 5");
      assertThat(browser.one("#now").getText()).contains("Step", "of 1,500", "tokens/s");

      assertThat(run.get()).as(finetune.err()).isZero();
      browser.await("the end", "document.getElementById('report')");
      assertThat(browser.one("#status").getText())
          .contains("The run has finished.")
          .contains(out.resolve("report.html").toString());
      assertThatChartsHoldTheTrace(browser, out);
      assertThat(browser.console()).isEmpty();
      assertThat(browser.requests())
          .contains(address, address + "events", address + "report.html")
          .allMatch(url -> url.startsWith(address) || url.startsWith("data:"));

      // The server is gone by now; the report is in the page.
      browser.one("#report").click();
      browser.await("the report", "document.getElementById('summary')");
      assertThat(browser.all("main > section")).hasSize(16);
      assertThat(browser.console()).isEmpty();
      assertThat(browser.requests())
          .allMatch(url -> url.startsWith("blob:") || url.startsWith("data:"));
    }
  }

  private CompletableFuture<Integer> train(Captured finetune, Path out) {
    TinyWorld world = new TinyWorld(temp);
    Object[] arguments = world.finetune(out, "--live", "--epochs", EPOCHS, "--learning-rate", 2e-3);
    CompletableFuture<Integer> status = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                status.complete(finetune.run(arguments));
              } catch (RuntimeException | Error e) {
                status.completeExceptionally(e);
              }
            });
    return status;
  }

  private static String address(Captured finetune, CompletableFuture<Integer> run)
      throws InterruptedException {
    while (true) {
      Matcher line = ADDRESS.matcher(finetune.err());
      if (line.find()) {
        return line.group(1);
      }
      assertThat(run).as(finetune.err()).isNotDone();
      Thread.sleep(20);
    }
  }

  private static String drawn(String chart, int series) {
    return "echarts.getInstanceByDom(document.getElementById('chart-%s')).getOption().series[%d].data.length"
        .formatted(chart, series);
  }

  private static void assertThatChartsHoldTheTrace(Browser browser, Path out) throws Exception {
    List<JsonNode> trace = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("trace.jsonl"))) {
      trace.add(new JsonMapper().readTree(line));
    }
    assertThat(trace).hasSize(EPOCHS * 300 / 10);
    browser.run("stale.forEach((id) => draw(id, true)); return 0");
    JsonNode loss = browser.points("loss", "loss of the batch");
    JsonNode rate = browser.points("rate", "learning rate");
    JsonNode alive = browser.points("budget", "alive");
    assertThat(loss).hasSameSizeAs(trace);
    for (int i = 0; i < loss.size(); i++) {
      JsonNode step = trace.get(loss.path(i).path(0).intValue());
      assertThat(loss.path(i).path(1).floatValue()).isEqualTo(step.path("loss").floatValue());
      assertThat(rate.path(i).path(1).floatValue())
          .isEqualTo(step.path("learning_rate").floatValue());
      assertThat(alive.path(i).path(1).intValue())
          .isEqualTo(step.path("active_triplets").intValue());
    }
    JsonNode record = new JsonMapper().readTree(Files.readString(out.resolve("run.json")));
    assertThat(browser.run("return run.ranks")).isEqualTo(record.path("ranks"));
    assertThat(browser.run("return run.lives.turns.filter((of) => of.length % 2 === 0).length"))
        .isEqualTo(record.at("/budget/alive"));
  }
}
