package jada.adalora;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;

/// The learning rate of λ, as a multiple of the learning rate of P and Q.
///
/// Adam moves every parameter by at most about the learning rate η per step. So in ΔW = P·diag(λ)·Q
/// with unit vectors one step grows ‖ΔWᵢ‖_F by η. LoRA, whose column bᵢ has `out` elements and
/// whose row aᵢ has the norm 1/√3 of its uniform start, grows it by η·√out/√3: [#WIDTH] is the
/// ratio of the two, 11 at out = 384.
///
/// With any rate but [#SAME] λ has no weight decay, which would grow by the same ratio.
public sealed interface LambdaRate {
  /// λ learns like P and Q, as in PEFT.
  LambdaRate SAME = new Times(1);

  /// √(out/3) for a matrix (out, in): ΔW grows as fast as LoRA's.
  LambdaRate WIDTH = new Width();

  /// The ratio for a matrix (out, in).
  double ratio(int out);

  /// The same ratio for every matrix; 0 freezes λ at its start.
  ///
  /// @throws InputException if it is negative or not finite
  static LambdaRate times(double ratio) {
    return new Times(ratio);
  }

  /// Reads what a user writes: `width`, or a number.
  ///
  /// @throws InputException if the text is neither
  static LambdaRate parse(String text) {
    if (text.equals(WIDTH.toString())) {
      return WIDTH;
    }
    try {
      return times(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      throw new InputException(
          "lambda-rate: "
              + Quoted.of(text)
              + " is no ratio; write a number (1: as P and Q), or width for √(out/3)",
          e);
    }
  }

  /// One ratio for all.
  ///
  /// @param factor 0 or more
  record Times(double factor) implements LambdaRate {
    /// @throws InputException if the factor is negative or not finite
    public Times {
      if (!(factor >= 0 && factor < 1e6)) {
        throw new InputException("lambda-rate: must be 0 or greater, got " + factor);
      }
    }

    @Override
    public double ratio(int out) {
      return factor;
    }

    @Override
    public String toString() {
      return Double.toString(factor);
    }
  }

  /// √(out/3).
  record Width() implements LambdaRate {
    @Override
    public double ratio(int out) {
      return Math.sqrt(out / 3.0);
    }

    @Override
    public String toString() {
      return "width";
    }
  }
}
