package jada.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs every benchmark once, on small sizes and in this JVM: its set-up compares its answers with
/// the scalar twins, and a call of it must not fail.
class BenchmarksTest {

  static Stream<String> benchmarks() {
    OutputFormat silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
    return BenchmarkList.defaultList().find(silent, List.of(".*"), List.of()).stream()
        .map(entry -> entry.getUsername())
        .distinct();
  }

  @ParameterizedTest
  @MethodSource("benchmarks")
  void gives_the_right_answer(String benchmark) throws RunnerException {
    Options once =
        new OptionsBuilder()
            .include("^" + benchmark.replace(".", "\\.") + "$")
            .mode(Mode.SingleShotTime)
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            // Those that a benchmark does not have do not matter to it. Odd sizes reach the edges.
            .param("shape", benchmark.contains("Attention") ? "2x7x2x12" : "65x50x37")
            .param("threads", "2")
            .param("tokens", "65")
            .param("rows", "65")
            .param("width", "50")
            .param("parameters", "1023")
            .param("vocabulary", "2000")
            .param("texts", "2")
            .param("length", "6")
            .build();
    Collection<RunResult> results = new Runner(once).run();
    assertThat(results).isNotEmpty();
  }
}
