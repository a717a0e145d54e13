package jada.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  @Test
  void runs_once_in_a_thread_that_ends() throws InterruptedException {
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    Thread.setDefaultUncaughtExceptionHandler((_, failure) -> failures.add(failure));
    Kernels.warmUp();
    List<Thread> begun = threads();
    Kernels.warmUp();
    assertThat(begun).hasSizeLessThanOrEqualTo(1);
    assertThat(begun).containsAll(threads());
    for (Thread thread : begun) {
      assertThat(thread.isDaemon()).isTrue();
      assertThat(thread.join(Duration.ofMinutes(1))).isTrue();
    }
    Thread.setDefaultUncaughtExceptionHandler(null);
    assertThat(failures).isEmpty();
    Kernels.warmUp();
    assertThat(threads()).isEmpty();
  }

  @Test
  void kernels_that_would_read_before_their_loop_look_first_whether_there_is_anything_to_do() {
    assumeThat(Backend.VECTOR).as("vector kernels").isTrue();
    MicroKernelArguments nothing =
        new MicroKernelArguments().from(null, 0, 0).first(null, 0, null, 0, -1);
    VectorMicroKernel.multiplyTall(nothing);
    VectorMicroKernel.multiply(nothing);
    VectorMicroKernel.multiplyRows(nothing);
    VectorRows.layerNorm(null, null, null, 0, 0, null, null, null, 0);
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("jada-warm-up"))
        .toList();
  }
}
