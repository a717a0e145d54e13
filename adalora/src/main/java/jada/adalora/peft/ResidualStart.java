package jada.adalora.peft;

import jada.adalora.LoraLinear;
import jada.autograd.Variable;
import jada.nn.files.InputException;
import jada.tensor.Qr;
import jada.tensor.Shape;
import jada.tensor.Svd;
import jada.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Starts of PEFT that begin with a part of the base matrix itself and take that part out of it:
/// with W (out, in), rank r, scale s and the start B₀ (out, r), A₀ (r, in), PEFT computes
///
///     (W − s·B₀·A₀) + s·B·A
///
/// and finds the start anew from W at every load. That is LoRA of rank 2r on the untouched W:
///
///     W + s·[B, −B₀]·[A; A₀]
enum ResidualStart {
  /// The largest r singular values: s·B₀·A₀ = U·diag(σ)·Vᵀ cut to r (Meng et al. 2024).
  PISSA {
    @Override
    Factors start(Tensor w, int r, float scale) {
      Svd svd = Svd.of(w);
      Tensor b = firstColumns(svd.u(), r);
      Tensor a = firstColumns(svd.v(), r).transpose(); // (r, in)
      float[] rows = a.array();
      int in = a.shape().dim(1);
      for (int i = 0; i < r; i++) {
        for (int j = 0; j < in; j++) {
          rows[i * in + j] *= svd.s().get(i) / scale;
        }
      }
      return new Factors(b, a);
    }
  },
  /// The first r columns of Q and rows of R in W = Q·R (Büyükakyüz 2024). They depend on the first
  /// r columns of W alone, and the product on no sign: A₀ = B₀ᵀ·W.
  OLORA {
    @Override
    Factors start(Tensor w, int r, float scale) {
      Tensor b = Qr.of(firstColumns(w, r)).q();
      return new Factors(b, b.transpose().matmul(w));
    }
  };

  /// @param b B₀ (out, r)
  /// @param a A₀ (r, in)
  record Factors(Tensor b, Tensor a) {}

  abstract Factors start(Tensor w, int r, float scale);

  /// The start of this name, as `init_lora_weights` has it.
  static Optional<ResidualStart> named(String name) {
    return Arrays.stream(values())
        .filter(start -> start.name().equals(name.toUpperCase(Locale.ROOT)))
        .findFirst();
  }

  /// The adapter that computes on the untouched W what PEFT computes on W − s·B₀·A₀.
  LoraLinear onWhole(
      String name, Variable w, Variable bias, Tensor a, Tensor b, float scale, double dropout) {
    int r = a.shape().dim(0);
    if (r > Math.min(w.shape().dim(0), w.shape().dim(1))) {
      throw new InputException(
          ("%s: is %s and has no %s directions for the start %s; adapter and base model do not"
                  + " belong together")
              .formatted(name, w.shape(), r, name().toLowerCase(Locale.ROOT)));
    }
    Factors start = start(w.value(), r, scale);
    Tensor rows = stacked(a, start.a());
    Tensor columns = stacked(b.transpose(), start.b().scale(-1).transpose()).transpose();
    return new LoraLinear(name, w, bias, rows, columns, scale, dropout);
  }

  /// One matrix above the other.
  private static Tensor stacked(Tensor above, Tensor below) {
    float[] all = Arrays.copyOf(above.array(), above.size() + below.size());
    System.arraycopy(below.array(), 0, all, above.size(), below.size());
    int rows = above.shape().dim(0) + below.shape().dim(0);
    return Tensor.of(Shape.of(rows, above.shape().dim(1)), all);
  }

  private static Tensor firstColumns(Tensor matrix, int count) {
    Tensor rows = matrix.transpose();
    int length = rows.shape().dim(1);
    return Tensor.of(Shape.of(count, length), Arrays.copyOf(rows.array(), count * length))
        .transpose();
  }
}
