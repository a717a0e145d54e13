package jada.tensor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Measures the peak speed of multiply-adds in registers alone: what a matrix product would reach
/// if loads and stores were free.
public final class Peak {
  /// Independent chains: two multiply-add ports × latency 4 or 5 of current cores.
  private static final int CHAINS = 10;

  private static final int ITERATIONS = 1 << 20;

  private Peak() {}

  /// GFLOP/s of `threads` threads together: the best of `rounds` rounds of about 1 ms each; the
  /// first ones only trigger compilation.
  ///
  /// @param dispatcher runs one task on each thread
  public static double gigaflops(Dispatcher dispatcher, int threads, int rounds) {
    double best = 0;
    float[] sinks = new float[threads];
    for (int round = 0; round < rounds; round++) {
      long start = System.nanoTime();
      dispatcher.dispatch(threads, task -> sinks[task] = chains(1e-9f * task));
      double operations = 2.0 * threads * CHAINS * ITERATIONS * lanes();
      best = Math.max(best, operations / (System.nanoTime() - start));
    }
    return best;
  }

  private static int lanes() {
    return Backend.VECTOR ? Vectors.SPECIES.length() : 1;
  }

  private static float chains(float x) {
    return Backend.VECTOR ? Vectors.chains(x) : scalarChains(x);
  }

  private static float scalarChains(float x) {
    float[] c = new float[CHAINS];
    for (int i = 0; i < ITERATIONS; i++) {
      for (int j = 0; j < CHAINS; j++) {
        c[j] = Fma.fma(x, x, c[j]);
      }
    }
    float sum = 0;
    for (float chain : c) {
      sum += chain;
    }
    return sum;
  }

  /// A class of its own, so that it is loaded only if the vector module is present.
  private static final class Vectors {
    static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;

    static float chains(float start) {
      FloatVector x = FloatVector.broadcast(SPECIES, start);
      FloatVector c0 = x;
      FloatVector c1 = x;
      FloatVector c2 = x;
      FloatVector c3 = x;
      FloatVector c4 = x;
      FloatVector c5 = x;
      FloatVector c6 = x;
      FloatVector c7 = x;
      FloatVector c8 = x;
      FloatVector c9 = x;
      for (int i = 0; i < ITERATIONS; i++) {
        c0 = x.fma(x, c0);
        c1 = x.fma(x, c1);
        c2 = x.fma(x, c2);
        c3 = x.fma(x, c3);
        c4 = x.fma(x, c4);
        c5 = x.fma(x, c5);
        c6 = x.fma(x, c6);
        c7 = x.fma(x, c7);
        c8 = x.fma(x, c8);
        c9 = x.fma(x, c9);
      }
      FloatVector low = c0.add(c1).add(c2).add(c3).add(c4);
      return low.add(c5).add(c6).add(c7).add(c8).add(c9).lane(0);
    }
  }
}
