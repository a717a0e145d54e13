package jada.autograd;

import static jada.autograd.Edge.edge;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import jada.tensor.kernel.CounterHash;
import jada.tensor.kernel.Kernels;
import jada.tensor.kernel.SmallGemm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
  private final Tensor bias; // (2D−1,H), or nothing
  private final long key;
  private final float dropout;
  private final int channels; // C
  private final int width; // d = C/heads
  private final float scale; // 1/√d

  /// dQ, dK, dV and dbias; [#NOTHING] for a frozen input.
  private record InputGradients(Tensor q, Tensor k, Tensor v, Tensor bias) {}

  /// Which inputs want a gradient.
  private record Live(boolean q, boolean k, boolean v, boolean bias) {}

  private FusedAttention(
      Tensor q,
      int[] queryOffsets,
      Tensor k,
      Tensor v,
      int[] offsets,
      int heads,
      Tensor bias,
      long key,
      float dropout) {
    this.q = q;
    this.queryOffsets = queryOffsets;
    this.k = k;
    this.v = v;
    this.offsets = offsets;
    this.heads = heads;
    this.bias = bias;
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
    return attention(q, offsets, k, v, offsets, heads, Optional.empty(), key, dropout);
  }

  static Variable attention(
      Variable q,
      int[] queryOffsets,
      Variable k,
      Variable v,
      int[] offsets,
      int heads,
      Optional<Variable> bias,
      long key,
      float dropout) {
    AttentionInputs.check(q, queryOffsets, k, v, offsets, heads, bias, dropout);
    FusedAttention op =
        new FusedAttention(
            q.value(),
            queryOffsets.clone(),
            k.value(),
            v.value(),
            offsets.clone(),
            heads,
            bias.map(Variable::value).orElse(NOTHING),
            key,
            dropout);
    Live live =
        new Live(
            q.differentiable(),
            k.differentiable(),
            v.differentiable(),
            bias.filter(Variable::differentiable).isPresent());
    Shared<InputGradients> all = g -> op.gradients(g, live);
    List<Edge> edges = new ArrayList<>();
    edges.add(edge(q, all, (_, d) -> d.q()));
    edges.add(edge(k, all, (_, d) -> d.k()));
    edges.add(edge(v, all, (_, d) -> d.v()));
    bias.ifPresent(b -> edges.add(edge(b, all, (_, d) -> d.bias())));
    return Result.of("attention", op.forward(), edges.toArray(Edge[]::new));
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
            float[] p = probabilities(buffers, block, h); // Pᵀ (L,M)
            dropout(p, block, h, p); // Aᵀ
            buffers.left.transposed(p, stride(m), m, n); // A
            product(buffers.left, buffers.vRight, h, m, buffers.y); // Y = A·V  (M,L)(L,d)
          }
          merge(buffers.y, y, block.query, m, block);
        });
    return y;
  }

  /// With S = Q·Kᵀ/√d + B, P = softmax(S), A = dropout(P), Y = A·V: dV = Aᵀ·G; dA = G·Vᵀ; dP =
  /// dropout(dA), the same mask; dS = P ⊙ (dP − rowsum(dP ⊙ P)); dQ = dS·K/√d; dK = dSᵀ·Q/√d;
  /// dbias(D − 1 + δ, h) = Σ of dS_ml over l − m = δ, as √d times the sum of dS/√d.
  private InputGradients gradients(Tensor g, Live live) {
    boolean scores = live.q || live.k || live.bias;
    Tensor dq = live.q ? blankOrZeros(q) : NOTHING;
    Tensor dk = live.k ? blankOrZeros(k) : NOTHING;
    Tensor dv = live.v ? blankOrZeros(v) : NOTHING;
    // A row for each sequence, since no two tasks may write the same element.
    Tensor db = live.bias ? Tensor.zeros(Shape.of(offsets.length - 1, bias.size())) : NOTHING;
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
          if (live.v) {
            buffers.gRight.sideBySide(g.array(), query, channels, count, m, width);
          }
          if (scores) {
            buffers.vLeft.sideBySide(v.array(), key, channels, count, n, width);
            buffers.gTransposed.transposed(g.array(), query, channels, count, width, m);
          }
          if (live.q) {
            buffers.kRight.sideBySide(k.array(), key, channels, count, n, width);
          }
          if (live.k) {
            buffers.qRight.sideBySide(q.array(), query, channels, count, m, width);
          }
          for (int h = 0; h < count; h++) {
            float[] p = probabilities(buffers, block, h); // Pᵀ (L,M)
            float[] a = dropout == 0 ? p : buffers.a;
            dropout(p, block, h, a); // Aᵀ
            if (live.v) {
              buffers.left.one(a, stride, n, m);
              product(buffers.left, buffers.gRight, h, n, buffers.dv); // dV = Aᵀ·G  (L,M)(M,d)
            }
            if (scores) {
              float[] ds = buffers.ds;
              SmallGemm.multiply(
                  buffers.vLeft, h, buffers.gTransposed, h, ds, 0, stride); // dAᵀ (L,d)(d,M)
              // dPᵀ without its factor, which follows. If A = 0 because P = 0, then dS = 0, too.
              if (dropout > 0) {
                KERNELS.reluGradient(a, ds, ds, 0, n * stride);
              }
              float factor = scale / (1 - dropout);
              KERNELS.softmaxGradientColumns(p, ds, n, m, stride, factor, ds); // dSᵀ/√d
              if (live.bias) {
                addDistances(ds, block, h, db); // dbias/√d
              }
              if (live.q) {
                buffers.left.transposed(ds, stride, m, n);
                product(buffers.left, buffers.kRight, h, m, buffers.dq); // dQ = dS·K  (M,L)(L,d)
              }
              if (live.k) {
                buffers.left.one(ds, stride, n, m);
                product(buffers.left, buffers.qRight, h, n, buffers.dk); // dK = dSᵀ·Q  (L,M)(M,d)
              }
            }
          }
          if (live.q) {
            merge(buffers.dq, dq, block.query, m, block);
          }
          if (live.k) {
            merge(buffers.dk, dk, block.at, n, block);
          }
          if (live.v) {
            merge(buffers.dv, dv, block.at, n, block);
          }
        });
    Tensor dbias =
        live.bias ? db.sumRows().scale((float) Math.sqrt(width)).reshape(bias.shape()) : NOTHING;
    return new InputGradients(dq, dk, dv, dbias);
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

  /// Pᵀ = softmax(Q·Kᵀ/√d + B)ᵀ of one head, (L,M).
  private float[] probabilities(HeadBuffers buffers, Block block, int head) {
    float[] p = buffers.p;
    int m = block.queries;
    int n = block.length;
    int stride = stride(m);
    SmallGemm.multiply(buffers.kLeft, head, buffers.qTransposed, head, p, 0, stride); // K·Qᵀ
    if (bias != NOTHING) {
      addBias(p, m, n, distances(buffers, m, n, block.head + head));
    }
    KERNELS.softmaxColumns(p, n, m, stride, scale, p);
    return p;
  }

  /// √d·bias of one head for every distance in a sequence; softmax divides by √d. Element (l, m) of
  /// Bᵀ is number n − 1 − l + m, so the elements of a row of Bᵀ are adjacent.
  private float[] distances(HeadBuffers buffers, int m, int n, int head) {
    float[] row = buffers.distances(m + n);
    float root = (float) Math.sqrt(width);
    int middle = bias.shape().dim(0) / 2; // D − 1
    float[] values = bias.array();
    for (int i = 0; i < m + n - 1; i++) {
      int distance = n - 1 - i; // l − m
      row[i] = root * values[(middle + distance) * heads + head];
    }
    return row;
  }

  private static void addBias(float[] scores, int m, int n, float[] distances) {
    int stride = stride(m);
    for (int l = 0; l < n; l++) {
      int at = l * stride;
      int from = n - 1 - l;
      for (int i = 0; i < m; i++) {
        scores[at + i] += distances[from + i];
      }
    }
  }

  /// Adds each element of a head's dSᵀ (L,M) to that of its distance.
  private void addDistances(float[] ds, Block block, int head, Tensor out) {
    int stride = stride(block.queries);
    int middle = bias.shape().dim(0) / 2;
    int row = block.sequence * bias.size() + block.head + head;
    float[] to = out.array();
    for (int l = 0; l < block.length; l++) {
      for (int m = 0; m < block.queries; m++) {
        to[row + (middle + l - m) * heads] += ds[l * stride + m];
      }
    }
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
    private float[] distances = {};

    // (heads, M or L, d), padded
    private float[] y = {};
    private float[] dq = {};
    private float[] dk = {};
    private float[] dv = {};

    static HeadBuffers ofThread() {
      return OF_THREAD.get();
    }

    /// Room for the biases of as many distances.
    float[] distances(int count) {
      if (distances.length < count) {
        distances = new float[count];
      }
      return distances;
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
