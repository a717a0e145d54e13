package jada.tensor.kernel;

/// The scalar twins: each kernel as a plain loop over its formula. They give the bits of
/// [VectorKernels] with any number of lanes.
public final class ScalarKernels implements Kernels {
  /// Kernels without state.
  public ScalarKernels() {}

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void add(float[] a, float[] b, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = a[i] + b[i];
    }
  }

  @Override
  public void subtract(float[] a, float[] b, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = a[i] - b[i];
    }
  }

  @Override
  public void multiply(float[] a, float[] b, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = a[i] * b[i];
    }
  }

  @Override
  public void scale(float[] a, float factor, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = a[i] * factor;
    }
  }

  @Override
  public void exp(float[] a, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = Approximations.exp(a[i]);
    }
  }

  @Override
  public void tanh(float[] a, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = Approximations.tanh(a[i]);
    }
  }

  @Override
  public void erf(float[] a, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = Approximations.erf(a[i]);
    }
  }

  @Override
  public void relu(float[] x, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = Math.max(x[i], 0);
    }
  }

  @Override
  public void reluGradient(float[] x, float[] g, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = x[i] > 0 ? g[i] : 0;
    }
  }

  @Override
  public void gelu(float[] x, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = Approximations.gelu(x[i]);
    }
  }

  @Override
  public void geluGradient(float[] x, float[] g, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = g[i] * Approximations.geluDerivative(x[i]);
    }
  }

  @Override
  public float sum(float[] a, int from, int to) {
    float[] sums = new float[RowSums.LANES];
    for (int i = from; i < to; i++) {
      sums[RowSums.lane(i - from)] += a[i];
    }
    return RowSums.total(sums);
  }

  @Override
  public float dot(float[] a, float[] b, int from, int to) {
    float[] sums = new float[RowSums.LANES];
    for (int i = from; i < to; i++) {
      int lane = RowSums.lane(i - from);
      sums[lane] = Fma.fma(a[i], b[i], sums[lane]);
    }
    return RowSums.total(sums);
  }

  @Override
  public void addRow(float[] a, float[] row, int n, float[] out, int fromRow, int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      for (int j = 0; j < n; j++) {
        out[r * n + j] = a[r * n + j] + row[j];
      }
    }
  }

  @Override
  public void multiplyRow(float[] a, float[] row, int n, float[] out, int fromRow, int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      for (int j = 0; j < n; j++) {
        out[r * n + j] = a[r * n + j] * row[j];
      }
    }
  }

  @Override
  public void sumRows(float[] a, int n, float[] out, int fromRow, int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      for (int j = 0; j < n; j++) {
        out[j] += a[r * n + j];
      }
    }
  }

  @Override
  public void softmaxRows(float[] x, int n, float[] y, int fromRow, int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      int o = r * n;
      float max = Float.NEGATIVE_INFINITY;
      for (int j = 0; j < n; j++) {
        max = Math.max(max, x[o + j]);
      }
      for (int j = 0; j < n; j++) {
        y[o + j] = Approximations.exp(x[o + j] - max);
      }
      float scale = 1 / sum(y, o, o + n);
      for (int j = 0; j < n; j++) {
        y[o + j] *= scale;
      }
    }
  }

  @Override
  public void softmaxGradientRows(
      float[] y, float[] g, int n, float[] out, int fromRow, int toRow) {
    for (int r = fromRow; r < toRow; r++) {
      int o = r * n;
      float dot = dot(g, y, o, o + n);
      for (int j = o; j < o + n; j++) {
        out[j] = y[j] * (g[j] - dot);
      }
    }
  }

  @Override
  public void softmaxColumns(float[] x, int rows, int columns, int stride, float scale, float[] y) {
    for (int j = 0; j < columns; j++) {
      float max = Float.NEGATIVE_INFINITY;
      for (int i = 0; i < rows; i++) {
        max = x[i * stride + j] > max ? x[i * stride + j] : max;
      }
      float sum = 0;
      for (int i = 0; i < rows; i++) {
        float e = Approximations.expBelow0((x[i * stride + j] - max) * scale);
        y[i * stride + j] = e;
        sum += e;
      }
      float whole = 1 / sum;
      for (int i = 0; i < rows; i++) {
        y[i * stride + j] *= whole;
      }
    }
  }

  @Override
  public void softmaxGradientColumns(
      float[] y, float[] g, int rows, int columns, int stride, float scale, float[] out) {
    for (int j = 0; j < columns; j++) {
      float dot = 0;
      for (int i = 0; i < rows; i++) {
        dot = Fma.fma(g[i * stride + j], y[i * stride + j], dot);
      }
      for (int i = 0; i < rows; i++) {
        int at = i * stride + j;
        out[at] = y[at] * scale * (g[at] - dot);
      }
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
    if (n == 0) {
      return; // no mean
    }
    for (int r = fromRow; r < toRow; r++) {
      int o = r * n;
      float mu = sum(x, o, o + n) / n;
      float[] squares = new float[RowSums.LANES];
      for (int j = 0; j < n; j++) {
        int lane = RowSums.lane(j);
        float centred = x[o + j] - mu;
        squares[lane] = Fma.fma(centred, centred, squares[lane]);
      }
      float s = (float) (1 / Math.sqrt(RowSums.total(squares) / n + epsilon));
      mean[r] = mu;
      rstd[r] = s;
      for (int j = 0; j < n; j++) {
        y[o + j] = Fma.fma((x[o + j] - mu) * s, gamma[j], beta[j]);
      }
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
      int o = r * n;
      float mu = mean[r];
      float s = rstd[r];
      float[] sumsH = new float[RowSums.LANES];
      float[] sumsHX = new float[RowSums.LANES];
      for (int j = 0; j < n; j++) {
        int lane = RowSums.lane(j);
        float h = g[o + j] * gamma[j];
        sumsH[lane] += h;
        sumsHX[lane] = Fma.fma(h, (x[o + j] - mu) * s, sumsHX[lane]);
      }
      float meanH = RowSums.total(sumsH) / n;
      float meanHX = RowSums.total(sumsHX) / n;
      for (int j = 0; j < n; j++) {
        float normalized = (x[o + j] - mu) * s;
        dx[o + j] = s * (g[o + j] * gamma[j] - meanH - normalized * meanHX);
      }
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
      int o = r * n;
      for (int j = 0; j < n; j++) {
        dgamma[j] = Fma.fma(g[o + j], (x[o + j] - mean[r]) * rstd[r], dgamma[j]);
        dbeta[j] += g[o + j];
      }
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
    for (int i = from; i < to; i++) {
      m[i] = Fma.fma(1 - fresh1, m[i], fresh1 * g[i]);
      v[i] = Fma.fma(1 - fresh2, v[i], fresh2 * g[i] * g[i]);
      float denominator = (float) Math.sqrt(v[i]) / rootBias2 + epsilon;
      p[i] = p[i] * decay - stepSize * m[i] / denominator;
    }
  }

  @Override
  public void dropout(float[] x, long key, float p, float[] out, int from, int to) {
    float scale = 1 / (1 - p);
    for (int i = from; i < to; i++) {
      out[i] = CounterHash.keeps(key, i, p) ? x[i] * scale : 0;
    }
  }
}
