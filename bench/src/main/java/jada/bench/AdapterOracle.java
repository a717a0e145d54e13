package jada.bench;

import jada.autograd.Gradients;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.tensor.Tensor;

/// What a linear layer with a low-rank update must give, in double loops over W′ = W + P·diag(λ)·Q:
///
///     y = x·W′ᵀ + b      dx = G·W′      D = Gᵀ·x
///     dP = D·Qᵀ·diag(λ)      dλ_r = P[:,r]ᵀ·D·Q[r,:]ᵀ      dQ = diag(λ)·Pᵀ·D
///
/// x (T,in), W (out,in), b (out), G (T,out). Some elements of each are compared.
final class AdapterOracle {
  private static final int STRIDE = 37; // elements compared: every 37th row and column

  private final Tensor x;
  private final Tensor weight;
  private final Tensor bias;
  private final Tensor g;
  private final int tokens;
  private final int in;
  private final int out;
  private final double[][] d; // (out, in)

  AdapterOracle(Tensor x, Tensor weight, Tensor bias, Tensor g) {
    this.x = x;
    this.weight = weight;
    this.bias = bias;
    this.g = g;
    this.tokens = x.shape().dim(0);
    this.in = x.shape().dim(1);
    this.out = weight.shape().dim(0);
    this.d = new double[out][in];
    for (int t = 0; t < tokens; t++) {
      for (int o = 0; o < out; o++) {
        for (int i = 0; i < in; i++) {
          d[o][i] += (double) g.get(t, o) * x.get(t, i);
        }
      }
    }
  }

  /// Compares output and gradients of an adapted layer.
  void check(Variable y, Gradients of, Parameter input, Parameter p, Tensor lambda, Parameter q) {
    double[][] adapted = adapted(p.value(), lambda, q.value());
    for (int t = 0; t < tokens; t += STRIDE) {
      for (int o = 0; o < out; o += STRIDE) {
        double expected = bias.get(o);
        for (int i = 0; i < in; i++) {
          expected += x.get(t, i) * adapted[o][i];
        }
        Checks.close("y", y.value().get(t, o), expected, 1e-3, 1e-4);
      }
      for (int i = 0; i < in; i += STRIDE) {
        double expected = 0;
        for (int o = 0; o < out; o++) {
          expected += g.get(t, o) * adapted[o][i];
        }
        Checks.close("dx", of.of(input).get(t, i), expected, 1e-3, 1e-4);
      }
    }
    for (int r = 0; r < lambda.size(); r++) {
      for (int o = 0; o < out; o += STRIDE) {
        double expected = 0;
        for (int i = 0; i < in; i++) {
          expected += d[o][i] * lambda.get(r) * q.value().get(r, i);
        }
        Checks.close("dP", of.of(p).get(o, r), expected, 1e-2, 1e-4);
      }
      for (int i = 0; i < in; i += STRIDE) {
        double expected = 0;
        for (int o = 0; o < out; o++) {
          expected += d[o][i] * lambda.get(r) * p.value().get(o, r);
        }
        Checks.close("dQ", of.of(q).get(r, i), expected, 1e-2, 1e-4);
      }
    }
  }

  /// dλ_r.
  double lambda(Parameter p, Parameter q, int r) {
    double sum = 0;
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        sum += d[o][i] * p.value().get(o, r) * q.value().get(r, i);
      }
    }
    return sum;
  }

  /// W′.
  private double[][] adapted(Tensor p, Tensor lambda, Tensor q) {
    double[][] adapted = new double[out][in];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        adapted[o][i] = weight.get(o, i);
        for (int r = 0; r < lambda.size(); r++) {
          adapted[o][i] += (double) p.get(o, r) * lambda.get(r) * q.get(r, i);
        }
      }
    }
    return adapted;
  }
}
