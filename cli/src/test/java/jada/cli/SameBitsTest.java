package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same run in processes with other numbers of threads, sizes of the heap and collectors leaves
/// the same bytes. `-Djada.jvms=N` tries N of the 32 combinations, `-Djada.real=true` some of them
/// on a real model too.
@Timeout(3600)
class SameBitsTest {
  private static final int JVMS = Integer.getInteger("jada.jvms", 2);

  @TempDir private Path temp;

  private record Jvm(int threads, String heap, String collector) {}

  /// All combinations; the first two have nothing in common, and no more threads than a small
  /// machine has.
  private static List<Jvm> jvms(String small, String large, int most) {
    List<Jvm> all = new ArrayList<>();
    for (int threads = 1; threads <= 4; threads++) {
      for (String heap : List.of(small, large)) {
        for (String collector : List.of("Serial", "Parallel", "G1", "Z")) {
          all.add(new Jvm(threads, heap, collector));
        }
      }
    }
    Collections.shuffle(all, new Random(3));
    List<Jvm> first = List.of(new Jvm(1, small, "Serial"), new Jvm(2, large, "Z"));
    all.removeAll(first);
    all.addAll(0, first);
    return all.subList(0, Math.min(most, all.size()));
  }

  private void compare(LongRun run, List<Jvm> jvms) throws Exception {
    Path whole = run.whole();
    for (Jvm jvm : jvms) {
      Path out = temp.resolve("%d-%s-%s".formatted(jvm.threads, jvm.heap, jvm.collector));
      try (JadaProcess process =
          JadaProcess.start(
              List.of("-Xmx" + jvm.heap, "-XX:+Use" + jvm.collector + "GC"),
              run.finetune(out, "--threads", jvm.threads))) {
        List<String> said = process.rest();
        assertThat(process.status()).as("%s: %s", jvm, said).isZero();
      }
      LongRun.assertSameResult(out, whole);
    }
    System.out.printf("%d processes with other JVM options left the same bytes%n", jvms.size());
  }

  @Test
  void of_a_tiny_model() throws Exception {
    compare(new LongRun(temp), jvms("64m", "2g", JVMS));
  }

  @Test
  void of_a_real_model() throws Exception {
    assumeThat(Boolean.getBoolean("jada.real"))
        .as("-Djada.real=true; the model comes from a Maven repository")
        .isTrue();

    compare(new LongRun(temp, "all-minilm-l6-v2"), jvms("600m", "2g", JVMS / 4));
  }
}
