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
/// bits do not depend on the number of threads. The M×L probabilities, of M rows of q for L rows of
/// k, live only inside a task; the backward pass computes them again.
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
          Scratch scratch = Scratch.ofThread(m * n);
          float[] p = probabilities(block, scratch.p);
          Operand a = Operand.of(dropped(p, block, p), 0, n); // (M,L)
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
          Scratch scratch = Scratch.ofThread(m * n);
          float[] p = probabilities(block, scratch.p); // (M,L)
          if (liveV) {
            Operand a = Operand.transposed(dropped(p, block, scratch.a), 0, n);
            gemm(n, width, m, a, rows(g, block.queryAt), dv, block.at); // dV = Aᵀ·G  (L,M)(M,d)
          }
          if (liveQ || liveK) {
            float[] ds = product(block, rows(g, block.queryAt), v, scratch.ds); // dA  (M,L)
            dropped(ds, block, ds); // dP
            KERNELS.softmaxGradientRows(p, ds, n, ds, 0, m);
            KERNELS.scale(ds, scale, ds, 0, m * n);
            if (liveQ) {
              Operand left = Operand.of(ds, 0, n);
              gemm(m, width, n, left, rows(k, block.at), dq, block.queryAt); // dQ  (M,L)(L,d)
            }
            if (liveK) {
              Operand left = Operand.transposed(ds, 0, n);
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

  /// P = softmax(Q·Kᵀ/√d) of one block, (M,L).
  private float[] probabilities(Block block, float[] p) {
    product(block, rows(q, block.queryAt), k, p);
    KERNELS.scale(p, scale, p, 0, block.queries * block.length);
    KERNELS.softmaxRows(p, block.length, p, 0, block.queries);
    return p;
  }

  /// A·Xᵀ of one block, (M,d)(d,L), with X the block's rows of x.
  private float[] product(Block block, Operand a, Tensor x, float[] out) {
    int n = block.length;
    Operand b = Operand.transposed(x.array(), block.at, channels);
    Gemm.multiply(Dispatcher.SEQUENTIAL, block.queries, n, width, a, b, out, 0, n);
    return out;
  }

  /// Dropout of one block's (M,L) elements: written to `out`, or x itself where nothing is dropped.
  private float[] dropped(float[] x, Block block, float[] out) {
    if (dropout == 0) {
      return x;
    }
    KERNELS.dropout(x, block.key, dropout, out, 0, block.queries * block.length);
    return out;
  }

  /// The (M,L) matrices of a task, kept by its thread for the next: 113 MB a step of 16 × 64 tokens
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
