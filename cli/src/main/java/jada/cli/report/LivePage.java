package jada.cli.report;

import jada.adalora.JudgedTriplets;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Evaluation;
import jada.adalora.training.TrainingListener;
import jada.nn.files.InputException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/// A page for browsers on this machine that draws a run while it goes on: loss, learning rate,
/// budget, ranks, and the life of every triplet, with the charts of the report.
///
///     try (var live = new LivePage(adapted, "My run", uri -> System.out.println(uri))) {
///       FineTuner.of(adapted).listener(live).run(train, dev);
///       live.ended("finished", Optional.empty());
///     }
///
/// Listening costs the run microseconds per step. Pages may connect, disconnect and be slow: each
/// gets an update once a second from a thread of its own, and the run never waits for them. The
/// page is read-only, and its address holds a random token.
public final class LivePage implements TrainingListener, AutoCloseable {
  private final AdaptedModel model;
  private final String title;
  private final Consumer<URI> opened;
  private Optional<LiveFeed> feed = Optional.empty();
  private Optional<LiveServer> server = Optional.empty();

  /// A page about the next run of this model.
  ///
  /// @param title of the page, plain text
  /// @param opened receives the address of the page when the run begins
  public LivePage(AdaptedModel model, String title, Consumer<URI> opened) {
    this.model = model;
    this.title = title;
    this.opened = opened;
  }

  /// Opens the page.
  ///
  /// @throws InputException if the loopback address cannot be listened to
  @Override
  public void started(RunPlan plan) {
    RunShape shape = RunShape.of(model, plan);
    LiveFeed growing = new LiveFeed(shape);
    ObjectNode data = RunData.plan(shape);
    data.put("live", true);
    data.putObject("task").put("kind", model.task().type().name());
    try {
      LiveServer serving = LiveServer.start(Page.listening(title, data), growing);
      feed = Optional.of(growing);
      server = Optional.of(serving);
      opened.accept(serving.address());
    } catch (IOException e) {
      throw new InputException(
          "live: no page can be served on this machine (%s); go without it"
              .formatted(e.getMessage()),
          e);
    }
  }

  @Override
  public void resumed(Resumption from) {
    feed.ifPresent(f -> f.resumed(from));
  }

  @Override
  public void judged(int step, List<JudgedTriplets> triplets) {
    feed.ifPresent(f -> f.judged(step, triplets));
  }

  @Override
  public void stepped(StepReport report) {
    feed.ifPresent(f -> f.stepped(report));
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    feed.ifPresent(f -> f.evaluated(evaluation));
  }

  /// Tells the open pages that the run is over and sends them its report. Takes at most some
  /// seconds, even if they are slow.
  ///
  /// @param status the end of the run: finished, interrupted, diverged
  /// @param report the file that [Report] has written; empty if there is none
  public void ended(String status, Optional<Path> report) {
    Optional<byte[]> content = report.flatMap(LivePage::read);
    Optional<String> place = report.map(file -> file.toAbsolutePath().normalize().toString());
    server.ifPresent(s -> s.end(status, place, content));
    close();
  }

  /// A page can do without the copy: it names the file.
  private static Optional<byte[]> read(Path file) {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// Closes the page; a browser that shows it reports that the run is gone.
  @Override
  public void close() {
    server.ifPresent(LiveServer::close);
    server = Optional.empty();
  }
}
