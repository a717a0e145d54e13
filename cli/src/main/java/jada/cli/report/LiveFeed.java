package jada.cli.report;

import jada.adalora.JudgedTriplets;
import jada.adalora.model.Evaluation;
import jada.adalora.training.TrainingListener.Resumption;
import jada.adalora.training.TrainingListener.StepReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The data of the live page, growing during the run.
///
/// The training thread adds a few numbers per step and holds the lock only to copy some references.
/// Readers fetch all that is new to them at their own pace, so nothing is queued for slow ones.
final class LiveFeed {
  /// The part of the feed that a reader has.
  ///
  /// @param curves rows of the curves
  /// @param samples samples of the triplets
  /// @param turns deaths and revivals
  /// @param evaluations scores on the held-out examples
  /// @param steps optimizer steps done
  record Seen(int curves, int samples, int turns, int evaluations, int steps) {
    static final Seen NOTHING = new Seen(0, 0, 0, 0, -1);
  }

  /// The triplet that died or came back, and the sample in which that was seen first.
  private record Turn(int triplet, int sample) {}

  private final RunShape shape;
  private final Table curves = new Table(RunHistory.CURVE_COLUMNS);
  private final List<Integer> samples = new ArrayList<>();
  private final List<Turn> turns = new ArrayList<>();
  private final List<Evaluation> evaluations = new ArrayList<>();
  private final int[] ranks;
  private BitSet alive = new BitSet();
  private int steps;
  private long tokens;
  private long nanos;

  LiveFeed(RunShape shape) {
    this.shape = shape;
    ranks = new int[shape.modules().size()];
    alive.set(0, shape.triplets());
    count();
  }

  synchronized void judged(int step, List<JudgedTriplets> triplets) {
    if (!triplets.isEmpty() && shape.keepsTriplets(step)) {
      sample(step, shape.living(triplets));
    }
  }

  private void sample(int step, BitSet living) {
    BitSet changed = (BitSet) living.clone();
    changed.xor(alive);
    changed.stream().forEach(i -> turns.add(new Turn(i, samples.size())));
    samples.add(step);
    alive = living;
    count();
  }

  private void count() {
    for (int m = 0; m < ranks.length; m++) {
      ranks[m] = alive.get(m * shape.rank(), (m + 1) * shape.rank()).cardinality();
    }
  }

  synchronized void stepped(StepReport report) {
    if (shape.curves().takes(report.step())) {
      curves.add(RunHistory.curve(report));
    }
    steps = report.step() + 1;
    tokens += report.tokens();
    nanos += report.nanos();
  }

  synchronized void evaluated(Evaluation evaluation) {
    evaluations.add(evaluation);
  }

  /// Begins with what was kept before the checkpoint from which the run goes on.
  synchronized void resumed(Resumption from) {
    steps = from.steps();
    tokens = from.tokens();
    nanos = from.nanos();
    evaluations.addAll(from.evaluations());
    from.checkpoint().file(RunHistory.FILE).map(RunHistory::read).ifPresent(this::restore);
  }

  private void restore(RunHistory before) {
    curves.addAll(Table.of(before.tensor(RunHistory.CURVES)));
    for (int s = 0; s < before.samples(); s++) {
      BitSet living = new BitSet();
      for (int i = 0; i < shape.triplets(); i++) {
        living.set(i, before.alive(s, i));
      }
      sample(before.step(s), living);
    }
  }

  /// What is new to a reader, and its position afterwards.
  ///
  /// @param steps done
  /// @param tokens trained on
  /// @param seconds that the steps took
  record News(
      Seen seen,
      Table curves,
      List<Integer> samples,
      List<Turn> turns,
      List<Evaluation> evaluations,
      List<Integer> ranks,
      int steps,
      long tokens,
      double seconds) {
    /// As the page takes it.
    ObjectNode json() {
      ObjectNode news = JsonNodeFactory.instance.objectNode();
      news.put("done", steps).put("tokens", tokens).put("seconds", seconds);
      news.set("curves", RunData.curves(curves.matrix()));
      samples.forEach(news.putArray("samples")::add);
      ArrayNode lives = news.putArray("turns");
      turns.forEach(turn -> lives.addArray().add(turn.triplet()).add(turn.sample()));
      ranks.forEach(news.putArray("ranks")::add);
      ArrayNode scores = news.putArray("evaluations");
      for (Evaluation evaluation : evaluations) {
        scores
            .addObject()
            .put("step", evaluation.step())
            .put("loss", evaluation.loss())
            .put("metric", evaluation.mainMetric())
            .put("value", evaluation.main());
      }
      return news;
    }
  }

  /// What is new since the last visit of a reader.
  synchronized News since(Seen seen) {
    Seen now = new Seen(curves.size(), samples.size(), turns.size(), evaluations.size(), steps);
    return new News(
        now,
        curves.from(seen.curves()),
        List.copyOf(samples.subList(seen.samples(), now.samples())),
        List.copyOf(turns.subList(seen.turns(), now.turns())),
        List.copyOf(evaluations.subList(seen.evaluations(), now.evaluations())),
        Arrays.stream(ranks).boxed().toList(),
        steps,
        tokens,
        nanos / 1e9);
  }
}
