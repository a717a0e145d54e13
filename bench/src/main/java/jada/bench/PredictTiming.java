package jada.bench;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.model.AdaLora;
import jada.adalora.model.Models;
import jada.adalora.model.Predictor;
import jada.adalora.model.Task;
import jada.autograd.Constant;
import jada.nn.Batch;
import jada.nn.Encoder;
import jada.nn.LinearFactory;
import jada.nn.checkpoint.PretrainedModel;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/// Times the answer to one sentence on request, so that `compare/predict.py` can let this JVM and
/// onnxruntime take turns. The first line that it prints holds the hidden state of the first token,
/// to be compared; then a line of standard input is a request, a line of standard output its
/// answer:
///
///     encoder 1 100      what, threads, calls
///     1234.5             median of the calls, microseconds
///
/// | what | |
/// |---|---|
/// | encoder | token ids -> hidden states of all tokens, what the ONNX file computes |
/// | text | the same, beginning with the tokenizer |
/// | label | text -> label and probabilities with a [Predictor], LoRA of rank 4 on top |
final class PredictTiming implements AutoCloseable {
  private final Map<String, Supplier<?>> work = new HashMap<>();
  private final Map<Integer, Workers> workers = new HashMap<>();
  private final Tensor hidden; // (T,C)

  private PredictTiming(PretrainedModel base, String sentence) {
    Encoder encoder =
        Encoder.build(
            base.config(), name -> Constant.of(base.weights().get(name)), LinearFactory.PLAIN);
    Supplier<Batch> tokens = () -> Batch.of(List.of(base.tokenizer().encode(sentence, 128)));
    Batch batch = tokens.get();
    AdaLoraConfig lora = AdaLoraConfig.defaults().withMethod(Method.LORA);
    Predictor predictor = Predictor.of(AdaLora.adapt(base, Task.classification("no", "yes"), lora));
    hidden = encoder.forward(batch).value();
    work.put("encoder", () -> encoder.forward(batch));
    work.put("text", () -> encoder.forward(tokens.get()));
    work.put("label", () -> predictor.predict(sentence));
  }

  /// Answers requests until standard input ends.
  ///
  /// @param arguments `MODEL SENTENCE`: a model by name or folder
  public static void main(String... arguments) throws IOException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException("usage: MODEL SENTENCE");
    }
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (PredictTiming timing = new PredictTiming(Models.load(arguments[0]), arguments[1])) {
      System.out.println(timing.firstRow());
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.strip().split(" +");
        if (words.length != 3 || !timing.work.containsKey(words[0])) {
          throw new IllegalArgumentException(
              "a request is encoder|text|label THREADS CALLS: " + line);
        }
        double micros =
            timing.measure(words[0], Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        System.out.printf(Locale.ROOT, "%.1f%n", micros);
      }
    }
  }

  private String firstRow() {
    StringBuilder row = new StringBuilder();
    for (int c = 0; c < hidden.shape().columns(); c++) {
      row.append(c == 0 ? "" : " ").append(hidden.get(0, c));
    }
    return row.toString();
  }

  private double measure(String what, int threads, int calls) {
    Workers with = workers.computeIfAbsent(threads, Workers::of);
    List<Double> micros = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      long start = System.nanoTime();
      with.call(work.get(what)::get);
      micros.add((System.nanoTime() - start) * 1e-3);
    }
    return Median.of(micros);
  }

  @Override
  public void close() {
    workers.values().forEach(Workers::close);
  }
}

// echo "encoder 1 2000" | java --add-modules jdk.incubator.vector \
//   -cp bench/target/benchmarks.jar jada.bench.PredictTiming all-minilm-l6-v2 "Wet paint."
