package jada.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Operations a second of matrix products, in units of 10⁹: the row `gflop` of a result.
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Rate {
  /// Multiplications and additions, in units of 10⁹.
  public double gflop;

  /// Starts from zero in every iteration.
  @Setup(Level.Iteration)
  public void clear() {
    gflop = 0;
  }
}
