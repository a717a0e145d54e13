package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import jada.tensor.kernel.CounterHash;
import jada.tensor.kernel.Kernels;
import jada.tensor.kernel.SmallGemm;

/// Attention within each sequence of a ragged batch, head by head; formula at [Fused#attention].
///
/// One task per sequence and group of heads. A task packs the heads of its rows of q, k and v, each
/// once for all products in which it occurs, and writes the heads of its output side by side again.
/// So memory is read along whole rows; the columns of a single head would come from L3 two cache
/// lines at a time. No two tasks write the same element, so the bits do not depend on the number of
/// threads. The probabilities of M rows of q for L rows of k exist only inside a task; the backward
/// pass recomputes them, as FlashAttention does (Dao et al. 2022). They are stored transposed,
/// (L,M), so that softmax runs down columns, see [Kernels#softmaxColumns].
final class FusedAttention {
  private static final Kernels KERNELS = Kernels.fastest();

  /// The number of tasks for a batch at least, if it has enough heads.
  private static final int TASKS = 16;

  /// Floats of a group's part of q, k or v: 128 KiB, so that the data of a task stay in L2 or close
  /// to it.
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

  /// dQ, dK and dV; [#NOTHING] for a frozen input.
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
    AttentionInputs.check(q, queryOffsets, k, v, offsets, heads, dropout);
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

  /// One sequence and some of its heads: M rows of q and y from `query` on, L rows of k and v from
  /// `at` on, and the same rows of their gradients.
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

  /// The number of groups into which the heads of a sequence are divided.
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
          HeadBuffers buffers = HeadBuffers.ofThread();
          buffers.reserve(m, n, width, block.count);
          readHeads(buffers, block);
          buffers.vRight.sideBySide(
              v.array(), at(block.at, block), channels, block.count, n, width);
          for (int h = 0; h < block.count; h++) {
            float[] p = probabilities(buffers, m, n, h); // Pᵀ (L,M)
            dropout(p, block, h, p); // Aᵀ
            buffers.left.transposed(p, stride(m), m, n); // A
            product(buffers.left, buffers.vRight, h, m, buffers.y); // Y = A·V  (M,L)(L,d)
          }
          merge(buffers.y, y, block.query, m, block);
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
          int count = block.count;
          int stride = stride(m);
          int query = at(block.query, block);
          int key = at(block.at, block);
          HeadBuffers buffers = HeadBuffers.ofThread();
          buffers.reserve(m, n, width, count);
          readHeads(buffers, block);
          if (liveV) {
            buffers.gRight.sideBySide(g.array(), query, channels, count, m, width);
          }
          if (liveQ || liveK) {
            buffers.vLeft.sideBySide(v.array(), key, channels, count, n, width);
            buffers.gTransposed.transposed(g.array(), query, channels, count, width, m);
          }
          if (liveQ) {
            buffers.kRight.sideBySide(k.array(), key, channels, count, n, width);
          }
          if (liveK) {
            buffers.qRight.sideBySide(q.array(), query, channels, count, m, width);
          }
          for (int h = 0; h < count; h++) {
            float[] p = probabilities(buffers, m, n, h); // Pᵀ (L,M)
            float[] a = dropout == 0 ? p : buffers.a;
            dropout(p, block, h, a); // Aᵀ
            if (liveV) {
              buffers.left.one(a, stride, n, m);
              product(buffers.left, buffers.gRight, h, n, buffers.dv); // dV = Aᵀ·G  (L,M)(M,d)
            }
            if (liveQ || liveK) {
              float[] ds = buffers.ds;
              SmallGemm.multiply(
                  buffers.vLeft, h, buffers.gTransposed, h, ds, 0, stride); // dAᵀ (L,d)(d,M)
              // dPᵀ without its factor, which follows. If A = 0 because P = 0, then dS = 0, too.
              if (dropout > 0) {
                KERNELS.reluGradient(a, ds, ds, 0, n * stride);
              }
              float factor = scale / (1 - dropout);
              KERNELS.softmaxGradientColumns(p, ds, n, m, stride, factor, ds); // dSᵀ/√d
              if (liveQ) {
                buffers.left.transposed(ds, stride, m, n);
                product(buffers.left, buffers.kRight, h, m, buffers.dq); // dQ = dS·K  (M,L)(L,d)
              }
              if (liveK) {
                buffers.left.one(ds, stride, n, m);
                product(buffers.left, buffers.qRight, h, n, buffers.dk); // dK = dSᵀ·Q  (L,M)(M,d)
              }
            }
          }
          if (liveQ) {
            merge(buffers.dq, dq, block.query, m, block);
          }
          if (liveK) {
            merge(buffers.dk, dk, block.at, n, block);
          }
          if (liveV) {
            merge(buffers.dv, dv, block.at, n, block);
          }
        });
    return new InputGradients(dq, dk, dv);
  }

  /// Packs the heads of k and q for [#probabilities].
  private void readHeads(HeadBuffers buffers, Block block) {
    buffers.kLeft.sideBySide(
        k.array(), at(block.at, block), channels, block.count, block.length, width);
    buffers.qTransposed.transposed(
        q.array(), at(block.query, block), channels, block.count, width, block.queries);
  }

  /// The index in q, k, v or y at which a row of the block's heads begins.
  private int at(int row, Block block) {
    return row * channels + block.head * width;
  }

  /// C = A·B for one head: A is a single matrix, B (k,d) and C (rows,d) are the head's parts.
  private void product(SmallGemm.Left a, SmallGemm.Right b, int head, int rows, float[] heads) {
    int stride = SmallGemm.padded(width);
    SmallGemm.multiply(a, 0, b, head, heads, head * SmallGemm.padded(rows) * stride, stride);
  }

  /// Whether each sequence has rows of q and of k or of neither: then every row of y, dQ, dK and dV
  /// is written.
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
  private float[] probabilities(HeadBuffers buffers, int m, int n, int head) {
    float[] p = buffers.p;
    int stride = stride(m);
    SmallGemm.multiply(buffers.kLeft, head, buffers.qTransposed, head, p, 0, stride); // K·Qᵀ
    KERNELS.softmaxColumns(p, n, m, stride, scale, p);
    return p;
  }

  /// The stride between the rows of an (L,M) matrix.
  static int stride(int queries) {
    return SmallGemm.padded(queries);
  }

  /// Dropout of one head's (L,M) probabilities. Element (l, m) has the counter l·stride + m.
  private void dropout(float[] p, Block block, int head, float[] out) {
    if (dropout > 0) {
      long headKey = CounterHash.derive(key, block.sequence * heads + block.head + head);
      KERNELS.dropout(p, headKey, dropout, out, 0, block.length * stride(block.queries));
    }
  }

  /// Copies a block's heads side by side: (heads, rows, d) -> (rows, C).
  private void merge(float[] x, Tensor out, int row, int rows, Block block) {
    float[] to = out.array();
    int stride = SmallGemm.padded(width);
    int step = SmallGemm.padded(rows) * stride;
    for (int i = 0; i < rows; i++) {
      int at = at(row + i, block);
      for (int h = 0; h < block.count; h++) {
        System.arraycopy(x, h * step + i * stride, to, at + h * width, width);
      }
    }
  }

  /// The matrices of a task, kept by its thread for the next one. Otherwise a training step would
  /// allocate, clear and collect some hundred megabytes.
  private static final class HeadBuffers {
    private static final ThreadLocal<HeadBuffers> OF_THREAD =
        ThreadLocal.withInitial(HeadBuffers::new);

    // Of all heads, packed
    private final SmallGemm.Left kLeft = new SmallGemm.Left(); // K (L,d)
    private final SmallGemm.Left vLeft = new SmallGemm.Left(); // V (L,d)
    private final SmallGemm.Right qTransposed = new SmallGemm.Right(); // Qᵀ (d,M)
    private final SmallGemm.Right gTransposed = new SmallGemm.Right(); // Gᵀ (d,M)
    private final SmallGemm.Right qRight = new SmallGemm.Right(); // Q (M,d)
    private final SmallGemm.Right kRight = new SmallGemm.Right(); // K (L,d)
    private final SmallGemm.Right vRight = new SmallGemm.Right(); // V (L,d)
    private final SmallGemm.Right gRight = new SmallGemm.Right(); // G (M,d)

    // Of one head: a left factor, and (L,M) matrices
    private final SmallGemm.Left left = new SmallGemm.Left();
    private float[] p = {};
    private float[] a = {};
    private float[] ds = {};

    // (heads, M or L, d), padded
    private float[] y = {};
    private float[] dq = {};
    private float[] dk = {};
    private float[] dv = {};

    static HeadBuffers ofThread() {
      return OF_THREAD.get();
    }

    /// Makes room for M queries and L keys.
    void reserve(int m, int n, int width, int heads) {
      int scores = SmallGemm.padded(n) * stride(m);
      if (p.length < scores) {
        p = new float[scores];
        a = new float[scores];
        ds = new float[scores];
      }
      int rows = heads * SmallGemm.padded(Math.max(m, n)) * SmallGemm.padded(width);
      if (y.length < rows) {
        y = new float[rows];
        dq = new float[rows];
        dk = new float[rows];
        dv = new float[rows];
      }
    }
  }
}
