package jada.tensor.kernel;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Reductions, and kernels that pass over one row two or three times while it stays in L1.
///
/// A sum along a row has the order of [RowSums]: its 16 lanes are one, two or four vectors. C2
/// drops the branches on the number of lanes, which is a constant.
final class VectorRows {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;

  private static final int LANES = SPECIES.length();

  private static final int SUMS = RowSums.LANES;

  private VectorRows() {}

  /// Σ `a[i]`, in the order of [RowSums].
  static float sum(float[] a, int from, int to) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = from;
    for (; i <= to - SUMS; i += SUMS) {
      s0 = s0.add(fromArray(SPECIES, a, i));
      if (LANES <= 8) {
        s1 = s1.add(fromArray(SPECIES, a, i + LANES));
      }
      if (LANES <= 4) {
        s2 = s2.add(fromArray(SPECIES, a, i + 2 * LANES));
        s3 = s3.add(fromArray(SPECIES, a, i + 3 * LANES));
      }
    }
    float[] sums = new float[SUMS];
    s0.intoArray(sums, 0);
    if (LANES <= 8) {
      s1.intoArray(sums, LANES);
    }
    if (LANES <= 4) {
      s2.intoArray(sums, 2 * LANES);
      s3.intoArray(sums, 3 * LANES);
    }
    for (; i < to; i++) {
      sums[RowSums.lane(i - from)] += a[i];
    }
    return RowSums.total(sums);
  }

  /// Σ `a[i] · b[i]`, in the order of [RowSums].
  static float dot(float[] a, float[] b, int from, int to) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = from;
    for (; i <= to - SUMS; i += SUMS) {
      s0 = fromArray(SPECIES, a, i).fma(fromArray(SPECIES, b, i), s0);
      if (LANES <= 8) {
        int j = i + LANES;
        s1 = fromArray(SPECIES, a, j).fma(fromArray(SPECIES, b, j), s1);
      }
      if (LANES <= 4) {
        int j = i + 2 * LANES;
        s2 = fromArray(SPECIES, a, j).fma(fromArray(SPECIES, b, j), s2);
        s3 = fromArray(SPECIES, a, j + LANES).fma(fromArray(SPECIES, b, j + LANES), s3);
      }
    }
    float[] sums = new float[SUMS];
    s0.intoArray(sums, 0);
    if (LANES <= 8) {
      s1.intoArray(sums, LANES);
    }
    if (LANES <= 4) {
      s2.intoArray(sums, 2 * LANES);
      s3.intoArray(sums, 3 * LANES);
    }
    for (; i < to; i++) {
      int lane = RowSums.lane(i - from);
      sums[lane] = Math.fma(a[i], b[i], sums[lane]);
    }
    return RowSums.total(sums);
  }

  /// The largest element, or NaN if there is one; the order does not matter.
  static float max(float[] a, int from, int to) {
    float result = Float.NEGATIVE_INFINITY;
    int i = from;
    if (to - from >= LANES) {
      FloatVector max = fromArray(SPECIES, a, from);
      for (i += LANES; i <= to - LANES; i += LANES) {
        max = max.max(fromArray(SPECIES, a, i));
      }
      float[] lanes = new float[LANES];
      max.intoArray(lanes, 0);
      for (float lane : lanes) {
        result = Math.max(result, lane);
      }
    }
    for (; i < to; i++) {
      result = Math.max(result, a[i]);
    }
    return result;
  }

  /// Σ (`a[i]` − mean)², in the order of [RowSums].
  private static float squares(float[] a, float mean, int from, int to) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = from;
    for (; i <= to - SUMS; i += SUMS) {
      FloatVector d0 = fromArray(SPECIES, a, i).sub(mean);
      s0 = d0.fma(d0, s0);
      if (LANES <= 8) {
        FloatVector d1 = fromArray(SPECIES, a, i + LANES).sub(mean);
        s1 = d1.fma(d1, s1);
      }
      if (LANES <= 4) {
        FloatVector d2 = fromArray(SPECIES, a, i + 2 * LANES).sub(mean);
        FloatVector d3 = fromArray(SPECIES, a, i + 3 * LANES).sub(mean);
        s2 = d2.fma(d2, s2);
        s3 = d3.fma(d3, s3);
      }
    }
    float[] sums = new float[SUMS];
    s0.intoArray(sums, 0);
    if (LANES <= 8) {
      s1.intoArray(sums, LANES);
    }
    if (LANES <= 4) {
      s2.intoArray(sums, 2 * LANES);
      s3.intoArray(sums, 3 * LANES);
    }
    for (; i < to; i++) {
      int lane = RowSums.lane(i - from);
      sums[lane] = Math.fma(a[i] - mean, a[i] - mean, sums[lane]);
    }
    return RowSums.total(sums);
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
    VectorMath.exp(x, max(x, from, to), y, from, to);
    scale(y, 1 / sum(y, from, to), y, from, to);
  }

  static void softmaxGradient(float[] y, float[] g, int from, int to, float[] out) {
    float dot = dot(g, y, from, to);
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
    FloatVector sumsH0 = FloatVector.zero(SPECIES);
    FloatVector sumsH1 = sumsH0;
    FloatVector sumsH2 = sumsH0;
    FloatVector sumsH3 = sumsH0;
    FloatVector sumsHX0 = sumsH0;
    FloatVector sumsHX1 = sumsH0;
    FloatVector sumsHX2 = sumsH0;
    FloatVector sumsHX3 = sumsH0;
    int j = 0;
    for (; j <= n - SUMS; j += SUMS) {
      FloatVector h0 = fromArray(SPECIES, g, o + j).mul(fromArray(SPECIES, gamma, j));
      FloatVector x0 = fromArray(SPECIES, x, o + j).sub(mu).mul(s);
      sumsH0 = sumsH0.add(h0);
      sumsHX0 = h0.fma(x0, sumsHX0);
      if (LANES <= 8) {
        int l = j + LANES;
        FloatVector h1 = fromArray(SPECIES, g, o + l).mul(fromArray(SPECIES, gamma, l));
        FloatVector x1 = fromArray(SPECIES, x, o + l).sub(mu).mul(s);
        sumsH1 = sumsH1.add(h1);
        sumsHX1 = h1.fma(x1, sumsHX1);
      }
      if (LANES <= 4) {
        int l = j + 2 * LANES;
        FloatVector h2 = fromArray(SPECIES, g, o + l).mul(fromArray(SPECIES, gamma, l));
        FloatVector x2 = fromArray(SPECIES, x, o + l).sub(mu).mul(s);
        sumsH2 = sumsH2.add(h2);
        sumsHX2 = h2.fma(x2, sumsHX2);
        l += LANES;
        FloatVector h3 = fromArray(SPECIES, g, o + l).mul(fromArray(SPECIES, gamma, l));
        FloatVector x3 = fromArray(SPECIES, x, o + l).sub(mu).mul(s);
        sumsH3 = sumsH3.add(h3);
        sumsHX3 = h3.fma(x3, sumsHX3);
      }
    }
    float[] sumsH = new float[SUMS];
    float[] sumsHX = new float[SUMS];
    sumsH0.intoArray(sumsH, 0);
    sumsHX0.intoArray(sumsHX, 0);
    if (LANES <= 8) {
      sumsH1.intoArray(sumsH, LANES);
      sumsHX1.intoArray(sumsHX, LANES);
    }
    if (LANES <= 4) {
      sumsH2.intoArray(sumsH, 2 * LANES);
      sumsHX2.intoArray(sumsHX, 2 * LANES);
      sumsH3.intoArray(sumsH, 3 * LANES);
      sumsHX3.intoArray(sumsHX, 3 * LANES);
    }
    for (; j < n; j++) {
      float h = g[o + j] * gamma[j];
      int lane = RowSums.lane(j);
      sumsH[lane] += h;
      sumsHX[lane] = Math.fma(h, (x[o + j] - mu) * s, sumsHX[lane]);
    }
    float meanH = RowSums.total(sumsH) / n;
    float meanHX = RowSums.total(sumsHX) / n;
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
