package jada.adalora.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import jada.nn.files.InputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Feeds damaged copies of a file to its reader: it must read them or refuse them with an
/// [InputException] of one line, soon, with memory in proportion to the file, and without writing
/// anything. `-Djada.fuzz=N` tries N copies of each file, the same ones every time.
///
/// Half of the copies are made of the sound file. The others are made of earlier copies that a
/// reader refused at a place in its code where it had refused none before: so damages add up, and
/// reach what a check in front hides from a single one.
///
/// @param folder in which nothing may be written, with all that is below
/// @param most bytes that reading one may allocate beside 400 for each byte of it, garbage included
public record DamagedCopies(Path folder, long most) {
  private static final int INPUTS = Integer.getInteger("jada.fuzz", 2000);

  /// CPU time for one file; the slowest takes a hundredth of it.
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long MOST_PER_BYTE = 400;

  /// How much longer than the sound file a copy may be that others are made of.
  private static final int MOST_GROWTH = 100_000;

  private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// Copies of which none may take more than 24 MB beside the bytes of it.
  public DamagedCopies(Path folder) {
    this(folder, 24 << 20);
  }

  /// Bytes that the calling thread has allocated so far.
  public static long allocated() {
    return THREAD.getCurrentThreadAllocatedBytes();
  }

  /// Lets a reader survive.
  ///
  /// @param file what is damaged; it is put back at the end
  /// @param damage makes a damaged copy
  /// @param read what an application does with the file
  public void survivedBy(Path file, UnaryOperator<byte[]> damage, Consumer<Path> read)
      throws IOException {
    byte[] sound = Files.readAllBytes(file);
    read.accept(file);
    List<Path> before = tree();
    SplittableRandom random = new SplittableRandom(INPUTS);
    List<byte[]> telling = new ArrayList<>();
    Set<Integer> places = new HashSet<>();
    int refused = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] original =
          telling.isEmpty() || random.nextBoolean()
              ? sound
              : telling.get(random.nextInt(telling.size()));
      byte[] damaged = damage.apply(original);
      Files.delete(file); // some file systems flush what is overwritten
      Files.write(file, damaged);
      long bytes = allocated();
      long nanos = THREAD.getCurrentThreadCpuTime();
      try {
        read.accept(file);
      } catch (InputException e) {
        refused++;
        if (places.add(place(e)) && damaged.length < sound.length + MOST_GROWTH) {
          telling.add(damaged);
        }
        assertThat(e.getMessage())
            .containsAnyOf(folder.toString(), ".jar!/")
            .doesNotContainPattern("[\\p{Cntrl}\\u2028\\u2029]")
            .hasSizeLessThan(1500);
      } catch (Throwable e) {
        Path kept = Files.write(Files.createTempFile("hostile", file.getFileName() + ""), damaged);
        throw new AssertionError("file %d of %s, kept as %s".formatted(i, file, kept), e);
      }
      assertThat(THREAD.getCurrentThreadCpuTime() - nanos)
          .as("time for file %d", i)
          .isLessThan(MOST_NANOS);
      assertThat(allocated() - bytes)
          .as("memory for file %d of %d bytes", i, damaged.length)
          .isLessThan(most + MOST_PER_BYTE * damaged.length);
    }
    Files.write(file, sound);
    assertThat(tree()).isEqualTo(before);
    assertThat(refused).as("files refused").isGreaterThan(INPUTS / 5);
    System.out.printf(
        "%s: %,d damaged copies, %,d refused at %d places%n",
        file.getFileName(), INPUTS, refused, places.size());
  }

  /// Where Jada's code has refused a file: the lines of its methods on the stack. A refusal that
  /// another one words anew counts where it was made.
  private static int place(InputException e) {
    if (e.getCause() instanceof InputException cause) {
      return place(cause);
    }
    return Arrays.stream(e.getStackTrace())
        .takeWhile(f -> !f.getClassName().startsWith(DamagedCopies.class.getName()))
        .filter(f -> f.getClassName().startsWith("jada."))
        .map(f -> f.getClassName() + ":" + f.getLineNumber())
        .toList()
        .hashCode();
  }

  private List<Path> tree() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted().toList();
    }
  }
}
