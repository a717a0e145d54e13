package jada.adalora.model;

import jada.autograd.Constant;
import jada.autograd.Fused;
import jada.autograd.Ops;
import jada.autograd.Variable;
import jada.nn.files.InputException;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/// What sentence embeddings are trained to do. cos(a, b) = ⟨a, b⟩/(‖a‖·‖b‖) throughout. Formulas
/// and defaults are those of sentence-transformers 6.
public sealed interface EmbeddingLoss {
  /// The name that users write.
  String name();

  /// The loss of a batch, a scalar.
  Variable of(EmbeddedBatch batch);

  /// Whether it needs a score for each pair; else pairs have none.
  boolean needsScores();

  /// Whether it needs a hard negative for each pair.
  default boolean needsNegatives() {
    return false;
  }

  /// Whether the documents of the other examples of a batch are negatives, so that a batch needs
  /// more than one example.
  default boolean usesOthers() {
    return false;
  }

  /// Multiple negatives ranking with scale 20, from queries to documents.
  static EmbeddingLoss multipleNegatives() {
    return new MultipleNegativesRanking(20, false);
  }

  /// Multiple negatives ranking (Henderson et al. 2017; InfoNCE): each query should find its
  /// document among those of all examples of the batch, hard negatives included. With
  /// S_ij = scale·cos(q_i, d_j), S (B, B + N),
  ///
  ///     L = mean_i (ln Σ_j e^(S_ij) − S_ii)
  ///
  /// In both directions, L is the mean of this and of the same from each document to the queries,
  /// mean_j (ln Σ_i e^(S_ij) − S_jj) over the B documents.
  ///
  /// @param scale the reciprocal of the temperature
  /// @param bothDirections whether documents should find their queries, too
  record MultipleNegativesRanking(double scale, boolean bothDirections) implements EmbeddingLoss {
    /// Far below any logit, whose exponential is 0.
    private static final float EXCLUDED = -1e9f;

    /// Checks the scale.
    public MultipleNegativesRanking {
      requirePositive("scale", scale);
    }

    @Override
    public String name() {
      return "mnrl";
    }

    @Override
    public boolean needsScores() {
      return false;
    }

    @Override
    public boolean usesOthers() {
      return true;
    }

    @Override
    public Variable of(EmbeddedBatch batch) {
      int examples = batch.size();
      Variable q = Fused.normalizeRows(batch.queries());
      Variable d = Fused.normalizeRows(batch.documents());
      Variable s = Ops.scale(Ops.matmulTransposed(q, d), (float) scale); // (B, B + N)
      if (batch.alsoRight().stream().anyMatch(set -> !set.isEmpty())) {
        s = Ops.add(s, Constant.of(excluded(batch)));
      }
      int[] own = IntStream.range(0, examples).toArray();
      Variable forth = Fused.crossEntropy(s, own);
      if (!bothDirections) {
        return forth;
      }
      Variable back = Fused.crossEntropy(Ops.transpose(Ops.firstColumns(s, examples)), own);
      return Ops.scale(Ops.add(forth, back), 0.5f);
    }

    private static Tensor excluded(EmbeddedBatch batch) {
      int columns = batch.documents().shape().dim(0);
      Tensor mask = Tensor.zeros(Shape.of(batch.size(), columns));
      for (int i = 0; i < batch.size(); i++) {
        BitSet others = batch.alsoRight().get(i);
        for (int j = others.nextSetBit(0); j >= 0; j = others.nextSetBit(j + 1)) {
          mask.array()[i * columns + j] = EXCLUDED;
        }
      }
      return mask;
    }
  }

  /// CoSENT: pairs with a higher score should have a higher cosine. With s_i = scale·cos(q_i, d_i),
  ///
  ///     L = ln (1 + Σ e^(s_i − s_j) over the i, j with label_i < label_j)
  ///
  /// @param scale the reciprocal of the temperature
  record Cosent(double scale) implements EmbeddingLoss {
    /// Checks the scale.
    public Cosent {
      requirePositive("scale", scale);
    }

    @Override
    public String name() {
      return "cosent";
    }

    @Override
    public boolean needsScores() {
      return true;
    }

    @Override
    public Variable of(EmbeddedBatch batch) {
      Variable s = Ops.scale(cosines(batch.queries(), batch.positives()), (float) scale);
      return Fused.cosent(s, batch.labels());
    }
  }

  /// The mean squared error of the cosine: L = mean_i (cos(q_i, d_i) − label_i)², labels from 0 to
  /// 1.
  record CosineSimilarity() implements EmbeddingLoss {
    @Override
    public String name() {
      return "cosine";
    }

    @Override
    public boolean needsScores() {
      return true;
    }

    @Override
    public Variable of(EmbeddedBatch batch) {
      Variable cos = cosines(batch.queries(), batch.positives());
      return Fused.meanSquaredError(Ops.reshape(cos, Shape.of(batch.size(), 1)), batch.labels());
    }
  }

  /// Triplets: a query should be nearer to its document than to its hard negative, by a margin.
  /// With Euclid's distance of the vectors as the model gives them, the mean over all N hard
  /// negatives
  ///
  ///     L = mean_n max(0, ‖q − d‖ − ‖q − n‖ + margin)
  ///
  /// @param margin above 0; more than 2 is never reached by vectors of length 1
  record Triplet(double margin) implements EmbeddingLoss {
    /// Checks the margin.
    public Triplet {
      requirePositive("margin", margin);
    }

    @Override
    public String name() {
      return "triplet";
    }

    @Override
    public boolean needsScores() {
      return false;
    }

    @Override
    public boolean needsNegatives() {
      return true;
    }

    @Override
    public Variable of(EmbeddedBatch batch) {
      int negatives = batch.negativeOf().length;
      if (negatives == 0) {
        return Constant.of(Tensor.scalar(0));
      }
      int first = batch.size();
      Variable q = Ops.gatherRows(batch.queries(), batch.negativeOf());
      Variable d = Ops.gatherRows(batch.documents(), batch.negativeOf());
      Variable n =
          Ops.gatherRows(batch.documents(), IntStream.range(first, first + negatives).toArray());
      Variable closer = Ops.subtract(Fused.rowDistances(q, d), Fused.rowDistances(q, n)); // (N)
      Tensor margins = Tensor.full(Shape.of(negatives), (float) margin);
      return Ops.mean(Ops.relu(Ops.add(closer, Constant.of(margins))));
    }
  }

  /// Contrastive loss (Hadsell et al. 2006) on the cosine distance: pairs of label 1 should lie
  /// together, those of label 0 apart by a margin. With c_i = 1 − cos(q_i, d_i),
  ///
  ///     L = ½·mean_i (label_i·c_i² + (1 − label_i)·max(0, margin − c_i)²)
  ///
  /// @param margin above 0, at most 2
  record Contrastive(double margin) implements EmbeddingLoss {
    /// Checks the margin.
    public Contrastive {
      requirePositive("margin", margin);
    }

    @Override
    public String name() {
      return "contrastive";
    }

    @Override
    public boolean needsScores() {
      return true;
    }

    @Override
    public Variable of(EmbeddedBatch batch) {
      Shape shape = Shape.of(batch.size());
      Variable one = Constant.of(Tensor.full(shape, 1));
      Variable apart = Ops.subtract(one, cosines(batch.queries(), batch.positives())); // (B)
      Variable near = Constant.of(Tensor.of(shape, batch.labels()));
      Variable far = Ops.subtract(one, near);
      Variable missing =
          Ops.relu(Ops.subtract(Constant.of(Tensor.full(shape, (float) margin)), apart));
      Variable together = Ops.multiply(near, Ops.multiply(apart, apart));
      Variable separate = Ops.multiply(far, Ops.multiply(missing, missing));
      return Ops.scale(Ops.mean(Ops.add(together, separate)), 0.5f);
    }
  }

  /// Another loss on the first k numbers of each vector, for several k (Kusupati et al. 2022,
  /// "Matryoshka representation learning"), so that vectors can be cut to one of these lengths: L =
  /// Σ_k inner(first k numbers, made of length 1 again).
  ///
  /// @param inner the loss
  /// @param dimensions the lengths, falling; the first should be the model's own
  record Matryoshka(EmbeddingLoss inner, List<Integer> dimensions) implements EmbeddingLoss {
    /// Copies the list.
    ///
    /// @throws InputException if it is empty, not falling, or holds a number below 1
    public Matryoshka {
      dimensions = List.copyOf(dimensions);
      boolean falling = !dimensions.isEmpty() && dimensions.getLast() >= 1;
      for (int i = 1; i < dimensions.size(); i++) {
        falling &= dimensions.get(i) < dimensions.get(i - 1);
      }
      if (!falling) {
        throw new InputException(
            "`matryoshka` %s: give lengths from the longest to the shortest, such as 384,128,64"
                .formatted(dimensions));
      }
    }

    @Override
    public String name() {
      return inner.name();
    }

    @Override
    public boolean needsScores() {
      return inner.needsScores();
    }

    @Override
    public boolean needsNegatives() {
      return inner.needsNegatives();
    }

    @Override
    public boolean usesOthers() {
      return inner.usesOthers();
    }

    @Override
    public Variable of(EmbeddedBatch batch) {
      return dimensions.stream()
          .map(k -> inner.of(batch.with(first(batch.queries(), k), first(batch.documents(), k))))
          .reduce(Ops::add)
          .orElseThrow();
    }

    private static Variable first(Variable vectors, int k) {
      return Fused.normalizeRows(Ops.firstColumns(vectors, k));
    }
  }

  /// cos(a_i, b_i) of each row: (B).
  private static Variable cosines(Variable a, Variable b) {
    return Ops.sumColumns(Ops.multiply(Fused.normalizeRows(a), Fused.normalizeRows(b)));
  }

  private static void requirePositive(String option, double value) {
    if (!(value > 0) || !Double.isFinite(value)) {
      throw new InputException("`%s` %s: give a number above 0".formatted(option, value));
    }
  }
}
