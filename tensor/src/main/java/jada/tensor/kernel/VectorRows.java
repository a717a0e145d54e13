package jada.tensor.kernel;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The reductions, and the kernels that work on one row at a time, which stays in L1 while they
/// pass over it twice or three times.
final class VectorRows {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private static final int LANES = SPECIES.length();

  private VectorRows() {}

  /// The sum of a vector's lanes, in order. Not `reduceLanes`: it adds in another order once the
  /// method is compiled, so results would depend on how warm the JVM is.
  static float total(float[] lanes) {
    float sum = 0;
    for (float lane : lanes) {
      sum += lane;
    }
    return sum;
  }

  /// Four sums beside each other: an addition takes longer than loading its operand.
  static float sum(float[] a, int from, int to) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = from;
    for (; i <= to - 4 * LANES; i += 4 * LANES) {
      s0 = s0.add(fromArray(SPECIES, a, i));
      s1 = s1.add(fromArray(SPECIES, a, i + LANES));
      s2 = s2.add(fromArray(SPECIES, a, i + 2 * LANES));
      s3 = s3.add(fromArray(SPECIES, a, i + 3 * LANES));
    }
    for (; i <= to - LANES; i += LANES) {
      s0 = s0.add(fromArray(SPECIES, a, i));
    }
    float[] lanes = new float[LANES];
    s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
    float sum = total(lanes);
    for (; i < to; i++) {
      sum += a[i];
    }
    return sum;
  }

  /// Σ `a[i] · b[i + shift]`.
  static float dot(float[] a, float[] b, int shift, int from, int to) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = from;
    for (; i <= to - 4 * LANES; i += 4 * LANES) {
      int j = i + shift;
      s0 = fromArray(SPECIES, a, i).fma(fromArray(SPECIES, b, j), s0);
      s1 = fromArray(SPECIES, a, i + LANES).fma(fromArray(SPECIES, b, j + LANES), s1);
      s2 = fromArray(SPECIES, a, i + 2 * LANES).fma(fromArray(SPECIES, b, j + 2 * LANES), s2);
      s3 = fromArray(SPECIES, a, i + 3 * LANES).fma(fromArray(SPECIES, b, j + 3 * LANES), s3);
    }
    for (; i <= to - LANES; i += LANES) {
      s0 = fromArray(SPECIES, a, i).fma(fromArray(SPECIES, b, i + shift), s0);
    }
    float[] lanes = new float[LANES];
    s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
    float sum = total(lanes);
    for (; i < to; i++) {
      sum = Math.fma(a[i], b[i + shift], sum);
    }
    return sum;
  }

  static float max(float[] a, int from, int to) {
    FloatVector max = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      max = max.max(fromArray(SPECIES, a, i));
    }
    float result = max.reduceLanes(VectorOperators.MAX);
    for (; i < to; i++) {
      result = Math.max(result, a[i]);
    }
    return result;
  }

  /// Σ (`a[i]` − mean)².
  private static float squares(float[] a, float mean, int from, int to) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    int i = from;
    for (; i <= to - 2 * LANES; i += 2 * LANES) {
      FloatVector d0 = fromArray(SPECIES, a, i).sub(mean);
      FloatVector d1 = fromArray(SPECIES, a, i + LANES).sub(mean);
      s0 = d0.fma(d0, s0);
      s1 = d1.fma(d1, s1);
    }
    float[] lanes = new float[LANES];
    s0.add(s1).intoArray(lanes, 0);
    float sum = total(lanes);
    for (; i < to; i++) {
      sum = Math.fma(a[i] - mean, a[i] - mean, sum);
    }
    return sum;
  }

  static void scale(float[] a, float factor, float[] out, int from, int to) {
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      fromArray(SPECIES, a, i).mul(factor).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = a[i] * factor;
    }
  }

  static void softmax(float[] x, int from, int to, float[] y) {
    if (from == to) {
      return;
    }
    float sum = VectorMath.exp(x, max(x, from, to), y, from, to);
    scale(y, 1 / sum, y, from, to);
  }

  static void softmaxGradient(float[] y, float[] g, int from, int to, float[] out) {
    float dot = dot(g, y, 0, from, to);
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      FloatVector centred = fromArray(SPECIES, g, i).sub(dot);
      fromArray(SPECIES, y, i).mul(centred).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = y[i] * (g[i] - dot);
    }
  }

  static void layerNorm(
      float[] x,
      float[] gamma,
      float[] beta,
      float epsilon,
      int n,
      float[] y,
      float[] mean,
      float[] rstd,
      int row) {
    if (n == 0) {
      return; // see WarmUp
    }
    int o = row * n;
    float mu = sum(x, o, o + n) / n;
    float s = (float) (1 / Math.sqrt(squares(x, mu, o, o + n) / n + epsilon));
    mean[row] = mu;
    rstd[row] = s;
    int j = 0;
    for (; j <= n - LANES; j += LANES) {
      FloatVector normalized = fromArray(SPECIES, x, o + j).sub(mu).mul(s);
      normalized.fma(fromArray(SPECIES, gamma, j), fromArray(SPECIES, beta, j)).intoArray(y, o + j);
    }
    for (; j < n; j++) {
      y[o + j] = Math.fma((x[o + j] - mu) * s, gamma[j], beta[j]);
    }
  }

  static void layerNormGradient(
      float[] x, float[] gamma, float mu, float s, float[] g, int n, float[] dx, int o) {
    if (n == 0) {
      return; // see WarmUp
    }
    FloatVector sumsH = FloatVector.zero(SPECIES);
    FloatVector sumsHX = sumsH;
    int j = 0;
    for (; j <= n - LANES; j += LANES) {
      FloatVector h = fromArray(SPECIES, g, o + j).mul(fromArray(SPECIES, gamma, j));
      FloatVector normalized = fromArray(SPECIES, x, o + j).sub(mu).mul(s);
      sumsH = sumsH.add(h);
      sumsHX = h.fma(normalized, sumsHX);
    }
    float[] lanes = new float[LANES];
    sumsH.intoArray(lanes, 0);
    float sumH = total(lanes);
    sumsHX.intoArray(lanes, 0);
    float sumHX = total(lanes);
    for (; j < n; j++) {
      float h = g[o + j] * gamma[j];
      sumH += h;
      sumHX = Math.fma(h, (x[o + j] - mu) * s, sumHX);
    }
    float meanH = sumH / n;
    float meanHX = sumHX / n;
    j = 0;
    for (; j <= n - LANES; j += LANES) {
      FloatVector h = fromArray(SPECIES, g, o + j).mul(fromArray(SPECIES, gamma, j));
      FloatVector normalized = fromArray(SPECIES, x, o + j).sub(mu).mul(s);
      h.sub(meanH).sub(normalized.mul(meanHX)).mul(s).intoArray(dx, o + j);
    }
    for (; j < n; j++) {
      float normalized = (x[o + j] - mu) * s;
      dx[o + j] = s * (g[o + j] * gamma[j] - meanH - normalized * meanHX);
    }
  }

  static void layerNormParameterGradient(
      float[] x, float mu, float s, float[] g, int o, int n, float[] dgamma, float[] dbeta) {
    int j = 0;
    for (; j <= n - LANES; j += LANES) {
      FloatVector gradient = fromArray(SPECIES, g, o + j);
      FloatVector normalized = fromArray(SPECIES, x, o + j).sub(mu).mul(s);
      gradient.fma(normalized, fromArray(SPECIES, dgamma, j)).intoArray(dgamma, j);
      gradient.add(fromArray(SPECIES, dbeta, j)).intoArray(dbeta, j);
    }
    for (; j < n; j++) {
      dgamma[j] = Math.fma(g[o + j], (x[o + j] - mu) * s, dgamma[j]);
      dbeta[j] += g[o + j];
    }
  }
}
