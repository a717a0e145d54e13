package jada.adalora;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// A regular expression for names of modules that may come from an untrusted file. Matching an
/// expression can take exponential time or overflow the stack; this one gives up instead.
public final class ModulePattern {
  private static final int LONGEST = 1000;

  /// Limit on the characters read while matching. Sensible expressions need a few hundred; a
  /// million take milliseconds.
  private static final int MOST_LOOKS = 1_000_000;

  private final Pattern pattern;

  /// @throws InputException if it is no regular expression, or longer than 1,000 characters
  public ModulePattern(String regex) {
    if (regex.length() > LONGEST) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "target modules: a regular expression of %,d characters; use one of at most %,d",
              regex.length(),
              LONGEST));
    }
    try {
      pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new InputException(
          "target modules: %s is no regular expression (%s near position %s)"
              .formatted(Quoted.of(regex), e.getDescription(), e.getIndex()),
          e);
    }
  }

  /// Whether it matches the whole name.
  ///
  /// @throws InputException if matching takes too long
  public boolean matches(String module) {
    try {
      return pattern.matcher(new Watched(module)).matches();
    } catch (TooLong | StackOverflowError e) {
      throw new InputException(
          "target modules: %s takes too long to match %s; write a simpler expression"
              .formatted(Quoted.of(pattern.pattern()), module),
          e);
    }
  }

  private static final class TooLong extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /// A name that counts how often its characters are read.
  private static final class Watched implements CharSequence {
    private final CharSequence name;
    private int looks;

    Watched(CharSequence name) {
      this.name = name;
    }

    @Override
    public char charAt(int index) {
      if (++looks > MOST_LOOKS) {
        throw new TooLong();
      }
      return name.charAt(index);
    }

    @Override
    public int length() {
      return name.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return name.subSequence(start, end);
    }

    @Override
    public String toString() {
      return name.toString();
    }
  }
}
