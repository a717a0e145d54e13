package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The report that `finetune` leaves, opened from disk in a real browser.
class ReportInBrowserTest {
  private static final List<String> CHARTS =
      List.of(
          "summary",
          "loss",
          "rate",
          "components",
          "spectrum",
          "gram",
          "orthogonality",
          "smoothing",
          "importance",
          "scores",
          "schedule",
          "budget",
          "life",
          "ranks",
          "allocation");

  @TempDir private static Path temp;
  private static Browser browser;
  private static String address;
  private static final List<JsonNode> TRACE = new ArrayList<>();
  private static JsonNode record;
  private static List<String> console;
  private static List<String> requests;

  @BeforeAll
  static void train() throws IOException {
    browser = Browser.start(temp.resolve("profile"));
    TinyWorld world = new TinyWorld(temp);
    Path out = temp.resolve("out");
    Captured finetune = new Captured();
    // A run with all there is to draw, the penalty included.
    int status =
        finetune.run(
            world.finetune(out, "--preset", "penalized", "--epochs", 2, "--learning-rate", 2e-2));
    assertThat(status).as(finetune.err()).isZero();
    for (String line : Files.readAllLines(out.resolve("trace.jsonl"))) {
      TRACE.add(new JsonMapper().readTree(line));
    }
    record = new JsonMapper().readTree(Files.readString(out.resolve("run.json")));
    address = out.resolve("report.html").toUri().toString();
    browser.open(address);
    console = browser.console();
    requests = browser.requests();
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void open() {
    browser.open(address);
  }

  @Test
  void shows_every_section_with_its_formula_and_a_drawn_chart() {
    List<String> sections =
        browser.all("main > section").stream().map(s -> s.getDomAttribute("id")).toList();
    List<String> expected = new ArrayList<>(CHARTS);
    expected.add("graph");

    assertThat(sections).containsExactlyElementsOf(expected);
    assertThat(browser.all("nav a")).hasSameSizeAs(sections);
    for (String id : sections) {
      String section = "#" + id + " ";
      assertThat(browser.one(section + "h2").getText()).isNotBlank();
      assertThat(browser.one(section + ".caption").getText()).hasSizeGreaterThan(40);
      assertThat(browser.one(section + ".formula").getText()).isNotBlank();
      if (!id.equals("graph")) {
        assertThat(browser.one(section + ".note").getText()).as(id).isNotBlank();
      }
    }
    JsonNode blank =
        browser.run(
            """
            return [...document.querySelectorAll('.chart')].filter((chart) => {
              const canvas = chart.querySelector('canvas');
              return canvas ? !canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((v) => v)
                : chart.querySelectorAll('svg path').length < 3;
            }).map((chart) => chart.id)\
            """);
    assertThat(blank).isEmpty();
    assertThat(browser.all("#graph svg")).hasSize(1);
  }

  @Test
  void prints_nothing_to_the_console_and_asks_for_nothing() {
    assertThat(console).isEmpty();
    assertThat(requests).allMatch(url -> url.equals(address) || url.startsWith("data:"));
    assertThat(requests).contains(address);
    assertThat(browser.run("return performance.getEntriesByType('resource').map((e) => e.name)"))
        .allMatch(name -> name.asString().startsWith("data:"));
  }

  @Test
  void draws_the_numbers_of_the_trace() {
    JsonNode loss = browser.points("loss", "loss of the batch");
    JsonNode penalty = browser.points("loss", "penalty");
    JsonNode rate = browser.points("rate", "learning rate");
    JsonNode budget = browser.points("budget", "budget");
    JsonNode alive = browser.points("budget", "alive");
    assertThat(TRACE).hasSize(60);
    for (JsonNode points : List.of(loss, penalty, rate, budget, alive)) {
      assertThat(points).hasSameSizeAs(TRACE);
    }
    for (int t = 0; t < TRACE.size(); t++) {
      JsonNode step = TRACE.get(t);
      assertThat(loss.path(t).path(0).intValue()).isEqualTo(t);
      assertPoint(loss, t, step.path("loss"));
      assertPoint(penalty, t, step.path("orth_reg"));
      assertPoint(rate, t, step.path("learning_rate"));
      assertPoint(budget, t, step.path("budget"));
      assertPoint(alive, t, step.path("active_triplets"));
    }
  }

  private static void assertPoint(JsonNode points, int t, JsonNode value) {
    assertThat(points.path(t).path(1).floatValue()).as("step %d", t).isEqualTo(value.floatValue());
  }

  @Test
  void draws_the_ranks_and_the_scores_of_the_record() {
    JsonNode bars =
        browser.run(
            "return"
                + " echarts.getInstanceByDom(document.getElementById('chart-ranks')).getOption().series[0].data");
    List<Integer> ranks = new ArrayList<>();
    record.path("ranks").forEach(rank -> ranks.add(rank.intValue()));
    List<Integer> drawn = new ArrayList<>();
    bars.forEach(bar -> drawn.add(bar.intValue()));

    assertThat(drawn).isEqualTo(ranks);
    JsonNode held = browser.points("loss", "held-out loss");
    JsonNode evaluations = record.path("evaluations");
    assertThat(held).hasSameSizeAs(evaluations).hasSize(2);
    for (int i = 0; i < held.size(); i++) {
      assertThat(held.path(i).path(1).doubleValue())
          .isEqualTo(evaluations.path(i).path("loss").doubleValue());
    }
    double accuracy = record.at("/metrics/dev/accuracy").doubleValue();
    assertThat(
            Double.parseDouble(browser.one(".facts dd").getText().lines().findFirst().orElse("")))
        .isCloseTo(accuracy, within(5e-5));
  }

  @Test
  void names_every_chart_for_those_who_do_not_see_it_and_has_its_values_as_a_table() {
    assertThat(browser.all(".chart")).hasSize(CHARTS.size());
    for (String id : CHARTS) {
      WebElement chart = browser.one("#chart-" + id);
      assertThat(chart.getAriaRole()).isIn("img", "image");
      assertThat(chart.getAccessibleName()).as(id).hasSizeGreaterThan(30);
      String described = chart.getDomAttribute("aria-describedby");
      assertThat(browser.one("#" + described).getText()).isNotBlank();

      browser.run("document.querySelector('#%s summary').focus(); return 0".formatted(id));
      browser.press(Keys.ENTER);
      String table = "#" + id + " details table ";
      browser.await("table of " + id, "document.querySelector('" + table + "tbody td')");
      assertThat(browser.one(table + "caption").getText()).isNotBlank();
      assertThat(browser.all(table + "thead th[scope=col]")).hasSizeGreaterThan(1);
    }
    JsonNode rows =
        browser.run(
            "return [...document.querySelectorAll('#budget tbody tr')].map((row) =>"
                + " [...row.children].map((cell) => cell.textContent))");
    for (int t = 0; t < TRACE.size(); t++) {
      assertThat(rows.path(t).path(0).asString()).isEqualTo(String.valueOf(t));
      assertThat(rows.path(t).path(1).asString())
          .isEqualTo(TRACE.get(t).path("active_triplets").asString());
    }
    for (WebElement control : browser.all("select, input")) {
      assertThat(control.getAccessibleName()).isNotBlank();
    }
  }

  @Test
  void leads_the_keyboard_through_the_page_in_its_order() {
    List<String> stops = browser.tabThrough();

    assertThat(stops).startsWith("a", "a", "a").containsOnlyOnceElementsOf(charts());
    assertThat(stops.stream().filter(stop -> stop.startsWith("chart-")).toList())
        .isEqualTo(charts());
    assertThat(stops).containsSubsequence("choice-component", "chart-components", "summary");
  }

  private static List<String> charts() {
    return CHARTS.stream().map(id -> "chart-" + id).toList();
  }

  @Test
  void skips_to_the_pictures() {
    browser.press(Keys.TAB, Keys.ENTER);

    assertThat(browser.run("return document.activeElement.id").asString()).isEqualTo("main");
  }

  @Test
  void speaks_and_shows_the_values_that_arrow_keys_come_to() {
    for (String id : CHARTS) {
      browser.run("document.getElementById('chart-%s').focus(); return 0".formatted(id));
      browser.press(Keys.END);
      String last = browser.run("return document.getElementById('spoken').textContent").asString();
      browser.press(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_LEFT);
      String first = browser.run("return document.getElementById('spoken').textContent").asString();

      assertThat(first).as(id).isNotBlank().isNotEqualTo(last);
      browser.await("tooltip of " + id, tip(id));
    }
    browser.run("document.getElementById('chart-budget').focus(); return 0");
    browser.press(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    assertThat(browser.run("return document.getElementById('spoken').textContent").asString())
        .isEqualTo(
            "t 2, Alive %d, Budget %d"
                .formatted(
                    TRACE.get(2).path("active_triplets").intValue(),
                    TRACE.get(2).path("budget").intValue()));
  }

  @Test
  void shows_the_values_under_the_pointer() {
    browser.point(browser.one("#chart-loss"));
    browser.await("tooltip", tip("loss"));
    List<String> lines =
        browser.run("return " + tip("loss") + ".innerText").asString().lines().toList();

    String step = lines.stream().filter(line -> line.startsWith("step ")).findFirst().orElse("");
    int t = Integer.parseInt(step.substring("step ".length()));
    double loss = Double.parseDouble(lines.get(lines.indexOf("loss of the batch") + 1));
    double expected = TRACE.get(t).path("loss").doubleValue();
    assertThat(loss).isCloseTo(expected, within(1e-3 * expected));
  }

  /// The tooltip of a chart, if it is there to be seen.
  private static String tip(String chart) {
    return """
    [...document.querySelectorAll('#chart-%s > div:not(:first-child)')]
        .find((tip) => tip.innerText.length > 2 && getComputedStyle(tip).visibility !== 'hidden')\
    """
        .formatted(chart);
  }

  @Test
  void can_be_read_in_light_and_dark() {
    for (boolean dark : new boolean[] {false, true}) {
      browser.darken(dark);
      JsonNode contrasts =
          browser.run(
              """
              const channel = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
              const light = (name) => {
                const hex = getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
                const [r, g, b] = [1, 3, 5].map((at) => channel(parseInt(hex.slice(at, at + 2), 16)));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
              return { text: Math.min(...['text', 'soft', 'link'].flatMap((on) => ['ground', 'raised'].map((under) => contrast(on, under)))),
                lines: Math.min(...['c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map((on) => contrast(on, 'ground'))),
                ground: light('ground') }\
              """);
      assertThat(contrasts.path("ground").doubleValue() < 0.1).isEqualTo(dark);
      assertThat(contrasts.path("text").doubleValue()).isGreaterThan(4.5);
      assertThat(contrasts.path("lines").doubleValue()).isGreaterThan(3);
    }
    browser.darken(false);
  }

  @Test
  void can_be_printed() {
    double before = browser.run("return document.body.scrollHeight").doubleValue();

    byte[] pdf = browser.print();
    assertThat(new String(pdf, 0, 5, StandardCharsets.US_ASCII)).isEqualTo("%PDF-");
    assertThat(pdf.length).isGreaterThan(50_000);
    assertThat(browser.run("return document.body.scrollHeight").doubleValue())
        .as("it looks afterwards as before")
        .isEqualTo(before);
  }

  @Test
  void has_no_room_to_scroll_sideways_on_a_telephone() {
    browser.narrow(390);
    try {
      browser.open(address);
      assertThat(browser.run("return document.documentElement.scrollWidth").intValue())
          .isLessThanOrEqualTo(390);
    } finally {
      browser.widen();
    }
  }
}
