package jada.bench;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.model.AdaLora;
import jada.adalora.model.Evaluator;
import jada.adalora.model.Models;
import jada.adalora.model.Prediction;
import jada.adalora.model.Predictor;
import jada.adalora.model.Task;
import jada.autograd.Constant;
import jada.nn.Batch;
import jada.nn.Encoder;
import jada.nn.LinearFactory;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Encoding;
import jada.nn.text.Input;
import jada.nn.text.Tokenizer;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import jada.tensor.Workspace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Times the answers to many texts on request, so that `compare/score.py` can let this JVM and
/// onnxruntime or PyTorch take turns. A line of standard input is a request, a line of standard
/// output its answer:
///
///     encoder shared 2          what, way, threads
///     9.87 188140 612 0.0123    seconds, tokens, peak resident memory in MB, a checksum
///
/// | what | from text to |
/// |---|---|
/// | encoder | hidden states of all tokens, of which the first token's are read; what the ONNX file computes |
/// | label | label and probabilities with a [Predictor], LoRA of rank 4 on top |
///
/// | way | |
/// |---|---|
/// | shared | one caller, whose products are shared by the threads |
/// | callers | so many callers at once, each on its own thread, as in a service |
///
/// The checksum is the mean over all texts of the first channel of the first token's hidden state;
/// for labels the mean probability.
final class ScoreTiming {
  private static final int MAX_LENGTH = 128;

  /// Texts that one of several callers takes at a time.
  private static final int SHARE = 8 * Evaluator.BATCH;

  private final Encoder encoder;
  private final Tokenizer tokenizer;
  private final Predictor predictor;
  private final List<Input> texts;
  private final double[] values; // one of each text
  private final Queue<Workspace> workspaces = new ConcurrentLinkedQueue<>(); // those not in use

  private ScoreTiming(PretrainedModel base, List<String> texts) {
    this.encoder =
        Encoder.build(
            base.config(), name -> Constant.of(base.weights().get(name)), LinearFactory.PLAIN);
    this.tokenizer = base.tokenizer();
    this.predictor =
        Predictor.of(
                AdaLora.adapt(
                    base,
                    Task.classification("no", "yes"),
                    AdaLoraConfig.defaults().withMethod(Method.LORA)))
            .withMaxLength(MAX_LENGTH);
    this.texts = texts.stream().map(Input::of).toList();
    this.values = new double[texts.size()];
  }

  /// Answers requests until standard input ends.
  ///
  /// @param arguments `MODEL TEXTS`: a model by name or folder, a file with a text a line
  public static void main(String... arguments) throws IOException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException("usage: MODEL TEXTS");
    }
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    ScoreTiming timing =
        new ScoreTiming(Models.load(arguments[0]), Files.readAllLines(Path.of(arguments[1])));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.strip().split(" +");
      if (words.length != 3) {
        throw new IllegalArgumentException(
            "a request is encoder|label shared|callers THREADS: " + line);
      }
      System.out.println(timing.measure(words[0], words[1], Integer.parseInt(words[2])));
    }
  }

  /// Answers the texts from `from` up to `to`.
  private interface Work {
    void on(int from, int to);
  }

  private String measure(String what, String way, int threads) throws IOException {
    Arrays.fill(values, Double.NaN);
    Work work =
        switch (what) {
          case "encoder" -> this::encode;
          case "label" -> this::label;
          default -> throw new IllegalArgumentException("neither encoder nor label: " + what);
        };
    long start = System.nanoTime();
    switch (way) {
      case "shared" -> shared(work, threads);
      case "callers" -> callers(work, threads);
      default -> throw new IllegalArgumentException("neither shared nor callers: " + way);
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    return String.format(
        Locale.ROOT,
        "%.4f %d %d %.6f",
        seconds,
        tokens(),
        StepTiming.peakResidentMegabytes(),
        Arrays.stream(values).average().orElseThrow());
  }

  private void shared(Work work, int threads) {
    try (Workers workers = Workers.of(threads)) {
      workers.call(
          () -> {
            work.on(0, texts.size());
            return values;
          });
    }
  }

  private void callers(Work work, int threads) {
    AtomicInteger next = new AtomicInteger();
    List<Thread> started = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      started.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    int from;
                    while ((from = next.getAndAdd(SHARE)) < texts.size()) {
                      work.on(from, Math.min(texts.size(), from + SHARE));
                    }
                  }));
    }
    for (Thread thread : started) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("score: interrupted", e);
      }
    }
  }

  private void encode(int from, int to) {
    Workspace workspace = Optional.ofNullable(workspaces.poll()).orElseGet(Workspace::new);
    for (int first = from; first < to; first += Evaluator.BATCH) {
      int begin = first;
      List<Encoding> encodings = new ArrayList<>();
      for (Input input : texts.subList(begin, Math.min(to, begin + Evaluator.BATCH))) {
        encodings.add(tokenizer.encode(input.text(), MAX_LENGTH));
      }
      Batch batch = Batch.of(encodings);
      workspace.run(
          () -> {
            Tensor hidden = encoder.forward(batch).value(); // (T,C)
            int[] offsets = batch.offsets();
            for (int i = 0; i < encodings.size(); i++) {
              values[begin + i] = hidden.get(offsets[i], 0);
            }
          });
    }
    workspaces.add(workspace);
  }

  private void label(int from, int to) {
    List<Prediction> predictions = predictor.predict(texts.subList(from, to));
    for (int i = 0; i < predictions.size(); i++) {
      values[from + i] = predictions.get(i).probability();
    }
  }

  private long tokens() {
    return texts.stream()
        .mapToLong(input -> tokenizer.encode(input.text(), MAX_LENGTH).length())
        .sum();
  }
}

// echo "label shared 2" | java --add-modules jdk.incubator.vector \
//   -cp bench/target/benchmarks.jar jada.bench.ScoreTiming all-minilm-l6-v2 texts.txt
