package jada.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/// How every benchmark is measured unless it, or the command line, says otherwise: the mean time of
/// a call, in five forks, because the same code may compile well in one and badly in another.
///
/// `-f 1 -wi 2 -i 3 -w 300ms -r 300ms` makes it short, for a look.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 5, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class Measured {
  /// For the benchmarks.
  protected Measured() {}
}
