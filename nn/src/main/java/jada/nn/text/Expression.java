package jada.nn.text;

import jada.nn.files.InputException;
import java.util.Arrays;
import java.util.List;

/// A regular expression of a `tokenizer.json`, matched as the reference's engine (Oniguruma)
/// matches it: from left to right, alternatives in their order, quantifiers as greedy as the rest
/// allows.
///
/// The engine keeps its own stack, and it counts its steps: an expression that would need more than
/// a fixed number of steps a character is refused, so that neither a hostile file nor a hostile
/// text can stop a program. The expressions of GPT-2, Llama 3 and Qwen need about ten.
///
/// Immutable. [ExpressionParser] makes it.
final class Expression implements Pattern {
  // Enough for every expression of a known tokenizer on every text by a factor of ten.
  private static final long STEPS_A_CHARACTER = 256;
  private static final long STEPS_MORE = 100_000;
  private static final int MOST_STATES = 1 << 20;
  private static final int FAILED = -1;

  /// What an instruction does.
  enum Kind {
    /// The expression has matched.
    MATCH,
    /// One character of a set.
    ONE,
    /// `first` to `second` characters of a set, as many as possible.
    RUN,
    /// The same, but none is given back when the rest does not match.
    POSSESSIVE_RUN,
    /// Goes on at `first`, or at `second` where that fails.
    FORK,
    /// Goes on at `first`.
    JUMP,
    /// What follows must match the program.
    LOOK,
    /// What follows must not match the program.
    LOOK_NOT,
    /// The end of the text.
    END,
    /// The end of the text, or a line break follows.
    END_OF_LINE,
    /// The start of the text.
    START,
    /// The start of the text, or a line break stands before.
    START_OF_LINE
  }

  /// An instruction of the program that an expression is compiled to.
  ///
  /// @param sets one set, or none
  record Instruction(
      Kind kind, int first, int second, List<CharacterSet> sets, List<Instruction> program) {
    static Instruction of(Kind kind) {
      return jump(kind, 0, 0);
    }

    static Instruction jump(Kind kind, int first, int second) {
      return new Instruction(kind, first, second, List.of(), List.of());
    }

    static Instruction run(Kind kind, CharacterSet set, int least, int most) {
      return new Instruction(kind, least, most, List.of(set), List.of());
    }

    static Instruction look(Kind kind, List<Instruction> program) {
      return new Instruction(kind, 0, 0, List.of(), program);
    }
  }

  /// A program in the form in which it runs fast.
  private static final class Program {
    final Kind[] kinds;
    final int[] first;
    final int[] second;
    final CharacterSet[] sets;
    final Program[] looks;

    Program(List<Instruction> instructions) {
      int n = instructions.size();
      kinds = instructions.stream().map(Instruction::kind).toArray(Kind[]::new);
      first = instructions.stream().mapToInt(Instruction::first).toArray();
      second = instructions.stream().mapToInt(Instruction::second).toArray();
      sets = new CharacterSet[n];
      looks = new Program[n];
      for (int i = 0; i < n; i++) {
        sets[i] =
            instructions.get(i).sets().isEmpty() ? null : instructions.get(i).sets().getFirst();
        looks[i] =
            instructions.get(i).program().isEmpty()
                ? null
                : new Program(instructions.get(i).program());
      }
    }
  }

  private final String source;
  private final Program[] alternatives;
  // Per alternative the ASCII characters with which a match can begin, one bit each.
  private final long[][] beginnings;

  /// @param alternatives their programs, each of which ends with [Kind#MATCH]
  /// @param beginnings for each the characters with which it can begin
  Expression(String source, List<List<Instruction>> alternatives, List<CharacterSet> beginnings) {
    this.source = source;
    this.alternatives = alternatives.stream().map(Program::new).toArray(Program[]::new);
    this.beginnings = new long[alternatives.size()][2];
    for (int i = 0; i < beginnings.size(); i++) {
      for (int c = 0; c < 128; c++) {
        if (beginnings.get(i).contains(c)) {
          this.beginnings[i][c >> 6] |= 1L << c;
        }
      }
    }
  }

  @Override
  public void matches(String text, int from, int to, Found found) {
    Matching matching = new Matching(text, from, to);
    int at = from;
    while (at < to) {
      int end = matching.at(at);
      if (end == FAILED) {
        at += Character.charCount(text.codePointAt(at));
      } else {
        found.match(at, end);
        at = end;
      }
    }
  }

  /// The work on one text.
  private final class Matching {
    private final String text;
    private final int from;
    private final int to;
    private long steps;
    // Where to go on when something fails: the counter, the place, and how far back the place may
    // still be moved.
    private int[] states = new int[48];
    private int size;

    Matching(String text, int from, int to) {
      this.text = text;
      this.from = from;
      this.to = to;
      this.steps = STEPS_MORE + STEPS_A_CHARACTER * (to - from);
    }

    /// The end of the match that begins at a place, or [#FAILED].
    int at(int start) {
      char unit = text.charAt(start);
      for (int i = 0; i < alternatives.length; i++) {
        if (unit >= 128 || (beginnings[i][unit >> 6] >>> unit & 1) != 0) {
          int end = run(alternatives[i], start);
          if (end != FAILED) {
            return end;
          }
        }
      }
      spend(1);
      return FAILED;
    }

    private int run(Program program, int start) {
      int bottom = size;
      int counter = 0;
      int at = start;
      while (true) {
        spend(1);
        boolean alive = true;
        switch (program.kinds[counter]) {
          case MATCH -> {
            size = bottom;
            return at;
          }
          case ONE -> {
            alive = at < to && program.sets[counter].contains(codePoint(at));
            at = alive ? next(at) : at;
            counter++;
          }
          case RUN, POSSESSIVE_RUN -> {
            at = greedy(program, counter, at);
            alive = at != FAILED;
            counter++;
          }
          case FORK -> {
            push(program.second[counter], at, at);
            counter = program.first[counter];
          }
          case JUMP -> counter = program.first[counter];
          case LOOK -> {
            alive = run(program.looks[counter], at) != FAILED;
            counter++;
          }
          case LOOK_NOT -> {
            alive = run(program.looks[counter], at) == FAILED;
            counter++;
          }
          case END -> {
            alive = at == to;
            counter++;
          }
          case END_OF_LINE -> {
            alive = at == to || text.charAt(at) == '\n';
            counter++;
          }
          case START -> {
            alive = at == from;
            counter++;
          }
          case START_OF_LINE -> {
            alive = at == from || at < to && text.charAt(at - 1) == '\n';
            counter++;
          }
        }
        if (!alive) {
          if (size == bottom) {
            return FAILED;
          }
          int top = size - 3;
          counter = states[top];
          at = states[top + 1];
          if (at == states[top + 2]) {
            size = top;
          } else {
            states[top + 1] = previous(at);
          }
        }
      }
    }

    /// Runs over as many characters as there are; where it may stop earlier is noted.
    private int greedy(Program program, int counter, int start) {
      CharacterSet set = program.sets[counter];
      int min = program.first[counter];
      int max = program.second[counter];
      int count = 0;
      int least = min == 0 ? start : FAILED;
      int at = start;
      while (count < max && at < to && set.contains(codePoint(at))) {
        at = next(at);
        if (++count == min) {
          least = at;
        }
      }
      spend(count);
      if (least == FAILED) {
        return FAILED;
      }
      if (at > least
          && program.kinds[counter] == Kind.RUN
          && program.kinds[counter + 1] != Kind.MATCH) {
        push(counter + 1, previous(at), least);
      }
      return at;
    }

    private int codePoint(int at) {
      char unit = text.charAt(at);
      return Character.isHighSurrogate(unit) ? text.codePointAt(at) : unit;
    }

    private int next(int at) {
      return at + (Character.isHighSurrogate(text.charAt(at)) ? 2 : 1);
    }

    private int previous(int at) {
      return at - (Character.isLowSurrogate(text.charAt(at - 1)) ? 2 : 1);
    }

    private void push(int counter, int at, int least) {
      if (size + 3 > states.length) {
        if (size > 3 * MOST_STATES) {
          throw tooLong();
        }
        states = Arrays.copyOf(states, 2 * states.length);
      }
      states[size++] = counter;
      states[size++] = at;
      states[size++] = least;
    }

    private void spend(int more) {
      steps -= more;
      if (steps < 0) {
        throw tooLong();
      }
    }

    private InputException tooLong() {
      return new InputException(
          "the expression "
              + InputText.quote(source)
              + " of tokenizer.json needs too many steps for a text of "
              + (to - from)
              + " characters; use a tokenizer with a simpler one");
    }
  }
}
