package jada.nn.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Byte-pair encoding (Sennrich et al. 2016): a piece begins as its characters, and as long as two
/// neighbours are a pair among the merges, the pair of the lowest rank, of equal ones the leftmost,
/// becomes one token.
///
/// A character that the vocabulary lacks becomes the tokens of its bytes in UTF-8 (`<0xE2>`), if
/// that is asked for and all are there; else the unknown token, if there is one; else nothing.
///
/// Short pieces are merged by looking for the best pair each time; long ones with a heap, so that a
/// piece of n characters takes O(n log n) steps.
final class Bpe implements Model {
  /// What `tokenizer.json` says beside vocabulary and merges.
  ///
  /// @param unknown the token of characters that the vocabulary lacks
  /// @param fuseUnknown whether unknown characters that adjoin are one token
  /// @param prefix what the vocabulary puts before every character but a piece's first
  /// @param suffix what the vocabulary puts behind a piece's last character
  /// @param byteFallback whether unknown characters become bytes
  /// @param ignoreMerges whether a piece that is a token is not looked at further
  record Options(
      Optional<String> unknown,
      boolean fuseUnknown,
      String prefix,
      String suffix,
      boolean byteFallback,
      boolean ignoreMerges) {}

  private static final int NO_TOKEN = -1;

  // Merging by search costs n²/2 looks at an array, by heap n·log n with larger steps.
  private static final int SHORT = 32;

  private final Map<String, Integer> vocabulary;
  private final PairTable ranks;
  private final int[] merged; // by rank
  private final Options options;
  private final boolean plain;
  private final int unknownId;
  private final int[] basic; // ids of characters of the basic plane
  private final Map<Integer, Integer> others = new HashMap<>();
  private final int[] bytes = new int[256];

  /// @param vocabulary ids of tokens; must hold the unknown token, if one is named
  /// @param ranks the ranks of the pairs that are merged
  /// @param merged the id of the token that a pair makes, by its rank
  Bpe(Map<String, Integer> vocabulary, PairTable ranks, int[] merged, Options options) {
    this.vocabulary = vocabulary;
    this.ranks = ranks;
    this.merged = merged;
    this.options = options;
    this.plain = options.prefix().isEmpty() && options.suffix().isEmpty();
    this.unknownId = options.unknown().map(vocabulary::get).orElse(NO_TOKEN);
    int last = 0;
    for (String token : vocabulary.keySet()) {
      if (token.length() == 1) {
        last = Math.max(last, token.charAt(0));
      }
    }
    basic = new int[last + 1];
    Arrays.fill(basic, NO_TOKEN);
    vocabulary.forEach(
        (token, id) -> {
          if (token.length() == 1) {
            basic[token.charAt(0)] = id;
          } else if (token.length() == 2
              && Character.isSurrogatePair(token.charAt(0), token.charAt(1))) {
            others.put(token.codePointAt(0), id);
          }
        });
    for (int b = 0; b < 256; b++) {
      bytes[b] = vocabulary.getOrDefault(ByteCharacters.token(b), NO_TOKEN);
    }
  }

  @Override
  public void appendTokens(String text, int from, int to, IdBuffer ids) {
    if (options.ignoreMerges()) {
      Integer whole = vocabulary.get(text.substring(from, to));
      if (whole != null) {
        ids.add(whole, from, to);
        return;
      }
    }
    Symbols symbols = new Symbols(to - from);
    split(text, from, to, symbols);
    if (symbols.size <= SHORT) {
      mergeBySearch(symbols);
    } else {
      mergeByHeap(symbols);
    }
    for (int i = 0; i < symbols.size; i++) {
      if (symbols.ids[i] != NO_TOKEN) {
        ids.add(symbols.ids[i], symbols.starts[i], symbols.ends[i]);
      }
    }
  }

  /// The tokens of a piece under way, and their places in the text.
  private static final class Symbols {
    int[] ids;
    int[] starts;
    int[] ends;
    int size;

    Symbols(int most) {
      ids = new int[most];
      starts = new int[most];
      ends = new int[most];
    }

    void add(int id, int start, int end) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, 4 * size);
        starts = Arrays.copyOf(starts, 4 * size);
        ends = Arrays.copyOf(ends, 4 * size);
      }
      ids[size] = id;
      starts[size] = start;
      ends[size++] = end;
    }
  }

  private void split(String text, int from, int to, Symbols symbols) {
    int unknownStart = -1; // an unknown character waits for another to be fused with
    int unknownEnd = -1;
    int next;
    for (int i = from; i < to; i = next) {
      int codePoint = text.codePointAt(i);
      next = i + Character.charCount(codePoint);
      int id = plain ? id(codePoint) : id(text, i, next, i == from, next == to);
      if (id != NO_TOKEN) {
        if (unknownStart >= 0) {
          symbols.add(unknownId, unknownStart, unknownEnd);
          unknownStart = -1;
        }
        symbols.add(id, i, next);
        continue;
      }
      // As in the reference, bytes do not end a run of unknown characters.
      if (options.byteFallback() && addBytes(text, i, next, i == from, next == to, symbols)) {
        continue;
      }
      if (unknownId != NO_TOKEN) {
        if (unknownStart >= 0 && !options.fuseUnknown()) {
          symbols.add(unknownId, unknownStart, unknownEnd);
          unknownStart = -1;
        }
        unknownStart = unknownStart < 0 ? i : unknownStart;
        unknownEnd = next;
      }
    }
    if (unknownStart >= 0) {
      symbols.add(unknownId, unknownStart, unknownEnd);
    }
  }

  private int id(int codePoint) {
    if (codePoint < basic.length) {
      return basic[codePoint];
    }
    return codePoint < Character.MIN_SUPPLEMENTARY_CODE_POINT
        ? NO_TOKEN
        : others.getOrDefault(codePoint, NO_TOKEN);
  }

  private String decorated(String text, int from, int to, boolean first, boolean last) {
    return (first ? "" : options.prefix())
        + text.substring(from, to)
        + (last ? options.suffix() : "");
  }

  private int id(String text, int from, int to, boolean first, boolean last) {
    return vocabulary.getOrDefault(decorated(text, from, to, first, last), NO_TOKEN);
  }

  private boolean addBytes(
      String text, int from, int to, boolean first, boolean last, Symbols symbols) {
    byte[] utf8 = decorated(text, from, to, first, last).getBytes(StandardCharsets.UTF_8);
    for (byte b : utf8) {
      if (bytes[b & 0xFF] == NO_TOKEN) {
        return false;
      }
    }
    for (byte b : utf8) {
      symbols.add(bytes[b & 0xFF], from, to);
    }
    return true;
  }

  private void mergeBySearch(Symbols symbols) {
    int n = symbols.size;
    int[] ids = symbols.ids;
    int[] pair = new int[n]; // the rank of each token with its right neighbour
    for (int i = 0; i + 1 < n; i++) {
      pair[i] = ranks.rank(ids[i], ids[i + 1]);
    }
    while (n > 1) {
      int best = 0;
      for (int i = 1; i + 1 < n; i++) {
        best = pair[i] < pair[best] ? i : best;
      }
      if (pair[best] == PairTable.NONE) {
        break;
      }
      ids[best] = merged[pair[best]];
      symbols.ends[best] = symbols.ends[best + 1];
      int moved = n - best - 2;
      System.arraycopy(ids, best + 2, ids, best + 1, moved);
      System.arraycopy(symbols.starts, best + 2, symbols.starts, best + 1, moved);
      System.arraycopy(symbols.ends, best + 2, symbols.ends, best + 1, moved);
      System.arraycopy(pair, best + 2, pair, best + 1, moved);
      n--;
      if (best > 0) {
        pair[best - 1] = ranks.rank(ids[best - 1], ids[best]);
      }
      if (best + 1 < n) {
        pair[best] = ranks.rank(ids[best], ids[best + 1]);
      }
    }
    symbols.size = n;
  }

  private void mergeByHeap(Symbols symbols) {
    int n = symbols.size;
    int[] ids = symbols.ids;
    int[] next = new int[n];
    int[] previous = new int[n];
    MergeHeap heap = new MergeHeap(n);
    for (int i = 0; i < n; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      if (i + 1 < n) {
        offer(heap, ids, i, i + 1);
      }
    }
    while (!heap.isEmpty()) {
      long top = heap.poll();
      int rank = (int) (top >>> 32);
      int left = (int) top;
      // An entry whose tokens have been merged with others since then is void.
      if (ids[left] == NO_TOKEN || next[left] == n) {
        continue;
      }
      int right = next[left];
      int now = ranks.rank(ids[left], ids[right]);
      if (now == PairTable.NONE || merged[now] != merged[rank]) {
        continue;
      }
      ids[left] = merged[rank];
      ids[right] = NO_TOKEN;
      symbols.ends[left] = symbols.ends[right];
      next[left] = next[right];
      if (next[left] < n) {
        previous[next[left]] = left;
        offer(heap, ids, left, next[left]);
      }
      if (previous[left] >= 0) {
        offer(heap, ids, previous[left], left);
      }
    }
  }

  private void offer(MergeHeap heap, int[] ids, int left, int right) {
    int rank = ranks.rank(ids[left], ids[right]);
    if (rank != PairTable.NONE) {
      heap.add((long) rank << 32 | left);
    }
  }

  /// A binary heap of merges, the lowest rank on top, of equal ones the leftmost: the upper half of
  /// an entry is the rank, the lower the place.
  private static final class MergeHeap {
    private long[] entries;
    private int size;

    MergeHeap(int capacity) {
      entries = new long[capacity];
    }

    boolean isEmpty() {
      return size == 0;
    }

    void add(long entry) {
      if (size == entries.length) {
        entries = Arrays.copyOf(entries, 2 * size);
      }
      int at = size++;
      while (at > 0 && entries[(at - 1) / 2] > entry) {
        entries[at] = entries[(at - 1) / 2];
        at = (at - 1) / 2;
      }
      entries[at] = entry;
    }

    long poll() {
      long top = entries[0];
      long last = entries[--size];
      int at = 0;
      while (true) {
        int child = 2 * at + 1;
        if (child >= size) {
          break;
        }
        if (child + 1 < size && entries[child + 1] < entries[child]) {
          child++;
        }
        if (entries[child] >= last) {
          break;
        }
        entries[at] = entries[child];
        at = child;
      }
      entries[at] = last;
      return top;
    }
  }
}
