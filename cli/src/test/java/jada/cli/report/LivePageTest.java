package jada.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.SvdLinear;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;
import jada.adalora.testing.TinyRun;
import jada.adalora.training.Checkpoint;
import jada.adalora.training.FineTuner;
import jada.adalora.training.TrainingListener;
import jada.adalora.training.TrainingListener.StepReport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class LivePageTest {
  private static final int HALF = 9;

  @TempDir private Path temp;
  private final HttpClient client = HttpClient.newHttpClient();
  private final AdaptedModel model = TinyRun.model(TinyRun.CONFIG);
  private final CompletableFuture<URI> address = new CompletableFuture<>();
  private final LivePage page = new LivePage(model, "a <run>", address::complete);
  private final List<StepReport> steps = new ArrayList<>();
  private final CountDownLatch half = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private Thread training;

  /// Trains on a thread of its own and waits in the middle of the run.
  @BeforeEach
  void trainToTheMiddle() throws InterruptedException {
    TrainingListener pause =
        new TrainingListener() {
          @Override
          public void stepped(StepReport report) {
            steps.add(report);
            if (steps.size() == HALF) {
              half.countDown();
              await(goOn);
            }
          }
        };
    training =
        Thread.ofPlatform()
            .start(
                () ->
                    FineTuner.of(model)
                        .options(TinyRun.OPTIONS)
                        .listener(page)
                        .listener(pause)
                        .run(TinyRun.TRAIN, TinyRun.DEV));
    half.await();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void trainToTheEnd() throws InterruptedException {
    goOn.countDown();
    training.join();
  }

  @AfterEach
  void close() throws InterruptedException {
    trainToTheEnd();
    page.close();
    client.close();
  }

  private HttpResponse<String> get(URI uri) throws Exception {
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private URI at(String path) {
    return address.join().resolve(path);
  }

  /// What a browser would keep after all events: lists grow with `more` and begin anew with `all`.
  private static final class Reader {
    final List<Float> losses = new ArrayList<>();
    final Map<Integer, Integer> turns = new TreeMap<>();
    final List<String> names = new ArrayList<>();
    JsonNode last;

    void read(Stream<String> lines, int events) {
      String[] name = {""};
      lines
          .takeWhile(
              line -> {
                if (line.startsWith("event: ")) {
                  name[0] = line.substring("event: ".length());
                } else if (line.startsWith("data: ")) {
                  event(name[0], new JsonMapper().readTree(line.substring("data: ".length())));
                }
                return names.size() < events;
              })
          .forEach(_ -> {});
    }

    private void event(String name, JsonNode data) {
      names.add(name);
      if (name.equals("all")) {
        losses.clear();
        turns.clear();
      }
      data.at("/curves/loss").forEach(loss -> losses.add(loss.floatValue()));
      data.path("turns").forEach(turn -> turns.merge(turn.path(0).intValue(), 1, Integer::sum));
      last = data;
    }
  }

  private Stream<String> events() throws Exception {
    return events(at("events"));
  }

  private Stream<String> events(URI uri) throws Exception {
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofLines()).body();
  }

  private List<Float> losses(int count) {
    return steps.stream().limit(count).map(step -> (float) step.loss()).toList();
  }

  @Test
  void sends_the_page_with_headers_that_keep_it_private() throws Exception {
    HttpResponse<String> answer = get(at(""));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("<title>a &lt;run></title>").contains("\"live\":true");
    Map<String, List<String>> headers = answer.headers().map();
    assertThat(headers)
        .containsEntry("cache-control", List.of("no-store"))
        .containsEntry("x-content-type-options", List.of("nosniff"))
        .containsEntry("referrer-policy", List.of("no-referrer"))
        .containsEntry("cross-origin-resource-policy", List.of("same-origin"))
        .doesNotContainKey("access-control-allow-origin");
    assertThat(headers.get("content-security-policy").getFirst())
        .startsWith("default-src 'none'; connect-src 'self'; script-src 'sha256-")
        .endsWith("frame-ancestors 'none'");
  }

  @Test
  void listens_to_the_loopback_address_alone() throws Exception {
    assertThat(InetAddress.getByName(address.join().getHost()).isLoopbackAddress()).isTrue();
    for (var network : NetworkInterface.networkInterfaces().toList()) {
      for (var other : network.inetAddresses().filter(a -> !a.isLoopbackAddress()).toList()) {
        assertThatThrownBy(() -> new Socket(other, address.join().getPort()).close())
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void tells_nothing_to_who_does_not_know_the_token() throws Exception {
    URI own = address.join();
    String token = own.getPath().substring(1, own.getPath().length() - 1);
    assertThat(token).matches("[0-9a-f]{32}");
    String nearly = token.substring(0, 31) + (token.endsWith("0") ? "1" : "0");

    for (String path :
        List.of("/", "/events", "/" + nearly + "/", "/" + token, "//" + token + "/")) {
      HttpResponse<String> answer = get(URI.create("http://" + own.getAuthority() + path));
      assertThat(answer.statusCode()).as(path).isEqualTo(404);
      assertThat(answer.body()).isEqualTo("There is nothing here.\n");
    }
    assertThat(get(at("other")).statusCode()).isEqualTo(404);
    assertThat(get(at("report.html")).statusCode()).as("before the end").isEqualTo(404);
  }

  @Test
  void answers_nothing_but_get() throws Exception {
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "PATCH")) {
      HttpRequest request =
          HttpRequest.newBuilder(at("events"))
              .method(method, BodyPublishers.ofString("stop"))
              .build();
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(method).isEqualTo(405);
      assertThat(answer.headers().firstValue("allow")).contains("GET");
    }
  }

  @Test
  void refuses_requests_in_the_name_of_another_host() throws Exception {
    int port = address.join().getPort();
    String path = address.join().getPath();

    for (String host : List.of("Host: evil.example:" + port, "Host: 127.0.0.1", "X: y")) {
      assertThat(raw("GET " + path + " HTTP/1.1\r\n" + host + "\r\nConnection: close\r\n\r\n"))
          .as(host)
          .startsWith("HTTP/1.1 4")
          .doesNotContain("<html");
    }
    assertThat(
            raw(
                "GET %s HTTP/1.1\r\nHost: evil.example:%d\r\nConnection: close\r\n\r\n"
                    .formatted(path, port)))
        .startsWith("HTTP/1.1 403 ");
    assertThat(
            raw(
                "GET %s HTTP/1.1\r\nHost: LOCALHOST:%d\r\nConnection: close\r\n\r\n"
                    .formatted(path, port)))
        .startsWith("HTTP/1.1 200 ");
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(address.join().getHost(), address.join().getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void tells_every_reader_all_numbers_of_the_run_whenever_it_comes() throws Exception {
    List<CompletableFuture<Reader>> readers = new ArrayList<>();
    CountDownLatch begun = new CountDownLatch(20);
    for (int i = 0; i < 20; i++) {
      CompletableFuture<Reader> result = new CompletableFuture<>();
      readers.add(result);
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  Reader reader = new Reader();
                  Stream<String> lines = events();
                  begun.countDown();
                  reader.read(lines, Integer.MAX_VALUE);
                  result.complete(reader);
                } catch (Exception e) {
                  result.completeExceptionally(e);
                }
              });
    }
    begun.await();
    trainToTheEnd();
    page.ended("finished", Optional.empty());

    for (CompletableFuture<Reader> result : readers) {
      Reader reader = result.join();
      assertThat(reader.names).startsWith("all").endsWith("end");
      assertThat(reader.losses).isEqualTo(losses(18));
      assertThat(reader.last.path("status").asString()).isEqualTo("finished");
      assertThatLivesAreThoseOf(model, reader);
    }
  }

  @Test
  void begins_anew_for_a_reader_that_comes_back() throws Exception {
    Reader reader = new Reader();
    try (Stream<String> lines = events()) {
      reader.read(lines, 1);
    }
    assertThat(reader.names).containsExactly("all");
    assertThat(reader.losses).isEqualTo(losses(HALF));
    assertThat(reader.last.path("done").intValue()).isEqualTo(HALF);
    assertThat(reader.last.at("/evaluations/0/step").intValue()).isEqualTo(6);

    try (Stream<String> lines = events()) {
      reader.read(lines, 2);
    }
    assertThat(reader.names).containsExactly("all", "all");
    assertThat(reader.losses).isEqualTo(losses(HALF));
  }

  @Test
  void waits_for_no_reader_that_is_stuck() throws Exception {
    List<Socket> stuck = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Socket socket = new Socket();
      socket.setReceiveBufferSize(1024);
      socket.connect(new InetSocketAddress(address.join().getHost(), address.join().getPort()));
      String path = address.join().getPath() + (i % 2 == 0 ? "events" : "");
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n"
                  .formatted(path, address.join().getAuthority())
                  .getBytes(StandardCharsets.US_ASCII));
      stuck.add(socket);
    }
    assertThat(get(at("")).statusCode()).as("others are served").isEqualTo(200);

    trainToTheEnd();
    // Each keeps more than fits into any buffer on the way.
    for (int i = 0; i < 200_000; i++) {
      page.evaluated(new Evaluation(18, 0.5, Map.of("accuracy", 0.5)));
    }
    long begun = System.nanoTime();
    for (int i = 0; i < 1000; i++) {
      page.stepped(steps.getLast());
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
    page.ended("finished", Optional.empty());
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
    for (Socket socket : stuck) {
      socket.close();
    }
  }

  @Test
  void hands_its_report_to_the_readers_that_are_there_and_ends() throws Exception {
    Path report = Files.writeString(temp.resolve("report.html"), "<p>the report</p>");
    CompletableFuture<String> fetched = new CompletableFuture<>();
    Stream<String> lines = events();
    Thread.ofVirtual()
        .start(
            () -> {
              Reader reader = new Reader();
              reader.read(lines, Integer.MAX_VALUE);
              try {
                fetched.complete(get(at("report.html")).body() + reader.last.path("place"));
              } catch (Exception e) {
                fetched.completeExceptionally(e);
              }
            });
    trainToTheEnd();
    long begun = System.nanoTime();
    page.ended("finished", Optional.of(report));

    assertThat(fetched.join()).contains("<p>the report</p>").contains(report.toString());
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
    assertThatThrownBy(() -> get(at(""))).isInstanceOf(IOException.class);
  }

  @Test
  void shows_what_was_before_the_checkpoint_from_which_a_run_goes_on() throws Exception {
    trainToTheEnd();
    Path checkpoints = temp.resolve("checkpoints");
    AdaptedModel first = TinyRun.model(TinyRun.CONFIG);
    int[] done = {0};
    FineTuner.of(first)
        .options(TinyRun.OPTIONS)
        .checkpoints(checkpoints, 0)
        .listener(new Recorder(first))
        .stopWhen(() -> ++done[0] == 11)
        .run(TinyRun.TRAIN, TinyRun.DEV);
    AdaptedModel second = TinyRun.model(TinyRun.CONFIG);
    CompletableFuture<URI> place = new CompletableFuture<>();
    try (LivePage again = new LivePage(second, "again", place::complete)) {
      FineTuner.of(second)
          .options(TinyRun.OPTIONS)
          .listener(again)
          .resume(Checkpoint.latest(checkpoints))
          .run(TinyRun.TRAIN, TinyRun.DEV);
      Reader reader = new Reader();
      try (Stream<String> lines = events(place.join().resolve("events"))) {
        reader.read(lines, 1);
      }

      assertThat(reader.losses).isEqualTo(losses(18));
      assertThat(reader.last.path("done").intValue()).isEqualTo(18);
      assertThat(reader.last.path("evaluations")).hasSize(3);
      assertThatLivesAreThoseOf(second, reader);
    }
  }

  private static void assertThatLivesAreThoseOf(AdaptedModel model, Reader reader) {
    for (int m = 0; m < model.svdAdapters().size(); m++) {
      SvdLinear adapter = model.svdAdapters().get(m);
      for (int i = 0; i < 4; i++) {
        boolean alive = reader.turns.getOrDefault(m * 4 + i, 0) % 2 == 0;
        assertThat(alive).isEqualTo(adapter.survivors().get(i));
      }
    }
  }
}
