package jada.nn.text;

import jada.nn.text.Expression.Instruction;
import jada.nn.text.Expression.Kind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Reads a regular expression in the syntax of Oniguruma (that of Ruby), as far as expressions of
/// tokenizers use it:
///
///     a|b  ab  (…) (?:…) (?i:…) (?=…) (?!…)     groups; nothing is captured
///     [a-z\d]  [^…]  [a[bc]]  .                 sets, also within sets
///     \s \S \d \D \w \W \h \H \p{L} \P{Lu} \p{^L}
///     ? * + {2} {2,} {2,5} {,5}  ?+ *+ ++       the last three give nothing back
///     ^ $ \A \z                                 ends of lines and of the text
///
/// What else there is is refused: lazy quantifiers, back references, look-behind, intersections,
/// other properties than general categories, and expressions that match the empty text.
final class ExpressionParser {
  /// A refusal, without the place of the expression.
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  private static final int LONGEST = 4096;
  private static final int MOST_INSTRUCTIONS = 4096;
  private static final int MOST_SETS = 64;
  private static final int DEEPEST = 24;
  private static final int MOST_REPETITIONS = 1000;
  private static final String FOLDED_PAIRS = "ss st ff fi fl";

  private final String source;
  private int at;
  private int depth;
  private final Map<BitSet, CharacterSet> sets = new HashMap<>();
  private boolean ignoreCase;

  private ExpressionParser(String source) {
    this.source = source;
  }

  /// A part of an expression.
  private sealed interface Node {}

  private record Member(BitSet set) implements Node {}

  private record Chain(List<Node> parts) implements Node {}

  private record Choice(List<Node> alternatives) implements Node {}

  private record Repeat(Node body, int min, int max, boolean possessive) implements Node {}

  private record Look(Node body, boolean positive) implements Node {}

  private record Place(Kind kind) implements Node {}

  /// The expression that a text spells.
  static Expression parse(String source) throws Refused {
    if (source.length() > LONGEST) {
      throw new Refused("is longer than " + LONGEST + " characters");
    }
    ExpressionParser parser = new ExpressionParser(source);
    Node root = parser.choice();
    if (parser.at < source.length()) {
      throw parser.refused("a ) that closes nothing");
    }
    if (canBeEmpty(root)) {
      throw new Refused("matches the empty text, which is not supported");
    }
    List<Node> alternatives = root instanceof Choice choice ? choice.alternatives() : List.of(root);
    List<List<Instruction>> programs = new ArrayList<>();
    List<CharacterSet> beginnings = new ArrayList<>();
    for (Node alternative : alternatives) {
      List<Instruction> program = new ArrayList<>();
      parser.emit(alternative, program);
      program.add(Instruction.of(Kind.MATCH));
      programs.add(program);
      beginnings.add(new CharacterSet(beginning(alternative)));
    }
    return new Expression(source, programs, beginnings);
  }

  private Refused refused(String what) {
    return new Refused("has " + what + " at character " + at + ", which is not supported");
  }

  private boolean ends() {
    return at == source.length();
  }

  private boolean next(String wanted) {
    if (source.startsWith(wanted, at)) {
      at += wanted.length();
      return true;
    }
    return false;
  }

  private int take() throws Refused {
    if (ends()) {
      throw refused("an end too early");
    }
    int codePoint = source.codePointAt(at);
    at += Character.charCount(codePoint);
    return codePoint;
  }

  private Node choice() throws Refused {
    if (++depth > DEEPEST) {
      throw refused("groups nested deeper than " + DEEPEST);
    }
    List<Node> alternatives = new ArrayList<>();
    do {
      alternatives.add(chain());
    } while (next("|"));
    depth--;
    return alternatives.size() == 1 ? alternatives.getFirst() : new Choice(alternatives);
  }

  private Node chain() throws Refused {
    List<Node> parts = new ArrayList<>();
    while (!ends() && source.charAt(at) != '|' && source.charAt(at) != ')') {
      parts.add(quantified(atom()));
    }
    return parts.size() == 1 ? parts.getFirst() : new Chain(parts);
  }

  private Node atom() throws Refused {
    int begin = at;
    int c = take();
    return switch (c) {
      case '(' -> group();
      case '[' -> new Member(set());
      case '.' -> {
        BitSet all = new BitSet();
        all.set(0, Character.MAX_CODE_POINT + 1);
        all.clear('\n');
        yield characters(all);
      }
      case '^' -> new Place(Kind.START_OF_LINE);
      case '$' -> new Place(Kind.END_OF_LINE);
      case '*', '+', '?' -> throw refused("a quantifier without anything before it");
      case '\\' -> {
        if (next("A")) {
          yield new Place(Kind.START);
        }
        if (next("z")) {
          yield new Place(Kind.END);
        }
        yield characters(escape(new BitSet(), false));
      }
      default -> {
        requireSimpleFolding(begin, c);
        yield characters(cased(c));
      }
    };
  }

  private Node characters(BitSet set) {
    return new Member(set);
  }

  // ß is ss when case is ignored, and ﬆ is st: one character for two.
  private void requireSimpleFolding(int begin, int c) throws Refused {
    if (ignoreCase && begin > 0 && c < 128 && source.charAt(begin - 1) < 128) {
      String pair = (source.substring(begin - 1, begin) + (char) c).toLowerCase(Locale.ROOT);
      if (FOLDED_PAIRS.contains(pair) && pair.strip().length() == 2) {
        throw refused("the letters " + pair + " without regard to case");
      }
    }
  }

  private Node group() throws Refused {
    boolean outer = ignoreCase;
    Node node;
    if (next("?:")) {
      node = choice();
    } else if (next("?i:")) {
      ignoreCase = true;
      node = choice();
    } else if (next("?=")) {
      node = new Look(choice(), true);
    } else if (next("?!")) {
      node = new Look(choice(), false);
    } else if (next("?")) {
      throw refused("a group of another kind");
    } else {
      node = choice();
    }
    ignoreCase = outer;
    if (!next(")")) {
      throw refused("a group without its end");
    }
    return node;
  }

  private Node quantified(Node atom) throws Refused {
    Node node = atom;
    while (!ends()) {
      int min;
      int max;
      boolean interval = false;
      if (next("?")) {
        min = 0;
        max = 1;
      } else if (next("*")) {
        min = 0;
        max = Integer.MAX_VALUE;
      } else if (next("+")) {
        min = 1;
        max = Integer.MAX_VALUE;
      } else if (source.charAt(at) == '{') {
        Optional<int[]> bounds = interval();
        if (bounds.isEmpty()) {
          throw refused("a { that begins no interval");
        }
        min = bounds.get()[0];
        max = bounds.get()[1];
        interval = true;
      } else {
        break;
      }
      if (node instanceof Look || node instanceof Place) {
        throw refused("a quantifier of a place");
      }
      if (next("?")) {
        throw refused("a lazy quantifier");
      }
      // In this syntax {2}+ repeats a repetition; ++ gives nothing back.
      boolean possessive = !interval && next("+");
      if (possessive && !(node instanceof Member)) {
        throw refused("a possessive quantifier of a group");
      }
      if (max > 1 && canBeEmpty(node)) {
        throw refused("a quantifier of what may be empty");
      }
      node = new Repeat(node, min, max, possessive);
    }
    return node;
  }

  private Optional<int[]> interval() throws Refused {
    int end = source.indexOf('}', at);
    String inside = end < 0 ? "" : source.substring(at + 1, end);
    if (!inside.matches("[0-9]{1,4}|[0-9]{1,4},[0-9]{0,4}|,[0-9]{1,4}")) {
      return Optional.empty();
    }
    at = end + 1;
    int comma = inside.indexOf(',');
    String low = comma < 0 ? inside : inside.substring(0, comma);
    String high = comma < 0 ? inside : inside.substring(comma + 1);
    int min = low.isEmpty() ? 0 : Integer.parseInt(low);
    int max = high.isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(high);
    if (min > max || max == 0 || min > MOST_REPETITIONS) {
      throw refused("an interval that is empty or too long");
    }
    return Optional.of(new int[] {min, max});
  }

  /// The characters that an escape stands for, added to a set.
  private BitSet escape(BitSet set, boolean inSet) throws Refused {
    int c = take();
    switch (c) {
      case 'n' -> set.set('\n');
      case 'r' -> set.set('\r');
      case 't' -> set.set('\t');
      case 'f' -> set.set('\f');
      case 'v' -> set.set(0x0B);
      case 'a' -> set.set(0x07);
      case 'e' -> set.set(0x1B);
      case 's', 'S' -> add(set, c == 'S', Characters::addSpaces);
      case 'w', 'W' -> add(set, c == 'W', to -> Characters.addWords(inSet, to));
      case 'd', 'D' -> add(set, c == 'D', to -> Characters.addCategories(category("Nd"), to));
      case 'h', 'H' ->
          add(
              set,
              c == 'H',
              to -> {
                to.set('0', '9' + 1);
                to.set('A', 'F' + 1);
                to.set('a', 'f' + 1);
              });
      case 'p', 'P' -> property(set, c == 'P');
      case 'x' -> set.set(hexadecimal());
      case 'u' -> set.set(hexadecimal(4, 4));
      default -> {
        if (c < 128 && Character.isLetterOrDigit(c)) {
          throw refused("the escape \\" + Character.toString(c));
        }
        set.or(cased(c));
      }
    }
    return set;
  }

  private interface Filler {
    void fill(BitSet set);
  }

  private static void add(BitSet set, boolean negated, Filler filler) {
    BitSet own = new BitSet();
    filler.fill(own);
    if (negated) {
      own.flip(0, Character.MAX_CODE_POINT + 1);
    }
    set.or(own);
  }

  private void property(BitSet set, boolean negated) throws Refused {
    int end = source.indexOf('}', at);
    if (ends() || source.charAt(at) != '{' || end < 0) {
      throw refused("a property without {…}");
    }
    boolean inverse = source.charAt(at + 1) == '^';
    String name = source.substring(at + (inverse ? 2 : 1), end);
    int chosen = category(name);
    if (chosen == 0) {
      throw refused("the property " + InputText.quote(name));
    }
    if (ignoreCase && List.of("Lu", "Ll", "Lt").contains(name)) {
      throw refused("a property of cases without regard to case");
    }
    at = end + 1;
    add(set, negated != inverse, to -> Characters.addCategories(chosen, to));
  }

  /// The categories of that name, or of names that begin with it; none if there is no such name.
  private static int category(String name) {
    int chosen = 0;
    for (int i = 0; i < Characters.CATEGORIES.size() && !name.isEmpty(); i++) {
      if (Characters.CATEGORIES.get(i).startsWith(name)) {
        chosen |= 1 << i;
      }
    }
    return chosen;
  }

  private int hexadecimal() throws Refused {
    if (next("{")) {
      int codePoint = hexadecimal(1, 6);
      if (!next("}")) {
        throw refused("a code point without its end");
      }
      return codePoint;
    }
    int codePoint = hexadecimal(1, 2);
    if (codePoint > 0x7F) {
      throw refused("a byte that is no character");
    }
    return codePoint;
  }

  private int hexadecimal(int least, int most) throws Refused {
    int begin = at;
    while (at < source.length()
        && at - begin < most
        && Character.digit(source.charAt(at), 16) >= 0
        && source.charAt(at) < 128) {
      at++;
    }
    int codePoint = at - begin < least ? -1 : Integer.parseInt(source, begin, at, 16);
    if (codePoint < 0
        || codePoint > Character.MAX_CODE_POINT
        || codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
      throw refused("a number that is no code point");
    }
    return codePoint;
  }

  /// A set, from behind its bracket.
  private BitSet set() throws Refused {
    if (++depth > DEEPEST) {
      throw refused("sets nested deeper than " + DEEPEST);
    }
    boolean negated = next("^");
    BitSet set = new BitSet();
    boolean first = true;
    while (true) {
      if (next("&&")) {
        throw refused("an intersection");
      }
      if (!first && next("]")) {
        break;
      }
      if (first && !ends() && source.charAt(at) == ']') {
        throw refused("an empty set");
      }
      first = false;
      member(set);
    }
    if (negated) {
      set.flip(0, Character.MAX_CODE_POINT + 1);
    }
    depth--;
    return set;
  }

  private void member(BitSet set) throws Refused {
    int c = take();
    if (c == '[') {
      if (!ends() && source.charAt(at) == ':') {
        throw refused("a named class");
      }
      set.or(set());
      return;
    }
    BitSet low = new BitSet();
    if (c == '\\') {
      escape(low, true);
    } else {
      low.set(c);
    }
    boolean single = low.cardinality() == 1;
    boolean range = single && source.startsWith("-", at) && !source.startsWith("-]", at);
    if (!range) {
      if (single) {
        low.or(cased(low.nextSetBit(0)));
      }
      set.or(low);
      return;
    }
    at++;
    int from = low.nextSetBit(0);
    int to = take();
    if (to == '\\') {
      BitSet high = escape(new BitSet(), true);
      if (high.cardinality() != 1) {
        throw refused("a range that ends with a class");
      }
      to = high.nextSetBit(0);
    }
    if (to < from || to == '[') {
      throw refused("a range that is empty");
    }
    set.set(from, to + 1);
    for (int letter = from; ignoreCase && letter <= to; letter++) {
      set.or(cased(letter));
    }
  }

  /// A character, and where case is ignored its other cases.
  private BitSet cased(int c) throws Refused {
    BitSet set = new BitSet();
    set.set(c);
    if (!ignoreCase) {
      return set;
    }
    if (c >= 128 && Character.isLetter(c)) {
      throw refused("a letter beyond ASCII without regard to case");
    }
    if (c < 128) {
      set.set(Character.toLowerCase(c));
      set.set(Character.toUpperCase(c));
      if (set.get('s')) {
        set.set(0x17F); // ſ, the long s
      }
      if (set.get('k')) {
        set.set(0x212A); // K, the sign for kelvin
      }
    }
    return set;
  }

  private static boolean canBeEmpty(Node node) {
    return switch (node) {
      case Member _ -> false;
      case Chain chain -> chain.parts().stream().allMatch(ExpressionParser::canBeEmpty);
      case Choice choice -> choice.alternatives().stream().anyMatch(ExpressionParser::canBeEmpty);
      case Repeat repeat -> repeat.min() == 0 || canBeEmpty(repeat.body());
      case Look _, Place _ -> true;
    };
  }

  /// The characters with which a match can begin, or more.
  private static BitSet beginning(Node node) {
    return switch (node) {
      case Member characters -> characters.set();
      case Chain chain -> {
        BitSet all = new BitSet();
        for (Node part : chain.parts()) {
          all.or(beginning(part));
          if (!canBeEmpty(part)) {
            break;
          }
        }
        yield all;
      }
      case Choice choice -> {
        BitSet all = new BitSet();
        choice.alternatives().forEach(alternative -> all.or(beginning(alternative)));
        yield all;
      }
      case Repeat repeat -> beginning(repeat.body());
      case Look _, Place _ -> new BitSet();
    };
  }

  private CharacterSet compiled(BitSet set) throws Refused {
    if (sets.size() == MOST_SETS) {
      throw new Refused("has more than " + MOST_SETS + " sets of characters");
    }
    return sets.computeIfAbsent(set, CharacterSet::new);
  }

  private void emit(Node node, List<Instruction> program) throws Refused {
    if (program.size() > MOST_INSTRUCTIONS) {
      throw new Refused("is too large once its intervals are written out");
    }
    switch (node) {
      case Member one -> program.add(Instruction.run(Kind.ONE, compiled(one.set()), 1, 1));
      case Chain chain -> {
        for (Node part : chain.parts()) {
          emit(part, program);
        }
      }
      case Choice choice -> emit(choice.alternatives(), program);
      case Repeat repeat when repeat.body() instanceof Member one ->
          program.add(
              Instruction.run(
                  repeat.possessive() ? Kind.POSSESSIVE_RUN : Kind.RUN,
                  compiled(one.set()),
                  repeat.min(),
                  repeat.max()));
      case Repeat repeat -> emit(repeat, program);
      case Look look -> {
        List<Instruction> inner = new ArrayList<>();
        emit(look.body(), inner);
        inner.add(Instruction.of(Kind.MATCH));
        program.add(Instruction.look(look.positive() ? Kind.LOOK : Kind.LOOK_NOT, inner));
      }
      case Place place -> program.add(Instruction.of(place.kind()));
    }
  }

  private void emit(List<Node> alternatives, List<Instruction> program) throws Refused {
    List<Integer> ends = new ArrayList<>();
    for (int i = 0; i < alternatives.size(); i++) {
      int fork = program.size();
      boolean last = i == alternatives.size() - 1;
      if (!last) {
        program.add(Instruction.of(Kind.FORK));
      }
      emit(alternatives.get(i), program);
      if (!last) {
        ends.add(program.size());
        program.add(Instruction.of(Kind.JUMP));
        program.set(fork, Instruction.jump(Kind.FORK, fork + 1, program.size()));
      }
    }
    int end = program.size();
    ends.forEach(place -> program.set(place, Instruction.jump(Kind.JUMP, end, end)));
  }

  private void emit(Repeat repeat, List<Instruction> program) throws Refused {
    for (int i = 0; i < repeat.min(); i++) {
      emit(repeat.body(), program);
    }
    if (repeat.max() == Integer.MAX_VALUE) {
      int fork = program.size();
      program.add(Instruction.of(Kind.FORK));
      emit(repeat.body(), program);
      program.add(Instruction.jump(Kind.JUMP, fork, fork));
      program.set(fork, Instruction.jump(Kind.FORK, fork + 1, program.size()));
      return;
    }
    List<Integer> forks = new ArrayList<>();
    for (int i = repeat.min(); i < repeat.max(); i++) {
      forks.add(program.size());
      program.add(Instruction.of(Kind.FORK));
      emit(repeat.body(), program);
    }
    int end = program.size();
    forks.forEach(fork -> program.set(fork, Instruction.jump(Kind.FORK, fork + 1, end)));
  }
}
