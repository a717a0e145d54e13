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
/// bits do not depend on the number of threads. The probabilities, of M rows of q for L rows of k,
/// live only inside a task; the backward pass computes them again. They are kept transposed, (L,M),
/// so that softmax runs down columns, see [Kernels#softmaxColumns].
final class FusedAttention {
  private static final Kernels KERNELS = Kernels.fastest();
  private static final Tensor NOTHING = Tensor.zeros(Shape.of(0));

  private final Tensor q;
  private final Tensor k;
  private final Tensor v;
  private final int[] queryOffsets;
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
      Tensor q,
      int[] queryOffsets,
      Tensor k,
      Tensor v,
      int[] offsets,
      int heads,
      long key,
      float dropout) {
    this.q = q;
    this.queryOffsets = queryOffsets;
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
    Require.shapes(
        q.shape().rank() == 2 && k.shape().equals(q.shape()) && v.shape().equals(q.shape()),
        "attention",
        "q, k and v (T, C)",
        q,
        k,
        v);
    return attention(q, offsets, k, v, offsets, heads, key, dropout);
  }

  static Variable attention(
      Variable q,
      int[] queryOffsets,
      Variable k,
      Variable v,
      int[] offsets,
      int heads,
      long key,
      float dropout) {
    check(q, queryOffsets, k, v, offsets, heads, dropout);
    FusedAttention op =
        new FusedAttention(
            q.value(),
            queryOffsets.clone(),
            k.value(),
            v.value(),
            offsets.clone(),
            heads,
            key,
            dropout);
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
      Variable q,
      int[] queryOffsets,
      Variable k,
      Variable v,
      int[] offsets,
      int heads,
      float dropout) {
    Require.shapes(
        q.shape().rank() == 2
            && k.shape().rank() == 2
            && k.shape().dim(1) == q.shape().dim(1)
            && v.shape().equals(k.shape()),
        "attention",
        "q (N, C), k and v (T, C)",
        q,
        k,
        v);
    int channels = q.shape().dim(1);
    if (heads < 1 || channels % heads != 0) {
      throw new IllegalArgumentException(
          "attention: " + channels + " channels cannot be split into " + heads + " equal heads");
    }
    Require.probability("attention", dropout);
    checkOffsets(queryOffsets, "q", q.shape().dim(0));
    checkOffsets(offsets, "k", k.shape().dim(0));
    if (queryOffsets.length != offsets.length) {
      throw new IllegalArgumentException(
          "attention: q has "
              + (queryOffsets.length - 1)
              + " sequences and k has "
              + (offsets.length - 1)
              + "; they must be the same sequences");
    }
  }

  private static void checkOffsets(int[] offsets, String of, int rows) {
    boolean rising = offsets.length > 0 && offsets[0] == 0;
    for (int s = 1; s < offsets.length; s++) {
      rising &= offsets[s] >= offsets[s - 1];
    }
    if (!rising || offsets[offsets.length - 1] != rows) {
      throw new IllegalArgumentException(
          "attention: the offsets of the sequences must rise from 0 to the "
              + rows
              + " rows of "
              + of
              + ", got "
              + Arrays.toString(offsets));
    }
  }

  /// One (sequence, head): M rows from element `queryAt` of q, y and their gradients, L rows from
  /// element `at` of k, v and theirs.
  private record Block(int queries, int queryAt, int length, int at, long key) {}

  private interface Task {
    void run(Block block);
  }

  private void forEachBlock(Task task) {
    Workers.current()
        .dispatch(
            (offsets.length - 1) * heads,
            i -> {
              int s = i / heads;
              int column = i % heads * width;
              int queries = queryOffsets[s + 1] - queryOffsets[s];
              int length = offsets[s + 1] - offsets[s];
              if (queries > 0 && length > 0) {
                task.run(
                    new Block(
                        queries,
                        queryOffsets[s] * channels + column,
                        length,
                        offsets[s] * channels + column,
                        CounterHash.derive(key, i)));
              }
            });
  }

  private Tensor forward() {
    Tensor y = blankOrZeros(q);
    forEachBlock(
        block -> {
          int m = block.queries; // M
          int n = block.length; // L
          int stride = stride(m);
          Scratch scratch = Scratch.ofThread(n * stride);
          float[] p = probabilities(block, scratch.p);
          Operand a = Operand.transposed(dropped(p, block, p), 0, stride); // (M,L)
          gemm(m, width, n, a, rows(v, block.at), y, block.queryAt); // Y = A·V  (M,L)(L,d)
        });
    return y;
  }

  /// With S = Q·Kᵀ/√d, P = softmax(S), A = dropout(P), Y = A·V: dV = Aᵀ·G; dA = G·Vᵀ; dP =
  /// dropout(dA), the same mask; dS = P ⊙ (dP − rowsum(dP ⊙ P)); dQ = dS·K/√d; dK = dSᵀ·Q/√d.
  private InputGradients gradients(Tensor g, boolean liveQ, boolean liveK, boolean liveV) {
    Tensor dq = liveQ ? blankOrZeros(q) : NOTHING;
    Tensor dk = liveK ? blankOrZeros(k) : NOTHING;
    Tensor dv = liveV ? blankOrZeros(v) : NOTHING;
    forEachBlock(
        block -> {
          int m = block.queries; // M
          int n = block.length; // L
          int stride = stride(m);
          Scratch scratch = Scratch.ofThread(n * stride);
          float[] p = probabilities(block, scratch.p); // Pᵀ (L,M)
          if (liveV) {
            Operand a = Operand.of(dropped(p, block, scratch.a), 0, stride);
            gemm(n, width, m, a, rows(g, block.queryAt), dv, block.at); // dV = Aᵀ·G  (L,M)(M,d)
          }
          if (liveQ || liveK) {
            float[] ds = scratch.ds;
            product(block, v, g, ds); // dAᵀ = V·Gᵀ  (L,d)(d,M)
            dropped(ds, block, ds); // dPᵀ
            KERNELS.softmaxGradientColumns(p, ds, n, m, stride, scale, ds); // dSᵀ/√d
            if (liveQ) {
              Operand left = Operand.transposed(ds, 0, stride);
              gemm(m, width, n, left, rows(k, block.at), dq, block.queryAt); // dQ  (M,L)(L,d)
            }
            if (liveK) {
              Operand left = Operand.of(ds, 0, stride);
              gemm(n, width, m, left, rows(q, block.queryAt), dk, block.at); // dK  (L,M)(M,d)
            }
          }
        });
    return new InputGradients(dq, dk, dv);
  }

  /// Whether each sequence has rows of q and of k: then all of y, dQ, dK and dV is written.
  private boolean everyRowIsWritten() {
    for (int s = 1; s < offsets.length; s++) {
      boolean asks = queryOffsets[s] > queryOffsets[s - 1];
      boolean answers = offsets[s] > offsets[s - 1];
      if (asks != answers) {
        return false;
      }
    }
    return true;
  }

  private Tensor blankOrZeros(Tensor x) {
    return everyRowIsWritten() ? Tensor.blank(x.shape()) : Tensor.zeros(x.shape());
  }

  /// Pᵀ = softmax(Q·Kᵀ/√d)ᵀ of one block, (L,M).
  private float[] probabilities(Block block, float[] p) {
    product(block, k, q, p); // K·Qᵀ  (L,d)(d,M)
    KERNELS.softmaxColumns(p, block.length, block.queries, stride(block.queries), scale, p);
    return p;
  }

  /// X·Zᵀ of one block, (L,d)(d,M), with X the block's rows of x, one for each key, and Z those of
  /// z, one for each query.
  private void product(Block block, Tensor x, Tensor z, float[] out) {
    int m = block.queries;
    Operand b = Operand.transposed(z.array(), block.queryAt, channels);
    Gemm.multiply(
        Dispatcher.SEQUENTIAL, block.length, m, width, rows(x, block.at), b, out, 0, stride(m));
  }

  /// How far the rows of an (L,M) matrix lie apart: M rounded up to whole vectors of any machine.
  static int stride(int queries) {
    return Math.ceilDiv(queries, 16) * 16;
  }

  /// Dropout of one block's (L,M) elements: written to `out`, or x itself where nothing is dropped.
  /// Element (l, m) is decided as number l·stride + m.
  private float[] dropped(float[] x, Block block, float[] out) {
    if (dropout == 0) {
      return x;
    }
    KERNELS.dropout(x, block.key, dropout, out, 0, block.length * stride(block.queries));
    return out;
  }

  /// The (L,M) matrices of a task, kept by its thread for the next: 113 MB a step of 16 × 64 tokens
  /// on all-MiniLM-L6-v2 that need not be allocated, cleared and collected.
  private static final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private float[] p = {};
    private float[] a = {};
    private float[] ds = {};

    /// At least `size` floats in each, whose contents mean nothing.
    static Scratch ofThread(int size) {
      Scratch scratch = OF_THREAD.get();
      if (scratch.p.length < size) {
        scratch.p = new float[size];
        scratch.a = new float[size];
        scratch.ds = new float[size];
      }
      return scratch;
    }
  }

  /// The rows of one head in a matrix of C columns, from an element on, read in place.
  private Operand rows(Tensor x, int at) {
    return Operand.of(x.array(), at, channels);
  }

  /// Writes A·B into the rows of one head in a matrix of C columns, from an element on.
  private void gemm(int m, int n, int k, Operand a, Operand b, Tensor c, int at) {
    Gemm.multiply(Dispatcher.SEQUENTIAL, m, n, k, a, b, c.array(), at, channels);
  }
}
