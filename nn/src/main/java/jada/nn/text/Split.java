package jada.nn.text;

/// Cuts pieces where a pattern matches.
///
/// @param pattern what is looked for
/// @param behavior what becomes of the matches
/// @param inverted whether what lies between the matches counts as matches, and they do not
record Split(Pattern pattern, Behavior behavior, boolean inverted) implements PreTokenizing {
  /// What becomes of the matches.
  enum Behavior {
    /// They are left out.
    REMOVED,
    /// Each is a piece of its own.
    ISOLATED,
    /// Each ends the piece before it.
    MERGED_WITH_PREVIOUS,
    /// Each begins the piece behind it.
    MERGED_WITH_NEXT,
    /// Those that adjoin are a piece.
    CONTIGUOUS
  }

  @Override
  public Pieces apply(Pieces pieces) {
    Cutter cutter = new Cutter(pieces.builder());
    String text = pieces.text().text();
    for (int i = 0; i < pieces.size(); i++) {
      cutter.begin(pieces.from(i));
      pattern.matches(text, pieces.from(i), pieces.to(i), cutter);
      cutter.finish(pieces.to(i));
    }
    return pieces.with(cutter.builder);
  }

  /// Takes matches and what lies between them, from left to right, and makes pieces of them.
  private final class Cutter implements Pattern.Found {
    private final Pieces.Builder builder;
    private int done; // what is before it has been taken
    private int pending; // what is before it is in pieces
    private boolean afterMatch;

    Cutter(Pieces.Builder builder) {
      this.builder = builder;
    }

    void begin(int from) {
      done = from;
      pending = from;
      afterMatch = false;
    }

    @Override
    public void match(int from, int to) {
      if (from > done) {
        take(done, from, inverted);
      }
      take(from, to, !inverted);
      done = to;
    }

    void finish(int to) {
      if (to > done) {
        take(done, to, inverted);
      }
      builder.add(pending, to);
    }

    private void take(int from, int to, boolean isMatch) {
      switch (behavior) {
        case REMOVED -> {
          if (!isMatch) {
            builder.add(from, to);
          }
          pending = to;
        }
        case ISOLATED -> {
          builder.add(from, to);
          pending = to;
        }
        case CONTIGUOUS -> {
          if (isMatch != afterMatch) {
            builder.add(pending, from);
            pending = from;
          }
        }
        case MERGED_WITH_PREVIOUS -> {
          // A match goes to what was not one before it.
          if (!isMatch || afterMatch) {
            builder.add(pending, from);
            pending = from;
          }
        }
        case MERGED_WITH_NEXT -> {
          // A match begins a piece, to which what is no match behind it belongs.
          if (isMatch || !afterMatch) {
            builder.add(pending, from);
            pending = from;
          }
        }
      }
      afterMatch = isMatch;
    }
  }
}
