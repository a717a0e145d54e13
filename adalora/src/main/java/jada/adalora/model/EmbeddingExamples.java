package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.autograd.Constant;
import jada.autograd.Ops;
import jada.autograd.Profile;
import jada.autograd.Recomputed;
import jada.autograd.Variable;
import jada.nn.Batch;
import jada.nn.TrainingStep;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Pairs of texts prepared for training sentence embeddings: a query, its document, and perhaps
/// hard negatives or a score. Every text is tokenized once, with the prompt of its role before it.
///
/// Held-out pairs without scores are evaluated as a search: every query among all documents of the
/// data set ([Retrieval]). Pairs with scores are evaluated by how their cosines agree with them.
public final class EmbeddingExamples implements Objective {
  private final String name;
  private final EmbeddingTask task;
  private final EmbeddingTexts texts;
  private final List<Tuple> tuples;
  private final float[] labels;
  private final int[] corpus;
  private final Map<String, Set<String>> answers;
  private final int cut;
  private final Workspace memory = new Workspace(); // of one mini-batch

  /// An example: its texts, and their numbers among all texts.
  private record Tuple(Example example, int query, int document, int[] negatives) {
    /// All texts, the query first.
    List<String> texts() {
      List<String> all = new ArrayList<>(List.of(example.text(), example.pair().orElseThrow()));
      all.addAll(example.negatives());
      return all;
    }
  }

  private EmbeddingExamples(
      String name,
      EmbeddingTask task,
      EmbeddingTexts texts,
      List<Tuple> tuples,
      float[] labels,
      int[] corpus,
      int cut) {
    this.name = name;
    this.task = task;
    this.texts = texts;
    this.tuples = tuples;
    this.labels = labels;
    this.corpus = corpus;
    this.cut = cut;
    this.answers = new HashMap<>();
    for (Tuple tuple : tuples) {
      answers
          .computeIfAbsent(tuple.example().text(), _ -> new HashSet<>())
          .add(tuple.example().pair().orElseThrow());
    }
  }

  /// Tokenizes a data set.
  ///
  /// @param maxLength tokens at which texts are cut, special tokens included
  /// @throws InputException if the data do not fit the loss, naming place and remedy
  static EmbeddingExamples of(
      Dataset data, EmbeddingTask task, PretrainedModel base, int maxLength) {
    requireFitting(data, task.loss());
    EmbeddingForm form = task.form().orElseThrow();
    // Two texts with a score play the same part.
    String second = task.loss().needsScores() ? form.queryPrompt() : form.documentPrompt();
    EmbeddingTexts texts = new EmbeddingTexts(base, maxLength);
    List<Tuple> tuples = new ArrayList<>(data.size());
    int cut = 0;
    for (Example example : data.examples()) {
      int before = texts.cut();
      tuples.add(
          new Tuple(
              example,
              texts.add(form.queryPrompt() + example.text()),
              texts.add(second + example.pair().orElseThrow()),
              example.negatives().stream().mapToInt(n -> texts.add(second + n)).toArray()));
      cut += texts.cut() > before ? 1 : 0;
    }
    IntStream own =
        tuples.stream()
            .flatMapToInt(
                t -> IntStream.concat(IntStream.of(t.document), Arrays.stream(t.negatives)));
    IntStream others = data.corpus().stream().mapToInt(text -> texts.add(second + text));
    float[] labels = task.loss().needsScores() ? data.targets() : new float[0];
    int[] corpus = IntStream.concat(own, others).distinct().toArray();
    return new EmbeddingExamples(data.name(), task, texts, tuples, labels, corpus, cut);
  }

  static void requireFitting(Dataset data, EmbeddingLoss loss) {
    for (int i = 0; i < data.size(); i++) {
      Example example = data.examples().get(i);
      Optional<String> fault =
          example.pair().isEmpty()
              ? Optional.of("one text where a pair is needed; give query and document")
              : loss.needsScores() && example.labels().isEmpty()
                  ? Optional.of(
                      "a pair without a score, which the loss %s needs; give a column score, or use"
                              .formatted(loss.name())
                          + " `loss` mnrl")
                  : !loss.needsScores() && !example.labels().isEmpty()
                      ? Optional.of(
                          "a pair with a score, which the loss %s does not read; use `loss` cosent,"
                                  .formatted(loss.name())
                              + " or keep only the pairs that belong together, without the column")
                      : loss.needsNegatives() && example.negatives().isEmpty()
                          ? Optional.of(
                              "a pair without a hard negative, which the loss %s needs; give a third"
                                      .formatted(loss.name())
                                  + " column, or use `loss` mnrl")
                          : Optional.empty();
      if (fault.isPresent()) {
        throw new InputException(data.place(i) + ": " + fault.get());
      }
    }
    if (loss.needsScores()) {
      requireScores(data, loss);
    }
  }

  private static void requireScores(Dataset data, EmbeddingLoss loss) {
    EmbeddingLoss inner = loss instanceof EmbeddingLoss.Matryoshka m ? m.inner() : loss;
    float[] scores = data.targets();
    for (int i = 0; i < scores.length; i++) {
      float score = scores[i];
      if (inner instanceof EmbeddingLoss.CosineSimilarity && Math.abs(score) > 1) {
        throw new InputException(
            "%s: the score %s is no cosine, which lies from -1 to 1; divide all scores by the highest"
                    .formatted(data.place(i), score)
                + " there can be, or use `loss` cosent, which reads only their order");
      }
      if (inner instanceof EmbeddingLoss.Contrastive && score != 0 && score != 1) {
        throw new InputException(
            "%s: the score %s is neither 0 nor 1, which the loss contrastive needs; use `loss` cosent"
                .formatted(data.place(i), score));
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return tuples.size();
  }

  @Override
  public int cut() {
    return cut;
  }

  @Override
  public int tokens(int[] positions) {
    return Arrays.stream(members(positions).texts()).map(texts::length).sum();
  }

  // ---- training ------------------------------------------------------------------------------

  /// The texts of a batch: B queries, B documents, then all hard negatives, column by column.
  ///
  /// @param texts their numbers
  /// @param documents the documents and negatives as texts, without prompts
  /// @param negativeOf of each negative, which of the B examples it belongs to
  private record Members(int[] texts, List<String> documents, int[] negativeOf) {}

  private Members members(int[] positions) {
    IntStream.Builder numbers = IntStream.builder();
    List<String> documents = new ArrayList<>();
    IntStream.Builder negativeOf = IntStream.builder();
    int columns = 0;
    for (int position : positions) {
      numbers.add(tuples.get(position).query());
      columns = Math.max(columns, tuples.get(position).negatives().length);
    }
    for (int position : positions) {
      numbers.add(tuples.get(position).document());
      documents.add(tuples.get(position).example().pair().orElseThrow());
    }
    for (int column = 0; column < columns; column++) {
      for (int i = 0; i < positions.length; i++) {
        Tuple tuple = tuples.get(positions[i]);
        if (column < tuple.negatives().length) {
          numbers.add(tuple.negatives()[column]);
          documents.add(tuple.example().negatives().get(column));
          negativeOf.add(i);
        }
      }
    }
    return new Members(numbers.build().toArray(), documents, negativeOf.build().toArray());
  }

  @Override
  public Variable loss(Network network, int[] positions) {
    Members members = members(positions);
    return task.loss().of(batch(positions, members, embeddings(network, members.texts())));
  }

  /// @param vectors of all texts of the batch
  private EmbeddedBatch batch(int[] positions, Members members, Variable vectors) {
    int b = positions.length;
    int all = members.texts().length;
    float[] scores = new float[labels.length == 0 ? 0 : b];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = labels[positions[i]];
    }
    return new EmbeddedBatch(
        Ops.gatherRows(vectors, IntStream.range(0, b).toArray()),
        Ops.gatherRows(vectors, IntStream.range(b, all).toArray()),
        members.negativeOf(),
        scores,
        alsoRight(positions, members.documents()));
  }

  private List<BitSet> alsoRight(int[] positions, List<String> documents) {
    List<BitSet> sets = new ArrayList<>(positions.length);
    for (int i = 0; i < positions.length; i++) {
      BitSet set = new BitSet();
      if (task.loss().usesOthers()) {
        Set<String> right = answers.get(tuples.get(positions[i]).example().text());
        for (int j = 0; j < documents.size(); j++) {
          set.set(j, j != i && right.contains(documents.get(j)));
        }
      }
      sets.add(set);
    }
    return sets;
  }

  /// The vectors of these texts, all at once or in mini-batches that are computed a second time for
  /// their gradients.
  private Variable embeddings(Network network, int[] numbers) {
    int size = task.miniBatch();
    if (size == 0 || numbers.length <= size) {
      Batch batch = texts.batch(numbers);
      Profile.lap("batch");
      return network.output(batch);
    }
    List<Variable> parts = new ArrayList<>();
    for (int from = 0; from < numbers.length; from += size) {
      Batch batch =
          texts.batch(Arrays.copyOfRange(numbers, from, Math.min(numbers.length, from + size)));
      parts.add(Recomputed.of(inStep(from / size, () -> network.output(batch)), memory));
    }
    return Ops.concatRows(parts);
  }

  /// The computation with the masks of dropout of this step, however late it runs. Each mini-batch
  /// has masks of its own.
  private static Supplier<Variable> inStep(int part, Supplier<Variable> forward) {
    Optional<TrainingStep> step = TrainingStep.current();
    if (step.isEmpty()) {
      return forward;
    }
    TrainingStep whole = step.get();
    TrainingStep own =
        part == 0
            ? whole
            : new TrainingStep(
                RandomSource.of(whole.seed()).split("mini-batch " + part).nextLong(), whole.step());
    return () -> own.call(forward);
  }

  /// The examples in an order in which no text occurs twice in a batch, as far as that is possible:
  /// another example's document would count as wrong although it is right. An example that does not
  /// fit waits for a later batch; those that fit nowhere come last.
  @Override
  public int[] order(int[] shuffled, int batchSize) {
    if (!task.loss().usesOthers()) {
      return shuffled;
    }
    // Where few documents answer all queries, most examples wait, and are looked at for each batch.
    int[][] own = numbered();
    int[] latest = new int[Arrays.stream(own).mapToInt(all -> all.length).sum()]; // batch by text
    Deque<Integer> waiting = new ArrayDeque<>(Arrays.stream(shuffled).boxed().toList());
    IntStream.Builder order = IntStream.builder();
    for (int batch = 1; !waiting.isEmpty(); batch++) {
      Deque<Integer> later = new ArrayDeque<>();
      int taken = 0;
      while (taken < batchSize && !waiting.isEmpty()) {
        int next = waiting.pop();
        if (isIn(batch, latest, own[next])) {
          later.add(next);
        } else {
          for (int text : own[next]) {
            latest[text] = batch;
          }
          order.add(next);
          taken++;
        }
      }
      // Nothing else fits: the batch is filled, for its size is what the schedule counts with.
      for (; taken < batchSize && !later.isEmpty(); taken++) {
        order.add(later.pop());
      }
      later.reversed().forEach(waiting::push);
    }
    return order.build().toArray();
  }

  /// The texts of each example, equal ones by the same number.
  private int[][] numbered() {
    Map<String, Integer> numbers = new HashMap<>();
    return tuples.stream()
        .map(
            tuple ->
                tuple.texts().stream()
                    .mapToInt(text -> numbers.computeIfAbsent(text, _ -> numbers.size()))
                    .toArray())
        .toArray(int[][]::new);
  }

  private static boolean isIn(int batch, int[] latest, int[] texts) {
    for (int text : texts) {
      if (latest[text] == batch) {
        return true;
      }
    }
    return false;
  }

  // ---- evaluation ----------------------------------------------------------------------------

  @Override
  public Evaluation evaluate(Network network, int step, Workspace workspace) {
    Tensor vectors = texts.vectors(network, workspace);
    double loss = 0;
    for (int from = 0; from < size(); from += Evaluator.BATCH) {
      int[] positions = IntStream.range(from, Math.min(size(), from + Evaluator.BATCH)).toArray();
      Members members = members(positions);
      Variable rows = Constant.of(vectors.gatherRows(members.texts()));
      loss +=
          (double) task.loss().of(batch(positions, members, rows)).value().item()
              * positions.length;
    }
    return new Evaluation(
        step, loss / size(), labels.length == 0 ? search(vectors) : similarity(vectors));
  }

  private SequencedMap<String, Double> search(Tensor vectors) {
    return Retrieval.metrics(found(vectors), relevant());
  }

  private List<List<VectorIndex.Hit>> found(Tensor vectors) {
    int[] queries = queries().values().stream().mapToInt(Integer::intValue).toArray();
    return VectorIndex.of(EmbeddingTexts.ofLengthOne(vectors.gatherRows(corpus)))
        .search(EmbeddingTexts.ofLengthOne(vectors.gatherRows(queries)), Retrieval.DEPTH);
  }

  /// The different queries with their numbers, in the order of the examples.
  private SequencedMap<String, Integer> queries() {
    SequencedMap<String, Integer> queries = new LinkedHashMap<>();
    tuples.forEach(tuple -> queries.putIfAbsent(tuple.example().text(), tuple.query()));
    return queries;
  }

  /// Of each query, its answers by their rows among the documents that are searched.
  private List<BitSet> relevant() {
    Map<Integer, Integer> rows = new HashMap<>();
    for (int row = 0; row < corpus.length; row++) {
      rows.put(corpus[row], row);
    }
    SequencedMap<String, BitSet> relevant = new LinkedHashMap<>();
    for (Tuple tuple : tuples) {
      relevant
          .computeIfAbsent(tuple.example().text(), _ -> new BitSet())
          .set(rows.get(tuple.document()));
    }
    return List.copyOf(relevant.values());
  }

  /// How the cosines of the pairs agree with their scores.
  private Map<String, Double> similarity(Tensor vectors) {
    double[] cosines = new double[size()];
    double[] scores = new double[size()];
    Tensor unit = EmbeddingTexts.ofLengthOne(vectors);
    int d = unit.shape().columns();
    for (int i = 0; i < cosines.length; i++) {
      int q = tuples.get(i).query() * d;
      int p = tuples.get(i).document() * d;
      for (int j = 0; j < d; j++) {
        cosines[i] += (double) unit.array()[q + j] * unit.array()[p + j];
      }
      scores[i] = labels[i];
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("spearman_cosine", Metrics.spearman(cosines, scores));
    metrics.put("pearson_cosine", Metrics.pearson(cosines, scores));
    return metrics;
  }
}
