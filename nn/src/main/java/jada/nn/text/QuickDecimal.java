package jada.nn.text;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Decimal numbers as `tokenizers` reads them from a file.
///
/// Its JSON parser takes the digits as a whole number of 64 bits, rounds it to a double and divides
/// by a power of ten, which rounds again: the last bit may be another than that of the nearest
/// double. It decides where two ways to cut a text into tokens have the same score, as for `....`
/// and the tokens `.` and `...`. transformers' own classes read the nearest double.
final class QuickDecimal {
  private static final BigInteger LIMIT = BigInteger.ONE.shiftLeft(64);
  private static final int LARGEST_POWER = 308;

  private QuickDecimal() {}

  /// The double that the reference makes of a number whose nearest double is finite.
  static double of(BigDecimal number) {
    BigInteger digits = number.unscaledValue().abs();
    long exponent = -(long) number.scale();
    if (digits.compareTo(LIMIT) >= 0) { // digits that do not fit are left out
      String written = digits.toString();
      int kept = 19 + (new BigInteger(written.substring(0, 20)).compareTo(LIMIT) < 0 ? 1 : 0);
      digits = new BigInteger(written.substring(0, kept));
      exponent += written.length() - kept;
    }
    double value = digits.doubleValue();
    while (value != 0 && exponent < -LARGEST_POWER) {
      value /= power(LARGEST_POWER);
      exponent += LARGEST_POWER;
    }
    if (value != 0) {
      value = exponent >= 0 ? value * power((int) exponent) : value / power((int) -exponent);
    }
    return number.signum() < 0 ? -value : value;
  }

  private static double power(int exponent) {
    return Double.parseDouble("1e" + exponent);
  }
}
