package jada.cli.report;

import jada.adalora.JudgedTriplets;
import jada.adalora.SvdLinear;
import jada.adalora.model.AdaptedModel;
import jada.adalora.training.TrainingListener;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Keeps of a run what its report needs and its trace does not hold: the fate of every triplet,
/// sensitivities, scores, and how far P and Q are from orthonormal.
///
///     var recorder = new Recorder(adapted);
///     FineTuner.of(adapted).listener(recorder).run(train, dev);
///     recorder.history().write(Path.of("history.safetensors"));
///
/// Long runs are sampled evenly, see [RunHistory]; the same run leaves the same bytes, also when it
/// was interrupted and resumed. Most steps cost it microseconds; a sample costs as much as the
/// orthogonality penalty of one forward pass.
public final class Recorder implements TrainingListener {
  private final AdaptedModel model;
  private Optional<RunShape> shape = Optional.empty();
  private final SequencedMap<String, Table> tables = new LinkedHashMap<>();
  private final Map<Moment, Grams> grams = new EnumMap<>(Moment.class);
  private float[] smoothed = {};
  private float[] pruned = {};
  private float[] revived = {};
  private BitSet alive = new BitSet();

  /// A recorder of the next run of this model.
  public Recorder(AdaptedModel model) {
    this.model = model;
  }

  @Override
  public void started(RunPlan plan) {
    List<SvdLinear> adapters = model.svdAdapters();
    RunShape now = RunShape.of(model, plan);
    shape = Optional.of(now);
    int n = now.triplets();
    tables.clear();
    tables.put(RunHistory.CURVES, new Table(RunHistory.CURVE_COLUMNS));
    tables.put(RunHistory.T, new Table(1));
    for (String name :
        List.of(
            RunHistory.ALIVE,
            RunHistory.LAMBDA,
            RunHistory.SENSITIVITY,
            RunHistory.SMOOTHED,
            RunHistory.SCORE,
            RunHistory.EARLY)) {
      tables.put(name, new Table(n));
    }
    tables.put(RunHistory.ORTHOGONALITY_P, new Table(now.modules().size()));
    tables.put(RunHistory.ORTHOGONALITY_Q, new Table(now.modules().size()));
    smoothed = new float[n];
    pruned = new float[n];
    revived = new float[n];
    alive = new BitSet();
    alive.set(0, n);
    for (Moment moment : Moment.values()) {
      grams.put(moment, Grams.of(adapters, now.rank()));
    }
  }

  @Override
  public void judged(int step, List<JudgedTriplets> triplets) {
    if (triplets.isEmpty()) {
      return;
    }
    RunShape run = shape.orElseThrow();
    int n = run.triplets();
    float[] sensitivity = new float[n];
    float[] lambda = new float[n];
    for (int m = 0; m < triplets.size(); m++) {
      JudgedTriplets of = triplets.get(m);
      int first = m * run.rank();
      for (int i = 0; i < of.size(); i++) {
        sensitivity[first + of.index(i)] = of.sensitivity(i);
        lambda[first + of.index(i)] = of.lambda(i);
      }
    }
    BitSet living = run.living(triplets);
    smooth(run, step, sensitivity);
    count(n, living);
    if (step < run.early()) {
      add(RunHistory.EARLY, sensitivity);
    }
    if (run.keepsTriplets(step)) {
      add(RunHistory.T, step);
      add(RunHistory.ALIVE, ones(living, n));
      add(RunHistory.LAMBDA, lambda);
      add(RunHistory.SENSITIVITY, sensitivity);
      add(RunHistory.SMOOTHED, smoothed);
      add(RunHistory.SCORE, scores(run, triplets));
      Grams now = Grams.of(model.svdAdapters(), run.rank());
      add(RunHistory.ORTHOGONALITY_P, now.deviationP());
      add(RunHistory.ORTHOGONALITY_Q, now.deviationQ());
    }
  }

  /// s̄ ← β₁·s̄ + (1 − β₁)·s, as the scores do it and as long as they do it.
  private void smooth(RunShape run, int step, float... sensitivity) {
    float beta = (float) run.beta();
    float rest = (float) (1 - run.beta());
    for (int i = 0; i < smoothed.length && run.scores(step); i++) {
      smoothed[i] = beta * smoothed[i] + rest * sensitivity[i];
    }
  }

  private void count(int n, BitSet living) {
    for (int i = 0; i < n; i++) {
      if (alive.get(i) && !living.get(i)) {
        pruned[i]++;
      } else if (!alive.get(i) && living.get(i)) {
        revived[i]++;
      }
    }
    alive = living;
  }

  private static float[] scores(RunShape run, List<JudgedTriplets> triplets) {
    float[] all = new float[run.triplets()];
    for (int m = 0; m < triplets.size(); m++) {
      float[] of = triplets.get(m).scores();
      for (int i = 0; i < of.length; i++) {
        all[m * run.rank() + triplets.get(m).index(i)] = of[i];
      }
    }
    return all;
  }

  private static float[] ones(BitSet set, int n) {
    float[] values = new float[n];
    set.stream().forEach(i -> values[i] = 1);
    return values;
  }

  @Override
  public void stepped(StepReport report) {
    RunShape run = shape.orElseThrow();
    if (run.curves().takes(report.step())) {
      add(RunHistory.CURVES, RunHistory.curve(report));
    }
    if (report.step() == (run.steps() - 1) / 2) {
      grams.put(Moment.MIDDLE, Grams.of(model.svdAdapters(), run.rank()));
    }
  }

  private void add(String table, float... row) {
    tables.get(table).add(row);
  }

  /// What was kept so far.
  ///
  /// @throws IllegalStateException if no run has begun
  public RunHistory history() {
    RunShape run =
        shape.orElseThrow(() -> new IllegalStateException("history: no run has begun yet"));
    grams.put(Moment.END, Grams.of(model.svdAdapters(), run.rank()));
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tables.forEach((name, table) -> tensors.put(name, table.matrix()));
    Table count = new Table(run.triplets());
    count.add(smoothed);
    count.add(pruned);
    count.add(revived);
    tensors.put(RunHistory.COUNT, count.matrix());
    grams.forEach(
        (moment, of) -> {
          tensors.put(moment.p(), of.p());
          tensors.put(moment.q(), of.q());
        });
    return new RunHistory(run, tensors);
  }

  @Override
  public void checkpointing(Path folder) {
    history().write(folder.resolve(RunHistory.FILE));
  }

  /// Begins with what was kept before the checkpoint, if it has a history.
  ///
  /// @throws InputException if that history is damaged or of another run
  @Override
  public void resumed(Resumption from) {
    from.checkpoint().file(RunHistory.FILE).ifPresent(this::restore);
  }

  private void restore(Path file) {
    RunHistory before = RunHistory.read(file);
    if (!before.shape().equals(shape.orElseThrow())) {
      throw RunHistory.damaged(file, "tells of another run");
    }
    tables.replaceAll((name, _) -> Table.of(before.tensor(name)));
    int n = before.shape().triplets();
    float[] count = before.tensor(RunHistory.COUNT).array();
    smoothed = Arrays.copyOfRange(count, 0, n);
    pruned = Arrays.copyOfRange(count, n, 2 * n);
    revived = Arrays.copyOfRange(count, 2 * n, 3 * n);
    for (Moment moment : Moment.values()) {
      grams.put(moment, new Grams(before.tensor(moment.p()), before.tensor(moment.q())));
    }
    alive = new BitSet();
    List<SvdLinear> adapters = new ArrayList<>(model.svdAdapters());
    for (int m = 0; m < adapters.size(); m++) {
      int first = m * before.shape().rank();
      adapters.get(m).survivors().stream().forEach(i -> alive.set(first + i));
    }
  }
}
