package jada.bench;

import jada.tensor.Tensor;
import jada.tensor.Workers;
import jada.tensor.kernel.Gemm;
import jada.tensor.kernel.Operand;
import jada.tensor.kernel.PackedOperand;
import jada.tensor.kernel.RightOperand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Measures matrix products on request, so that `compare/gemm.py` can let this JVM and PyTorch take
/// turns of a tenth of a second. A line of standard input is a request, a line of standard output
/// its answer:
///
///     1024x384x384 linear 1 0.2      m×n×k, form, threads, seconds
///     86.1 91.4                      GFLOP/s: median and best of the calls
///
/// | form | C (m,n) | |
/// |---|---|---|
/// | linear | A·Wᵀ, W (n,k) | packs W in every call |
/// | prepacked | A·Wᵀ | W was packed before, as frozen weights may be |
/// | gradient | A·W, W (k,n) | packs W in every call |
final class GemmTiming implements AutoCloseable {
  private final Map<String, GemmOperands> operands = new HashMap<>();
  private final Map<String, RightOperand> rights = new HashMap<>();
  private final Map<Integer, Workers> workers = new HashMap<>();

  private GemmTiming() {}

  /// Answers requests until standard input ends.
  public static void main(String... arguments) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (GemmTiming timing = new GemmTiming()) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.strip().split(" +");
        if (words.length != 4) {
          throw new IllegalArgumentException("a request is SHAPE FORM THREADS SECONDS: " + line);
        }
        int threads = Integer.parseInt(words[2]);
        double seconds = Double.parseDouble(words[3]);
        System.out.println(timing.measure(words[0], words[1], threads, seconds));
      }
    }
  }

  private String measure(String shape, String form, int threads, double seconds) {
    GemmOperands of = operands.computeIfAbsent(shape, GemmOperands::of);
    String key = shape + " " + form;
    Operand a = Operand.of(of.a().array(), 0, of.k());
    float[] c = new float[of.m() * of.n()];
    boolean isNew = !rights.containsKey(key);
    RightOperand right = rights.computeIfAbsent(key, _ -> right(of, form));
    Workers with = workers.computeIfAbsent(threads, Workers::of);
    Runnable product =
        () -> Gemm.multiply(with::dispatch, of.m(), of.n(), of.k(), a, right, c, 0, of.n());
    if (isNew) {
      product.run();
      of.check(key, c);
    }
    List<Double> rates = new ArrayList<>();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    do {
      long start = System.nanoTime();
      product.run();
      rates.add(of.gflop() / (System.nanoTime() - start) * 1e9);
    } while (System.nanoTime() < end);
    double best = rates.stream().max(Double::compare).orElseThrow();
    return String.format(Locale.ROOT, "%.2f %.2f", Median.of(rates), best);
  }

  private static RightOperand right(GemmOperands of, String form) {
    Tensor transposed = of.b().transpose(); // (k,n) -> (n,k)
    Operand weight = Operand.transposed(transposed.array(), 0, of.k());
    return switch (form) {
      case "linear" -> weight;
      case "prepacked" -> PackedOperand.of(of.k(), of.n(), weight);
      case "gradient" -> Operand.of(of.b().array(), 0, of.n());
      default ->
          throw new IllegalArgumentException(
              "the form is linear, prepacked or gradient, not " + form);
    };
  }

  @Override
  public void close() {
    workers.values().forEach(Workers::close);
  }
}

// echo "1024x384x384 linear 1 2" | java --add-modules jdk.incubator.vector \
//   -cp bench/target/benchmarks.jar jada.bench.GemmTiming
