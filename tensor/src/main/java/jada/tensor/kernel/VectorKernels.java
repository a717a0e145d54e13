package jada.tensor.kernel;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The kernels on the vector unit, of 4, 8 or 16 lanes. They give the bits of [ScalarKernels]: the
/// same operations in the same order for each element, and sums in the order of [RowSums].
///
/// Every loop runs over whole vectors, then element by element to the end. It uses no masks, which
/// are slow without AVX-512.
public final class VectorKernels implements Kernels {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  private static final int LANES = SPECIES.length();

  /// Kernels without state. This class can be loaded only if the module `jdk.incubator.vector` is
  /// present.
  public VectorKernels() {}

  @Override
  public String name() {
    return "vector (" + LANES + " lanes)";
  }

  @Override
  public void add(float[] a, float[] b, float[] out, int from, int to) {
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      fromArray(SPECIES, a, i).add(fromArray(SPECIES, b, i)).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = a[i] + b[i];
    }
  }

  @Override
  public void subtract(float[] a, float[] b, float[] out, int from, int to) {
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      fromArray(SPECIES, a, i).sub(fromArray(SPECIES, b, i)).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = a[i] - b[i];
    }
  }

  @Override
  public void multiply(float[] a, float[] b, float[] out, int from, int to) {
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      fromArray(SPECIES, a, i).mul(fromArray(SPECIES, b, i)).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = a[i] * b[i];
    }
  }

  @Override
  public void scale(float[] a, float factor, float[] out, int from, int to) {
    VectorRows.scale(a, factor, out, from, to);
  }

  @Override
  public void exp(float[] a, float[] out, int from, int to) {
    VectorMath.exp(a, 0, out, from, to);
  }

  @Override
  public void tanh(float[] a, float[] out, int from, int to) {
    VectorMath.tanh(a, out, from, to);
  }

  @Override
  public void erf(float[] a, float[] out, int from, int to) {
    VectorMath.erf(a, out, from, to);
  }

  @Override
  public void relu(float[] x, float[] out, int from, int to) {
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      fromArray(SPECIES, x, i).max(0).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = Math.max(x[i], 0);
    }
  }

  @Override
  public void reluGradient(float[] x, float[] g, float[] out, int from, int to) {
    FloatVector zero = FloatVector.zero(SPECIES);
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      VectorMask<Float> positive = fromArray(SPECIES, x, i).compare(VectorOperators.GT, zero);
      zero.blend(fromArray(SPECIES, g, i), positive).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = x[i] > 0 ? g[i] : 0;
    }
  }

  @Override
  public void gelu(float[] x, float[] out, int from, int to) {
    VectorMath.gelu(x, out, from, to);
  }

  @Override
  public void geluGradient(float[] x, float[] g, float[] out, int from, int to) {
    VectorMath.geluGradient(x, g, out, from, to);
  }

  @Override
  public float sum(float[] a, int from, int to) {
    return VectorRows.sum(a, from, to);
  }

  @Override
  public float dot(float[] a, float[] b, int from, int to) {
    return VectorRows.dot(a, b, from, to);
  }

  @Override
  public void addRow(float[] a, float[] row, int n, float[] out, int fromRow, int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      int o = r * n;
      int j = 0;
      for (; j <= n - LANES; j += LANES) {
        fromArray(SPECIES, a, o + j).add(fromArray(SPECIES, row, j)).intoArray(out, o + j);
      }
      for (; j < n; j++) {
        out[o + j] = a[o + j] + row[j];
      }
    }
  }

  @Override
  public void multiplyRow(float[] a, float[] row, int n, float[] out, int fromRow, int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      int o = r * n;
      int j = 0;
      for (; j <= n - LANES; j += LANES) {
        fromArray(SPECIES, a, o + j).mul(fromArray(SPECIES, row, j)).intoArray(out, o + j);
      }
      for (; j < n; j++) {
        out[o + j] = a[o + j] * row[j];
      }
    }
  }

  @Override
  public void sumRows(float[] a, int n, float[] out, int fromRow, int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      int o = r * n;
      int j = 0;
      for (; j <= n - LANES; j += LANES) {
        fromArray(SPECIES, out, j).add(fromArray(SPECIES, a, o + j)).intoArray(out, j);
      }
      for (; j < n; j++) {
        out[j] += a[o + j];
      }
    }
  }

  @Override
  public void softmaxRows(float[] x, int n, float[] y, int fromRow, int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      VectorRows.softmax(x, r * n, r * n + n, y);
    }
  }

  @Override
  public void softmaxGradientRows(
      float[] y, float[] g, int n, float[] out, int fromRow, int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      VectorRows.softmaxGradient(y, g, r * n, r * n + n, out);
    }
  }

  @Override
  public void softmaxColumns(float[] x, int rows, int columns, int stride, float scale, float[] y) {
    for (int j = 0; j < columns; j += LANES) {
      VectorColumns.softmax(x, rows, j, stride, scale, y);
    }
  }

  @Override
  public void softmaxGradientColumns(
      float[] y, float[] g, int rows, int columns, int stride, float scale, float[] out) {
    for (int j = 0; j < columns; j += LANES) {
      VectorColumns.softmaxGradient(y, g, rows, j, stride, scale, out);
    }
  }

  @Override
  public void layerNormRows(
      float[] x,
      float[] gamma,
      float[] beta,
      float epsilon,
      int n,
      float[] y,
      float[] mean,
      float[] rstd,
      int fromRow,
      int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      VectorRows.layerNorm(x, gamma, beta, epsilon, n, y, mean, rstd, r);
    }
  }

  @Override
  public void layerNormGradientRows(
      float[] x,
      float[] gamma,
      float[] mean,
      float[] rstd,
      float[] g,
      int n,
      float[] dx,
      int fromRow,
      int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      VectorRows.layerNormGradient(x, gamma, mean[r], rstd[r], g, n, dx, r * n);
    }
  }

  @Override
  public void layerNormParameterGradients(
      float[] x,
      float[] mean,
      float[] rstd,
      float[] g,
      int n,
      float[] dgamma,
      float[] dbeta,
      int fromRow,
      int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      VectorRows.layerNormParameterGradient(x, mean[r], rstd[r], g, r * n, n, dgamma, dbeta);
    }
  }

  @Override
  public void adamW(
      float[] p,
      float[] g,
      float[] m,
      float[] v,
      float decay,
      float fresh1,
      float fresh2,
      float stepSize,
      float rootBias2,
      float epsilon,
      int from,
      int to) {
    if (from == to) {
      return; // see WarmUp
    }
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      FloatVector gradient = fromArray(SPECIES, g, i);
      FloatVector mean =
          broadcast(SPECIES, 1 - fresh1).fma(fromArray(SPECIES, m, i), gradient.mul(fresh1));
      FloatVector square = gradient.mul(fresh2).mul(gradient);
      FloatVector variance = broadcast(SPECIES, 1 - fresh2).fma(fromArray(SPECIES, v, i), square);
      FloatVector denominator = variance.sqrt().div(rootBias2).add(epsilon);
      FloatVector step = mean.mul(stepSize).div(denominator);
      mean.intoArray(m, i);
      variance.intoArray(v, i);
      fromArray(SPECIES, p, i).mul(decay).sub(step).intoArray(p, i);
    }
    for (; i < to; i++) {
      m[i] = Math.fma(1 - fresh1, m[i], fresh1 * g[i]);
      v[i] = Math.fma(1 - fresh2, v[i], fresh2 * g[i] * g[i]);
      float denominator = (float) Math.sqrt(v[i]) / rootBias2 + epsilon;
      p[i] = p[i] * decay - stepSize * m[i] / denominator;
    }
  }

  @Override
  public void dropout(float[] x, long key, float p, float[] out, int from, int to) {
    if (from == to) {
      return; // see WarmUp
    }
    float scale = 1 / (1 - p);
    int low = (int) key;
    int high = (int) (key >>> 32);
    IntVector steps = IntVector.zero(INTS).addIndex(1);
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      // The hash of CounterHash.bits, twice the rounds of CounterHash.mix.
      IntVector h = steps.add(i).lanewise(VectorOperators.XOR, low);
      h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16)).mul(0x7feb352d);
      h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 15)).mul(0x846ca68b);
      h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16)).add(high);
      h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16)).mul(0x7feb352d);
      h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 15)).mul(0x846ca68b);
      h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
      IntVector upper = h.lanewise(VectorOperators.LSHR, 8);
      FloatVector uniform =
          ((FloatVector) upper.convertShape(VectorOperators.I2F, SPECIES, 0)).mul(0x1p-24f);
      VectorMask<Float> keeps = uniform.compare(VectorOperators.GE, p);
      FloatVector.zero(SPECIES).blend(fromArray(SPECIES, x, i).mul(scale), keeps).intoArray(out, i);
    }
    for (; i < to; i++) {
      out[i] = CounterHash.keeps(key, i, p) ? x[i] * scale : 0;
    }
  }
}
