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
/// One task per sequence and group of heads. A task copies its rows of q, k and v apart, head after
/// head, and its rows of the output together again: so it walks along whole rows, where a head's
/// columns alone would come from L3 two cache lines at a time (25.4 instead of 28.1 ms of a step of
/// 16 × 64 tokens on all-MiniLM-L6-v2). No two tasks write the same element, so the bits do not
/// depend on the number of threads. The probabilities, of M rows of q for L rows of k, live only
/// inside a task; the backward pass computes them again. They are kept transposed, (L,M), so that
/// softmax runs down columns, see [Kernels#softmaxColumns].
final class FusedAttention {
  private static final Kernels KERNELS = Kernels.fastest();

  /// Tasks into which a batch is cut at least, where it has so many heads.
  private static final int TASKS = 16;

  /// Floats of a group's part of q, k or v: 128 KiB, so that what a task needs for its heads stays
  /// in L2 or near it.
  private static final int GROUP = 1 << 15;

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

  /// One sequence and some of its heads: M rows of q, y and their gradients from `query` on, L rows
  /// of k, v and theirs from `at` on.
  private record Block(
      int sequence, int query, int queries, int at, int length, int head, int count) {}

  private interface Task {
    void run(Block block);
  }

  private void forEachBlock(Task task) {
    int sequences = offsets.length - 1;
    int groups = groups();
    Workers.current()
        .dispatch(
            sequences * groups,
            i -> {
              int s = i / groups;
              int head = i % groups * heads / groups;
              int toHead = (i % groups + 1) * heads / groups;
              int queries = queryOffsets[s + 1] - queryOffsets[s];
              int length = offsets[s + 1] - offsets[s];
              if (queries > 0 && length > 0) {
                task.run(
                    new Block(
                        s, queryOffsets[s], queries, offsets[s], length, head, toHead - head));
              }
            });
  }

  /// Into how many groups the heads of a sequence are divided.
  private int groups() {
    int wanted = Math.ceilDiv(TASKS, Math.max(1, offsets.length - 1));
    int longest = 1;
    for (int s = 1; s < offsets.length; s++) {
      longest = Math.max(longest, offsets[s] - offsets[s - 1]);
    }
    int fit = Math.max(1, GROUP / Math.max(1, longest * width));
    return Math.clamp(Math.max(wanted, Math.ceilDiv(heads, fit)), 1, heads);
  }

  private Tensor forward() {
    Tensor y = blankOrZeros(q);
    forEachBlock(
        block -> {
          int m = block.queries; // M
          int n = block.length; // L
          int stride = stride(m);
          Scratch scratch = Scratch.ofThread(n * stride, block.count * Math.max(m, n) * width);
          split(q, block.query, m, block, scratch.q);
          split(k, block.at, n, block, scratch.k);
          split(v, block.at, n, block, scratch.v);
          for (int h = 0; h < block.count; h++) {
            float[] p = probabilities(scratch, m, n, h); // Pᵀ (L,M)
            Operand a = Operand.transposed(dropped(p, block, h, p), 0, stride); // (M,L)
            Operand values = rows(scratch.v, h, n);
            gemm(m, width, n, a, values, scratch.y, h); // Y = A·V  (M,L)(L,d)
          }
          merge(scratch.y, y, block.query, m, block);
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
          Scratch scratch = Scratch.ofThread(n * stride, block.count * Math.max(m, n) * width);
          split(q, block.query, m, block, scratch.q);
          split(k, block.at, n, block, scratch.k);
          split(g, block.query, m, block, scratch.y);
          if (liveQ || liveK) {
            split(v, block.at, n, block, scratch.v);
          }
          for (int h = 0; h < block.count; h++) {
            float[] p = probabilities(scratch, m, n, h); // Pᵀ (L,M)
            Operand upstream = rows(scratch.y, h, m); // G
            if (liveV) {
              Operand a = Operand.of(dropped(p, block, h, scratch.a), 0, stride);
              gemm(n, width, m, a, upstream, scratch.dv, h); // dV = Aᵀ·G  (L,M)(M,d)
            }
            if (liveQ || liveK) {
              float[] ds = scratch.ds;
              product(scratch.v, scratch.y, m, n, h, ds); // dAᵀ = V·Gᵀ  (L,d)(d,M)
              dropped(ds, block, h, ds); // dPᵀ
              KERNELS.softmaxGradientColumns(p, ds, n, m, stride, scale, ds); // dSᵀ/√d
              if (liveQ) {
                Operand left = Operand.transposed(ds, 0, stride);
                gemm(m, width, n, left, rows(scratch.k, h, n), scratch.dq, h); // dQ  (M,L)(L,d)
              }
              if (liveK) {
                Operand left = Operand.of(ds, 0, stride);
                gemm(n, width, m, left, rows(scratch.q, h, m), scratch.dk, h); // dK  (L,M)(M,d)
              }
            }
          }
          if (liveQ) {
            merge(scratch.dq, dq, block.query, m, block);
          }
          if (liveK) {
            merge(scratch.dk, dk, block.at, n, block);
          }
          if (liveV) {
            merge(scratch.dv, dv, block.at, n, block);
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

  /// Pᵀ = softmax(Q·Kᵀ/√d)ᵀ of one head, (L,M).
  private float[] probabilities(Scratch scratch, int m, int n, int head) {
    float[] p = scratch.p;
    product(scratch.k, scratch.q, m, n, head, p); // K·Qᵀ  (L,d)(d,M)
    KERNELS.softmaxColumns(p, n, m, stride(m), scale, p);
    return p;
  }

  /// X·Zᵀ of one head, (L,d)(d,M), with a row of X for each key and a row of Z for each query.
  private void product(float[] x, float[] z, int m, int n, int head, float[] out) {
    Operand b = Operand.transposed(z, head * m * width, width);
    Gemm.multiply(Dispatcher.SEQUENTIAL, n, m, width, rows(x, head, n), b, out, 0, stride(m));
  }

  /// How far the rows of an (L,M) matrix lie apart: M rounded up to whole vectors of any machine.
  static int stride(int queries) {
    return Math.ceilDiv(queries, 16) * 16;
  }

  /// Dropout of one head's (L,M) elements: written to `out`, or x itself where nothing is dropped.
  /// Element (l, m) is decided as number l·stride + m.
  private float[] dropped(float[] x, Block block, int head, float[] out) {
    if (dropout == 0) {
      return x;
    }
    long headKey = CounterHash.derive(key, block.sequence * heads + block.head + head);
    KERNELS.dropout(x, headKey, dropout, out, 0, block.length * stride(block.queries));
    return out;
  }

  /// Copies a block's rows of x, head after head: (rows, C) -> (heads, rows, d).
  private void split(Tensor x, int row, int rows, Block block, float[] out) {
    float[] from = x.array();
    for (int i = 0; i < rows; i++) {
      int at = (row + i) * channels + block.head * width;
      for (int h = 0; h < block.count; h++) {
        System.arraycopy(from, at + h * width, out, (h * rows + i) * width, width);
      }
    }
  }

  /// Copies what [#split] would take apart: (heads, rows, d) -> (rows, C).
  private void merge(float[] x, Tensor out, int row, int rows, Block block) {
    float[] to = out.array();
    for (int i = 0; i < rows; i++) {
      int at = (row + i) * channels + block.head * width;
      for (int h = 0; h < block.count; h++) {
        System.arraycopy(x, (h * rows + i) * width, to, at + h * width, width);
      }
    }
  }

  /// The matrices of a task, kept by its thread for the next: 113 MB a step of 16 × 64 tokens on
  /// all-MiniLM-L6-v2 that need not be allocated, cleared and collected.
  private static final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    // (L,M), of one head
    private float[] p = {};
    private float[] a = {};
    private float[] ds = {};

    // (heads, M or L, d)
    private float[] q = {};
    private float[] k = {};
    private float[] v = {};
    private float[] y = {}; // or its gradient
    private float[] dq = {};
    private float[] dk = {};
    private float[] dv = {};

    /// At least so many floats in each, whose contents mean nothing.
    static Scratch ofThread(int scores, int rows) {
      Scratch scratch = OF_THREAD.get();
      if (scratch.p.length < scores) {
        scratch.p = new float[scores];
        scratch.a = new float[scores];
        scratch.ds = new float[scores];
      }
      if (scratch.q.length < rows) {
        scratch.q = new float[rows];
        scratch.k = new float[rows];
        scratch.v = new float[rows];
        scratch.y = new float[rows];
        scratch.dq = new float[rows];
        scratch.dk = new float[rows];
        scratch.dv = new float[rows];
      }
      return scratch;
    }
  }

  /// The rows of one head of a block.
  private Operand rows(float[] x, int head, int rows) {
    return Operand.of(x, head * rows * width, width);
  }

  /// Writes A·B into the rows of one head of a block.
  private void gemm(int m, int n, int k, Operand a, Operand b, float[] c, int head) {
    Gemm.multiply(Dispatcher.SEQUENTIAL, m, n, k, a, b, c, head * m * n, n);
  }
}
