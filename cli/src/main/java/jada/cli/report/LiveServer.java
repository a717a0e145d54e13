package jada.cli.report;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jada.cli.report.LiveFeed.News;
import jada.cli.report.LiveFeed.Seen;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Serves the live page of one run to browsers on this machine, and to nobody else:
///
/// | path | answer |
/// |---|---|
/// | `/TOKEN/` | the page |
/// | `/TOKEN/events` | server-sent events: `all` with everything so far, `more` with what is new, at the end `end` |
/// | `/TOKEN/report.html` | the report, once the run has ended |
///
/// It listens on the loopback address alone. Nothing can be changed through it: only GET is
/// answered. Without the token, 128 random bits, every request is refused, and a request in the
/// name of another host is refused, so that no web page can reach it through a name of its own that
/// points to this machine.
///
/// Every request has a virtual thread. A slow reader blocks that thread and nothing else.
final class LiveServer implements AutoCloseable {
  /// More frequent updates would not be visible.
  private static final Duration PACE = Duration.ofSeconds(1);

  /// A heartbeat after so many rounds without news, which also detects readers that are gone.
  private static final int QUIET_TURNS = 10;

  /// The largest number of readers at a time; more are refused.
  private static final int MOST_READERS = 64;

  /// The longest time that readers can delay the end of the process.
  private static final Duration FAREWELL = Duration.ofSeconds(3);

  private static final int TOKEN_BYTES = 16;

  /// What is embedded elsewhere could be clicked without being seen.
  private static final String UNFRAMED = "frame-ancestors 'none'";

  private static final String HTML = "text/html; charset=utf-8";

  /// The last event for readers.
  ///
  /// @param event what has come of the run, as JSON
  /// @param report the page that can be fetched then
  private record End(String event, Optional<byte[]> report) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore readers = new Semaphore(MOST_READERS);
  private final Semaphore fetched = new Semaphore(0);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final byte[] token;
  private final Page.Document page;
  private final LiveFeed feed;
  private volatile Optional<End> end = Optional.empty();

  private LiveServer(HttpServer server, Page.Document page, LiveFeed feed) {
    this.server = server;
    this.page = page;
    this.feed = feed;
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    token = HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII);
  }

  /// A server at a free port.
  ///
  /// @throws IOException if the loopback address cannot be listened to
  static LiveServer start(Page.Document page, LiveFeed feed) throws IOException {
    InetSocketAddress place = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    LiveServer live = new LiveServer(HttpServer.create(place, 0), page, feed);
    live.server.createContext("/", live::handle);
    live.server.setExecutor(live.threads);
    live.server.start();
    return live;
  }

  /// Where the page is, with the token.
  URI address() {
    String secret = new String(token, StandardCharsets.US_ASCII);
    return URI.create("http://%s/%s/".formatted(authority(), secret));
  }

  private String authority() {
    String host = server.getAddress().getAddress().getHostAddress();
    String literal = host.contains(":") ? "[" + host + "]" : host;
    return literal + ":" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Headers headers = exchange.getResponseHeaders();
      headers.set("Cache-Control", "no-store");
      headers.set("X-Content-Type-Options", "nosniff");
      headers.set("Referrer-Policy", "no-referrer");
      headers.set("Cross-Origin-Resource-Policy", "same-origin");
      headers.set("Content-Security-Policy", "default-src 'none'; " + UNFRAMED);
      if (!isForThisHost(exchange)) {
        refuse(exchange, 403, "This address is served under its own name only.");
        return;
      }
      String path = exchange.getRequestURI().getRawPath();
      Optional<String> resource = behindToken(path == null ? "" : path);
      if (resource.isEmpty()) {
        refuse(exchange, 404, "There is nothing here.");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        headers.set("Allow", "GET");
        refuse(exchange, 405, "Pages are read here, nothing else.");
      } else {
        answer(exchange, resource.get());
      }
    }
  }

  private void answer(HttpExchange exchange, String resource) throws IOException {
    Optional<byte[]> report = end.flatMap(End::report);
    Headers headers = exchange.getResponseHeaders();
    if (resource.isEmpty()) {
      headers.set("Content-Security-Policy", page.policy() + "; " + UNFRAMED);
      send(exchange, 200, HTML, page.html().getBytes(StandardCharsets.UTF_8));
    } else if (resource.equals("events")) {
      events(exchange);
    } else if (resource.equals("report.html") && report.isPresent()) {
      headers.set("Content-Security-Policy", UNFRAMED); // the rest of its policy is in it
      send(exchange, 200, HTML, report.get());
      fetched.release();
    } else {
      refuse(exchange, 404, "There is nothing here.");
    }
  }

  private boolean isForThisHost(HttpExchange exchange) {
    List<String> hosts = exchange.getRequestHeaders().getOrDefault("Host", List.of());
    if (hosts.size() != 1) {
      return false;
    }
    String host = hosts.getFirst().toLowerCase(Locale.ROOT);
    return host.equals(authority()) || host.equals("localhost:" + server.getAddress().getPort());
  }

  /// What comes after `/TOKEN/`; nothing if that is not what the path begins with.
  private Optional<String> behindToken(String path) {
    int slash = path.indexOf('/', 1);
    if (slash < 0) {
      return Optional.empty();
    }
    // Takes as long for a token that is nearly right.
    byte[] given = path.substring(1, slash).getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(given, token)
        ? Optional.of(path.substring(slash + 1))
        : Optional.empty();
  }

  private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
    byte[] text = (why + "\n").getBytes(StandardCharsets.UTF_8);
    send(exchange, status, "text/plain; charset=utf-8", text);
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private void events(HttpExchange exchange) throws IOException {
    if (!readers.tryAcquire()) {
      exchange.getResponseHeaders().set("Retry-After", "10");
      refuse(exchange, 503, "Too many pages are open; close some.");
      return;
    }
    try {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = exchange.getResponseBody()) {
        tell(out);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      readers.release();
    }
  }

  private void tell(OutputStream out) throws IOException, InterruptedException {
    write(out, "retry: 1000\n");
    Seen seen = Seen.NOTHING;
    int quiet = 0;
    boolean over = isOver(Duration.ZERO);
    while (true) {
      News news = feed.since(seen);
      if (!news.seen().equals(seen)) {
        event(out, seen.equals(Seen.NOTHING) ? "all" : "more", news.json().toString());
        seen = news.seen();
        quiet = 0;
      } else if (++quiet % QUIET_TURNS == 0) {
        write(out, ":\n\n");
      }
      if (over) {
        event(out, "end", end.orElseThrow().event());
        return;
      }
      over = isOver(PACE);
    }
  }

  private boolean isOver(Duration patience) throws InterruptedException {
    return ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void event(OutputStream out, String name, String json) throws IOException {
    write(out, "event: " + name + "\ndata: " + json + "\n\n");
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /// Tells all readers that the run is over, and gives those that are there some time to fetch the
  /// report, with which they need no server any more.
  ///
  /// @param status what has become of the run, for people
  /// @param place of the report, for people; empty if there is none
  void end(String status, Optional<String> place, Optional<byte[]> report) {
    ObjectNode event = JsonNodeFactory.instance.objectNode().put("status", status);
    event.put("fetch", report.isPresent());
    place.ifPresent(p -> event.put("place", p));
    end = Optional.of(new End(event.toString(), report));
    int open = MOST_READERS - readers.availablePermits();
    ended.countDown();
    try {
      if (report.isPresent()) {
        fetched.tryAcquire(open, FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
      } else {
        readers.tryAcquire(MOST_READERS, FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends all connections.
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
