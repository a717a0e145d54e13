package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.ExpectedCondition;
import org.openqa.selenium.support.ui.WebDriverWait;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Headless Chromium, which keeps a record of what it prints and of every request that it makes.
final class Browser implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// Held, because a logger that nobody holds forgets its level.
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  private static final List<String> PLACES =
      List.of(
          "/usr/bin",
          "/usr/local/bin",
          "/usr/lib/chromium",
          "/usr/lib/chromium-browser",
          "/snap/bin",
          "/opt/homebrew/bin",
          "/Applications/Chromium.app/Contents/MacOS",
          "/Applications/Google Chrome.app/Contents/MacOS");

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /// Starts the Chromium of this machine with a profile of its own; skips the test where there is
  /// none.
  ///
  /// @param profile an empty folder
  static Browser start(Path profile) {
    Optional<File> chromium =
        find("chromium", "chromium-browser", "google-chrome", "Chromium", "Google Chrome");
    Optional<File> chromedriver = find("chromedriver");
    Assumptions.assumeTrue(
        chromium.isPresent() && chromedriver.isPresent(),
        "pages are not opened in a browser: needs chromium and chromedriver on the PATH"
            + " (Debian: apt-get install chromium chromium-driver)");
    SELENIUM.setLevel(Level.SEVERE);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.get());
    options.setCapability("goog:loggingPrefs", logs);
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        "--window-size=1100,900",
        "--hide-scrollbars", // which come and go with the size of a picture
        "--force-prefers-reduced-motion", // what gets the focus is on the screen at once
        "--user-data-dir=" + profile);
    ChromeDriverService service =
        new ChromeDriverService.Builder().usingDriverExecutable(chromedriver.get()).build();
    Browser browser = new Browser(new ChromeDriver(service, options));
    browser.open("about:blank"); // instead of a start page that loads this and that
    browser.requests();
    browser.console();
    return browser;
  }

  private static Optional<File> find(String... names) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(names)
        .flatMap(
            name ->
                Stream.concat(Stream.of(path.split(File.pathSeparator)), PLACES.stream())
                    .map(place -> Path.of(place, name)))
        .filter(Files::isExecutable)
        .map(Path::toFile)
        .findFirst();
  }

  void open(String address) {
    driver.get(address);
  }

  List<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  WebElement one(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  /// What a script returns, as JSON.
  JsonNode run(String script) {
    String text =
        (String) driver.executeScript("return JSON.stringify((() => {" + script + "})())");
    return JSON.readTree(text);
  }

  /// The points of a series of a chart, as the library that draws them holds them.
  JsonNode points(String chart, String series) {
    return run(
        """
        return echarts.getInstanceByDom(document.getElementById('chart-%s')).getOption().series
            .find((series) => series.name === '%s').data\
        """
            .formatted(chart, series));
  }

  /// The numbers in a column of such points.
  static List<Double> column(JsonNode points, int column) {
    List<Double> numbers = new ArrayList<>();
    points.forEach(point -> numbers.add(point.path(column).doubleValue()));
    return numbers;
  }

  void press(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /// Puts the pointer on the middle of something.
  void point(WebElement at) {
    new Actions(driver).moveToElement(at).perform();
  }

  /// Goes through everything that the Tab key reaches, from the top to the end of the page.
  ///
  /// @return of each its id, or else its tag
  List<String> tabThrough() {
    run("document.activeElement.blur(); window.passed = []; return 0");
    List<String> stops = new ArrayList<>();
    while (stops.size() < 500) {
      press(Keys.TAB);
      JsonNode stop =
          run(
              """
              const at = document.activeElement;
              const before = passed.at(-1);
              passed.push(at);
              const box = at.getBoundingClientRect();
              return { name: at.id || at.tagName.toLowerCase(), end: at === document.body,
                forwards: !before || Boolean(before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING),
                ring: getComputedStyle(at).outlineStyle !== 'none' && parseFloat(getComputedStyle(at).outlineWidth) > 0,
                seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight }\
              """);
      if (stop.path("end").booleanValue()) {
        return stops;
      }
      String name = stop.path("name").asString();
      assertThat(stop.path("forwards").booleanValue()).as("%s after %s", name, stops).isTrue();
      assertThat(stop.path("ring").booleanValue()).as("focus of %s can be seen", name).isTrue();
      assertThat(stop.path("seen").booleanValue()).as("%s is on the screen", name).isTrue();
      stops.add(name);
    }
    throw new AssertionError("the focus goes round and round: " + stops);
  }

  void darken(boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /// Makes the window as wide as that of a telephone.
  void narrow(int width) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", true));
  }

  void widen() {
    driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
  }

  /// What an element looks like, as a PNG file, however far it reaches beyond the window.
  byte[] picture(String selector) {
    JsonNode box =
        run(
            """
            const box = document.querySelector('%s').getBoundingClientRect();
            return { x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height }\
            """
                .formatted(selector));
    Map<String, Object> clip = new LinkedHashMap<>(Map.of("scale", 1));
    box.properties().forEach(side -> clip.put(side.getKey(), side.getValue().doubleValue()));
    Object png =
        driver
            .executeCdpCommand(
                "Page.captureScreenshot",
                Map.of("format", "png", "captureBeyondViewport", true, "clip", clip))
            .get("data");
    return Base64.getDecoder().decode((String) png);
  }

  /// The page on paper, as a PDF file.
  byte[] print() {
    Object pdf = driver.executeCdpCommand("Page.printToPDF", Map.of()).get("data");
    return Base64.getDecoder().decode((String) pdf);
  }

  <T> T await(String what, ExpectedCondition<T> condition) {
    return new WebDriverWait(driver, PATIENCE, Duration.ofMillis(50))
        .withMessage(what)
        .until(condition);
  }

  void await(String what, String script) {
    await(what, _ -> run("return Boolean(" + script + ")").booleanValue());
  }

  /// What the console of the page says, since this was asked last.
  List<String> console() {
    List<String> lines = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
      lines.add(entry.getLevel() + " " + entry.getMessage());
    }
    return lines;
  }

  /// The addresses of all requests, since this was asked last.
  List<String> requests() {
    List<String> addresses = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode message = JSON.readTree(entry.getMessage()).path("message");
      if (message.path("method").asString().equals("Network.requestWillBeSent")) {
        addresses.add(message.at("/params/request/url").asString());
      }
    }
    return addresses;
  }

  @Override
  public void close() {
    driver.quit();
  }
}
