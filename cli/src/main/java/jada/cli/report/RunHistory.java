package jada.cli.report;

import jada.adalora.training.TrainingListener.StepReport;
import jada.nn.files.InputException;
import jada.nn.files.Safetensors;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// The history of a run, as stored in `history.safetensors`: 32-bit floats by name, and the shape
/// of the run as JSON in the metadata (`run`). With K steps of the curves, S samples of the
/// triplets, W early steps, M matrices, r triplets each at the start, N = M·r:
///
/// | tensor | shape | content |
/// |---|---|---|
/// | `curves` | (K, 6) | t, task loss, penalty as added to the loss, learning rate, budget, triplets alive |
/// | `samples.t` | (S, 1) | t of each sample |
/// | `samples.alive` | (S, N) | 1 alive after the step, 0 masked or dropped |
/// | `samples.lambda` | (S, N) | λ as judged, before masks; 0 once dropped |
/// | `samples.sensitivity` | (S, N) | \|λ·∂L/∂λ\| of the step |
/// | `samples.smoothed` | (S, N) | its moving average with β₁, from 0, until the scores freeze |
/// | `samples.score` | (S, N) | the score by which the budget was given out; 0 once dropped |
/// | `samples.orthogonality_p` | (S, M) | ‖PᵀP − I‖_F of the triplets that were there |
/// | `samples.orthogonality_q` | (S, M) | ‖QQᵀ − I‖_F |
/// | `early.sensitivity` | (W, N) | \|λ·∂L/∂λ\| of each of the first W steps |
/// | `gram.start.p`, `.middle.p`, `.end.p` | (M, r, r) | PᵀP; 0 for dropped triplets |
/// | `gram.start.q`, `.middle.q`, `.end.q` | (M, r, r) | QQᵀ |
/// | `count` | (3, N) | moving average now, times pruned, times revived |
///
/// A file is not trusted: names, shapes, steps and ranges are checked when it is read.
public final class RunHistory {
  /// The name of the file in the folder of a run.
  public static final String FILE = "history.safetensors";

  static final String CURVES = "curves";
  static final String COUNT = "count";
  static final String EARLY = "early.sensitivity";
  static final String T = "samples.t";
  static final String ALIVE = "samples.alive";
  static final String LAMBDA = "samples.lambda";
  static final String SENSITIVITY = "samples.sensitivity";
  static final String SMOOTHED = "samples.smoothed";
  static final String SCORE = "samples.score";
  static final String ORTHOGONALITY_P = "samples.orthogonality_p";
  static final String ORTHOGONALITY_Q = "samples.orthogonality_q";
  static final int CURVE_COLUMNS = 6;
  static final int COUNT_ROWS = 3;

  private final RunShape shape;
  private final SequencedMap<String, Tensor> tensors;

  RunHistory(RunShape shape, SequencedMap<String, Tensor> tensors) {
    this.shape = shape;
    this.tensors = tensors;
  }

  /// A row of the curves.
  static float[] curve(StepReport report) {
    return new float[] {
      report.step(),
      (float) report.loss(),
      (float) report.orthReg(),
      (float) report.learningRate(),
      report.budget(),
      report.activeTriplets()
    };
  }

  /// Reads a history.
  ///
  /// @throws InputException if the file cannot be read or is not what a run writes
  public static RunHistory read(Path file) {
    RunShape shape = ShapeText.parse(file, Safetensors.open(file).metadata());
    SequencedMap<String, Tensor> tensors = Safetensors.read(file);
    RunHistory history = new RunHistory(shape, tensors);
    history.check(file);
    return history;
  }

  /// Writes the history; what was there before stays until all is on disk.
  ///
  /// @throws InputException if the file cannot be written
  public void write(Path file) {
    Safetensors.write(file, tensors, ShapeText.metadata(shape));
  }

  private void check(Path file) {
    int samples = rows(file, T);
    int n = shape.triplets();
    int m = shape.modules().size();
    int r = shape.rank();
    Map<String, Shape> expected = new LinkedHashMap<>();
    expected.put(CURVES, Shape.of(rows(file, CURVES), CURVE_COLUMNS));
    expected.put(T, Shape.of(samples, 1));
    for (String name : new String[] {ALIVE, LAMBDA, SENSITIVITY, SMOOTHED, SCORE}) {
      expected.put(name, Shape.of(samples, n));
    }
    expected.put(ORTHOGONALITY_P, Shape.of(samples, m));
    expected.put(ORTHOGONALITY_Q, Shape.of(samples, m));
    expected.put(EARLY, Shape.of(rows(file, EARLY), n));
    expected.put(COUNT, Shape.of(COUNT_ROWS, n));
    for (Moment moment : Moment.values()) {
      expected.put(moment.p(), Shape.of(m, r, r));
      expected.put(moment.q(), Shape.of(m, r, r));
    }
    expected.forEach(
        (name, size) -> {
          Tensor tensor = tensors.get(name);
          if (tensor == null || !tensor.shape().equals(size)) {
            throw damaged(
                file,
                "%s is %s, the run it tells of needs %s"
                    .formatted(name, tensor == null ? "missing" : tensor.shape(), size));
          }
          if (!tensor.isFinite()) {
            throw damaged(file, name + " has numbers that are infinite or NaN");
          }
        });
    requireAscending(file, CURVES, CURVE_COLUMNS);
    requireAscending(file, T, 1);
    for (float alive : tensors.get(ALIVE).array()) {
      if (alive != 0 && alive != 1) {
        throw damaged(file, ALIVE + " must be 0 or 1, found " + alive);
      }
    }
  }

  private int rows(Path file, String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null || tensor.shape().rank() != 2) {
      throw damaged(file, name + (tensor == null ? " is missing" : " is no matrix"));
    }
    return tensor.shape().dim(0);
  }

  /// The first column holds steps of the run, each later than the one before.
  private void requireAscending(Path file, String name, int width) {
    float[] values = tensors.get(name).array();
    float before = -1;
    for (int i = 0; i < values.length; i += width) {
      float t = values[i];
      if (t <= before || t >= shape.steps() || t != Math.rint(t)) {
        throw damaged(file, "%s has the step %s after %s".formatted(name, t, before));
      }
      before = t;
    }
  }

  static InputException damaged(Path file, String what) {
    return new InputException(
        "%s: %s; the file is damaged, train again"
            .formatted(file, what.replaceAll("\\p{Cntrl}", "?")));
  }

  RunShape shape() {
    return shape;
  }

  Tensor tensor(String name) {
    return tensors.get(name);
  }

  /// The number of samples of the triplets, S.
  int samples() {
    return tensors.get(T).shape().dim(0);
  }

  /// The step of a sample.
  int step(int sample) {
    return (int) tensors.get(T).array()[sample];
  }

  /// One number of a sample and a triplet.
  float at(String name, int sample, int triplet) {
    return tensors.get(name).array()[sample * shape.triplets() + triplet];
  }

  /// Whether a triplet is alive after the step of a sample.
  boolean alive(int sample, int triplet) {
    return at(ALIVE, sample, triplet) == 1;
  }

  /// What became of every triplet, by module, in the order of their indices at the start.
  public SequencedMap<String, List<Fate>> fates() {
    SequencedMap<String, List<Fate>> fates = new LinkedHashMap<>();
    int r = shape.rank();
    int n = shape.triplets();
    float[] counts = tensors.get(COUNT).array();
    for (int m = 0; m < shape.modules().size(); m++) {
      List<Fate> of = new ArrayList<>();
      for (int i = m * r; i < (m + 1) * r; i++) {
        int sample = samples() - 1;
        while (sample >= 0 && at(ALIVE, sample, i) == 0) {
          sample--;
        }
        int pruned = (int) counts[n + i];
        int revived = (int) counts[2 * n + i];
        of.add(new Fate(pruned == revived, sample < 0 ? -1 : step(sample), pruned, revived));
      }
      fates.put(shape.modules().get(m), of);
    }
    return fates;
  }
}
