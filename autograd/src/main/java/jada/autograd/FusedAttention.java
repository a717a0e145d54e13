package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import jada.tensor.kernel.CounterHash;
import jada.tensor.kernel.Dispatcher;
import jada.tensor.kernel.Gemm;
import jada.tensor.kernel.Kernels;
import jada.tensor.kernel.Operand;
import java.util.Arrays;

/// Attention within each sequence of a ragged batch, head by head; formula at [Fused#attention].
///
/// One task per sequence and head. A task reads its head's columns of q, k and v in place, through
/// row strides, and writes its own block of the output: no two tasks write the same element, so the
/// bits do not depend on the number of threads. The L×L probabilities live only inside a task; the
/// backward pass computes them again.
final class FusedAttention {
  private static final Kernels KERNELS = Kernels.fastest();
  private static final Tensor NOTHING = Tensor.zeros(Shape.of(0));

  private final Tensor q;
  private final Tensor k;
  private final Tensor v;
  private final int[] offsets;
  private final int heads;
  private final long key;
  private final float dropout;
  private final int channels; // C
  private final int width; // d = C/heads
  private final float scale; // 1/√d

  /// dQ, dK and dV; [#NOTHING] where the input is frozen.
  private record InputGradients(Tensor q, Tensor k, Tensor v) {}

  private FusedAttention(
      Tensor q, Tensor k, Tensor v, int[] offsets, int heads, long key, float dropout) {
    this.q = q;
    this.k = k;
    this.v = v;
    this.offsets = offsets;
    this.heads = heads;
    this.key = key;
    this.dropout = dropout;
    this.channels = q.shape().dim(1);
    this.width = channels / heads;
    this.scale = (float) (1 / Math.sqrt(width));
  }

  static Variable attention(
      Variable q, Variable k, Variable v, int[] offsets, int heads, long key, float dropout) {
    check(q, k, v, offsets, heads, dropout);
    FusedAttention op =
        new FusedAttention(q.value(), k.value(), v.value(), offsets.clone(), heads, key, dropout);
    boolean liveQ = q.differentiable();
    boolean liveK = k.differentiable();
    boolean liveV = v.differentiable();
    Shared<InputGradients> all = g -> op.gradients(g, liveQ, liveK, liveV);
    return Result.of(
        "attention",
        op.forward(),
        edge(q, all, (_, d) -> d.q()),
        edge(k, all, (_, d) -> d.k()),
        edge(v, all, (_, d) -> d.v()));
  }

  private static void check(
      Variable q, Variable k, Variable v, int[] offsets, int heads, float dropout) {
    Require.shapes(
        q.shape().rank() == 2 && k.shape().equals(q.shape()) && v.shape().equals(q.shape()),
        "attention",
        "q, k and v (T, C)",
        q,
        k,
        v);
    int channels = q.shape().dim(1);
    if (heads < 1 || channels % heads != 0) {
      throw new IllegalArgumentException(
          "attention: " + channels + " channels cannot be split into " + heads + " equal heads");
    }
    Require.probability("attention", dropout);
    int tokens = q.shape().dim(0);
    boolean rising = offsets.length > 0 && offsets[0] == 0;
    for (int s = 1; s < offsets.length; s++) {
      rising &= offsets[s] >= offsets[s - 1];
    }
    if (!rising || offsets[offsets.length - 1] != tokens) {
      throw new IllegalArgumentException(
          "attention: the offsets of the sequences must rise from 0 to the "
              + tokens
              + " rows of q, got "
              + Arrays.toString(offsets));
    }
  }

  /// One (sequence, head): L rows from element `at` of every (T,C) matrix.
  private record Block(int length, int at, long key) {}

  private interface Task {
    void run(Block block);
  }

  private void forEachBlock(Task task) {
    Workers.current()
        .dispatch(
            (offsets.length - 1) * heads,
            i -> {
              int s = i / heads;
              int length = offsets[s + 1] - offsets[s];
              int at = offsets[s] * channels + i % heads * width;
              if (length > 0) {
                task.run(new Block(length, at, CounterHash.derive(key, i)));
              }
            });
  }

  private Tensor forward() {
    Tensor y = Tensor.zeros(q.shape());
    forEachBlock(
        block -> {
          int n = block.length; // L
          float[] a = dropped(probabilities(block), block); // (L,L)
          Operand left = Operand.of(a, 0, n);
          multiply(n, width, n, left, rows(v, block), y, block); // Y = A·V  (L,L)(L,d)
        });
    return y;
  }

  /// With S = Q·Kᵀ/√d, P = softmax(S), A = dropout(P), Y = A·V: dV = Aᵀ·G; dA = G·Vᵀ; dP =
  /// dropout(dA), the same mask; dS = P ⊙ (dP − rowsum(dP ⊙ P)); dQ = dS·K/√d; dK = dSᵀ·Q/√d.
  private InputGradients gradients(Tensor g, boolean liveQ, boolean liveK, boolean liveV) {
    Tensor dq = liveQ ? Tensor.zeros(q.shape()) : NOTHING;
    Tensor dk = liveK ? Tensor.zeros(q.shape()) : NOTHING;
    Tensor dv = liveV ? Tensor.zeros(q.shape()) : NOTHING;
    forEachBlock(
        block -> {
          int n = block.length; // L
          float[] p = probabilities(block); // (L,L)
          if (liveV) {
            Operand a = Operand.transposed(dropped(p, block), 0, n);
            multiply(n, width, n, a, rows(g, block), dv, block); // dV = Aᵀ·G  (L,L)(L,d)
          }
          if (liveQ || liveK) {
            float[] ds = new float[n * n];
            gemm(n, n, width, rows(g, block), columns(v, block), ds, 0, n); // dA = G·Vᵀ  (L,d)(d,L)
            ds = dropped(ds, block);
            KERNELS.softmaxGradientRows(p, ds, n, ds, 0, n);
            KERNELS.scale(ds, scale, ds, 0, n * n);
            if (liveQ) {
              Operand left = Operand.of(ds, 0, n);
              multiply(n, width, n, left, rows(k, block), dq, block); // dQ = dS·K  (L,L)(L,d)
            }
            if (liveK) {
              Operand left = Operand.transposed(ds, 0, n);
              multiply(n, width, n, left, rows(q, block), dk, block); // dK = dSᵀ·Q  (L,L)(L,d)
            }
          }
        });
    return new InputGradients(dq, dk, dv);
  }

  /// P = softmax(Q·Kᵀ/√d) of one block, (L,L).
  private float[] probabilities(Block block) {
    int n = block.length;
    float[] s = new float[n * n];
    gemm(n, n, width, rows(q, block), columns(k, block), s, 0, n); // (L,d)(d,L)
    KERNELS.scale(s, scale, s, 0, n * n);
    KERNELS.softmaxRows(s, n, s, 0, n);
    return s;
  }

  /// Dropout of one block's (L,L) elements: a new array, or the same where nothing is dropped.
  private float[] dropped(float[] p, Block block) {
    if (dropout == 0) {
      return p;
    }
    float[] a = new float[p.length];
    KERNELS.dropout(p, block.key, dropout, a, 0, p.length);
    return a;
  }

  /// The (L,d) block of a (T,C) matrix, read in place.
  private Operand rows(Tensor x, Block block) {
    return Operand.of(x.array(), block.at, channels);
  }

  /// The same block, transposed: (d,L).
  private Operand columns(Tensor x, Block block) {
    return Operand.transposed(x.array(), block.at, channels);
  }

  /// Writes A·B into the block of a (T,C) matrix.
  private void multiply(int m, int n, int k, Operand a, Operand b, Tensor c, Block block) {
    gemm(m, n, k, a, b, c.array(), block.at, channels);
  }

  private static void gemm(
      int m, int n, int k, Operand a, Operand b, float[] c, int at, int stride) {
    Gemm.multiply(Dispatcher.SEQUENTIAL, m, n, k, a, b, c, at, stride);
  }
}
