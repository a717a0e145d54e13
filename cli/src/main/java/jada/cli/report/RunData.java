package jada.cli.report;

import jada.adalora.BudgetSchedule;
import jada.adalora.BudgetUnit;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The data of the page's charts of a run, as JSON. The curves have all digits, so that they equal
/// the trace; numbers that are only drawn have four.
///
/// @param history what was kept of the run
record RunData(RunHistory history) {
  /// The largest number of values of each kind, which bounds the size of the page.
  private static final int NUMBERS = 30_000;

  private static final int MOST_MOMENTS = 9;

  /// Triplets whose sensitivities are shown step by step.
  private static final int FOLLOWED = 6;

  private static final List<String> CURVES =
      List.of("t", "loss", "penalty", "rate", "budget", "alive");

  /// What is known before the first step: the shape of the run.
  static ObjectNode plan(RunShape shape) {
    ObjectNode plan = JsonNodeFactory.instance.objectNode();
    plan.put("steps", shape.steps());
    plan.put("rank", shape.rank());
    plan.put("beta", shape.beta());
    plan.put("countsTriplets", shape.unit() == BudgetUnit.TRIPLETS);
    shape.modules().forEach(plan.putArray("modules")::add);
    shape.schedule().ifPresent(s -> plan.set("schedule", schedule(s)));
    return plan;
  }

  private static ObjectNode schedule(BudgetSchedule s) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("tinit", s.tinit())
        .put("tfinal", s.tfinal())
        .put("deltaT", s.deltaT())
        .put("initial", s.initialBudget())
        .put("target", s.targetBudget())
        .put("finalAllocation", s.finalAllocation());
    ArrayNode budget = node.putArray("budget");
    int every = Sampling.atMost(500, s.totalSteps()).every();
    for (int t = 0; t < s.totalSteps(); t += every) {
      budget.addArray().add(t).add(s.budget(t));
    }
    return node;
  }

  /// Everything, for a run that has come to its end.
  ObjectNode all() {
    ObjectNode data = plan(history.shape());
    data.set("curves", curves(history.tensor(RunHistory.CURVES)));
    if (history.shape().triplets() > 0 && history.samples() > 0) {
      data.set("lives", lives());
      data.set("moments", moments());
      data.set("orthogonality", orthogonality());
      data.set("grams", grams());
      data.set("early", early());
    }
    return data;
  }

  /// Each column of the curves (K, 6) by its name.
  static ObjectNode curves(Tensor rows) {
    float[] all = rows.array();
    ObjectNode curves = JsonNodeFactory.instance.objectNode();
    for (int column = 0; column < CURVES.size(); column++) {
      float[] values = new float[all.length / RunHistory.CURVE_COLUMNS];
      for (int row = 0; row < values.length; row++) {
        values[row] = all[row * RunHistory.CURVE_COLUMNS + column];
      }
      curves.set(CURVES.get(column), Numbers.exact(values));
    }
    return curves;
  }

  /// The steps of the samples, and of each triplet the samples with which it died or came back.
  private ObjectNode lives() {
    ObjectNode lives = JsonNodeFactory.instance.objectNode();
    ArrayNode t = lives.putArray("t");
    for (int s = 0; s < history.samples(); s++) {
      t.add(history.step(s));
    }
    ArrayNode turns = lives.putArray("turns");
    for (int i = 0; i < history.shape().triplets(); i++) {
      ArrayNode of = turns.addArray();
      boolean alive = true;
      for (int s = 0; s < history.samples(); s++) {
        if (history.alive(s, i) != alive) {
          alive = !alive;
          of.add(s);
        }
      }
    }
    return lives;
  }

  /// λ, smoothed sensitivity and score of all triplets at samples spread evenly over the time in
  /// which ranks are given out, the first and the last allocation among them.
  private ArrayNode moments() {
    ArrayNode moments = Numbers.list();
    for (int sample : momentSamples()) {
      ObjectNode moment = moments.addObject();
      moment.put("t", history.step(sample));
      moment.set("lambda", row(RunHistory.LAMBDA, sample));
      moment.set("sensitivity", row(RunHistory.SMOOTHED, sample));
      moment.set("score", row(RunHistory.SCORE, sample));
      ArrayNode alive = moment.putArray("alive");
      for (int i = 0; i < history.shape().triplets(); i++) {
        alive.add(history.alive(sample, i) ? 1 : 0);
      }
    }
    return moments;
  }

  private List<Integer> momentSamples() {
    RunShape shape = history.shape();
    int from = shape.schedule().map(BudgetSchedule::tinit).orElse(0);
    int to = shape.schedule().map(BudgetSchedule::finalAllocation).orElse(shape.steps());
    List<Integer> inTime = new ArrayList<>();
    for (int s = 0; s < history.samples(); s++) {
      if (history.step(s) > from && history.step(s) <= to) {
        inTime.add(s);
      }
    }
    int most = Math.clamp(NUMBERS / (3L * shape.triplets()), 2, MOST_MOMENTS);
    List<Integer> chosen = new ArrayList<>();
    int count = Math.min(most, inTime.size());
    for (int k = 0; k < count; k++) {
      chosen.add(inTime.get(k * (inTime.size() - 1) / Math.max(1, count - 1)));
    }
    return chosen;
  }

  private ArrayNode row(String name, int sample) {
    int n = history.shape().triplets();
    return Numbers.rounded(
        Arrays.copyOfRange(history.tensor(name).array(), sample * n, (sample + 1) * n));
  }

  /// Mean, least and greatest ‖PᵀP − I‖_F and ‖QQᵀ − I‖_F over the matrices.
  private ObjectNode orthogonality() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode t = node.putArray("t");
    for (int s = 0; s < history.samples(); s++) {
      t.add(history.step(s));
    }
    node.set("p", spread(history.tensor(RunHistory.ORTHOGONALITY_P).array()));
    node.set("q", spread(history.tensor(RunHistory.ORTHOGONALITY_Q).array()));
    return node;
  }

  private ArrayNode spread(float... values) {
    int m = history.shape().modules().size();
    ArrayNode list = Numbers.list();
    for (int from = 0; from < values.length; from += m) {
      double sum = 0;
      float least = Float.POSITIVE_INFINITY;
      float greatest = 0;
      for (int i = from; i < from + m; i++) {
        sum += values[i];
        least = Math.min(least, values[i]);
        greatest = Math.max(greatest, values[i]);
      }
      list.add(Numbers.rounded((float) (sum / m), least, greatest));
    }
    return list;
  }

  /// Of each matrix that fits into the page the six Gram matrices, each row up to its diagonal.
  private ArrayNode grams() {
    int m = history.shape().modules().size();
    int r = history.shape().rank();
    int most = Math.clamp(3L * NUMBERS / Math.max(1, 6L * r * (r + 1) / 2), 1, m);
    ArrayNode list = Numbers.list();
    for (int k = 0; k < most; k++) {
      int module = k * m / most;
      ObjectNode of = list.addObject();
      of.put("module", module);
      for (Moment moment : Moment.values()) {
        ObjectNode both = of.putObject(moment.label());
        both.set("p", half(history.tensor(moment.p()).array(), module, r));
        both.set("q", half(history.tensor(moment.q()).array(), module, r));
      }
    }
    return list;
  }

  private static ArrayNode half(float[] grams, int module, int r) {
    ArrayNode values = Numbers.list();
    for (int i = 0; i < r; i++) {
      for (int j = 0; j <= i; j++) {
        Numbers.addRounded(values, grams[(module * r + i) * r + j]);
      }
    }
    return values;
  }

  /// |λ·∂L/∂λ| of every early step, for triplets from the most to the least sensitive.
  private ArrayNode early() {
    int n = history.shape().triplets();
    float[] all = history.tensor(RunHistory.EARLY).array();
    int steps = all.length / n;
    double[] mean = new double[n];
    for (int i = 0; i < all.length; i++) {
      mean[i % n] += all[i] / steps;
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble((Integer i) -> -mean[i]));
    ArrayNode list = Numbers.list();
    int count = Math.min(FOLLOWED, n);
    for (int k = 0; k < count; k++) {
      int triplet = order.get(k * (n - 1) / Math.max(1, count - 1));
      ObjectNode of = list.addObject();
      of.put("triplet", triplet);
      ArrayNode values = of.putArray("raw");
      for (int t = 0; t < steps; t++) {
        Numbers.addRounded(values, all[t * n + triplet]);
      }
    }
    return list;
  }
}
