package jada.nn.text;

import java.util.Arrays;
import java.util.Map;

/// A trie of strings, each with an id, to find which of them begin at a position.
///
/// Nodes are numbers, the root is 0, and the edges of all nodes lie in one open hash table from
/// (node, UTF-16 unit) to node; a step costs one probe, almost always.
final class TokenTrie {
  static final int ROOT = 0;

  /// No such node, no such id.
  static final int NONE = -1;

  // Edge keys are (node + 1) << 16 | unit, so that 0 marks a free slot.
  private long[] keys = new long[1 << 10];
  private int[] children = new int[1 << 10];
  private int[] ids = {NONE};
  private int nodes = 1;

  /// The trie of these strings; the empty string is ignored.
  TokenTrie(Map<String, Integer> idOfToken) {
    idOfToken.forEach(this::insert);
  }

  /// The node reached from `node` over `unit`, or [#NONE].
  int child(int node, char unit) {
    long key = key(node, unit);
    int slot = slot(key);
    return keys[slot] == key ? children[slot] : NONE;
  }

  /// The node reached from the root over all of `text`, or [#NONE].
  int find(String text) {
    int node = ROOT;
    for (int i = 0; i < text.length() && node != NONE; i++) {
      node = child(node, text.charAt(i));
    }
    return node;
  }

  /// The id of the string that ends at `node`, or [#NONE].
  int id(int node) {
    return ids[node];
  }

  private void insert(String token, int id) {
    if (token.isEmpty()) {
      return;
    }
    int node = ROOT;
    for (int i = 0; i < token.length(); i++) {
      int child = child(node, token.charAt(i));
      node = child == NONE ? grow(node, token.charAt(i)) : child;
    }
    ids[node] = id;
  }

  private int grow(int node, char unit) {
    if (2 * nodes > keys.length) {
      rehash();
    }
    if (nodes == ids.length) {
      ids = Arrays.copyOf(ids, 2 * nodes);
    }
    ids[nodes] = NONE;
    long key = key(node, unit);
    int slot = slot(key);
    keys[slot] = key;
    children[slot] = nodes;
    return nodes++;
  }

  private void rehash() {
    long[] oldKeys = keys;
    int[] oldChildren = children;
    keys = new long[2 * oldKeys.length];
    children = new int[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        children[slot] = oldChildren[i];
      }
    }
  }

  private static long key(int node, char unit) {
    return (node + 1L) << 16 | unit;
  }

  private int slot(long key) {
    // Fibonacci hashing: 2⁶⁴/φ spreads consecutive nodes, and the upper half holds the best bits.
    int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & (keys.length - 1);
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & (keys.length - 1);
    }
    return slot;
  }
}
