package jada.nn.text;

/// The tokens of pieces that have been met before: half of the pieces of an ordinary text are among
/// a few hundred.
///
/// A table with one place for each hash; what comes later takes the place. Threads may share it
/// without locks: an entry never changes, and one that another thread has replaced is right all the
/// same.
final class WordCache {
  private static final int SLOTS = 1 << 14;
  private static final int LONGEST = 40;

  private final Entry[] entries = new Entry[SLOTS];

  /// A piece and its tokens.
  private record Entry(String word, int[] ids) {}

  /// Appends the tokens of a piece, from the table or the model.
  void appendTokens(Model model, String text, int from, int to, IdBuffer ids) {
    if (to - from > LONGEST || ids.isTracked()) {
      model.appendTokens(text, from, to, ids);
      return;
    }
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    int slot = (hash ^ hash >>> 15) & SLOTS - 1;
    Entry entry = entries[slot];
    if (entry != null
        && entry.word().length() == to - from
        && text.startsWith(entry.word(), from)) {
      for (int id : entry.ids()) {
        ids.add(id);
      }
      return;
    }
    int before = ids.size();
    model.appendTokens(text, from, to, ids);
    int[] tokens = new int[ids.size() - before];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = ids.id(before + i);
    }
    entries[slot] = new Entry(text.substring(from, to), tokens);
  }
}
