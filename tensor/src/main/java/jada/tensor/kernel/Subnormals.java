package jada.tensor.kernel;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;

/// Numbers below the smallest normal float, 1.2e-38. Java computes with them, but native code can
/// switch a thread to taking them for 0, so that results differ from those of other machines. The
/// JVM switches back where it calls Java, but not where a call from Java returns.
public final class Subnormals {
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private Subnormals() {}

  /// Logs a warning, by the logger `jada.tensor.kernel`, if the calling thread takes subnormal
  /// numbers for 0; the first time only.
  public static void check() {
    if (half(Float.MIN_NORMAL) == 0 && WARNED.compareAndSet(false, true)) {
      System.getLogger("jada.tensor.kernel")
          .log(
              Level.WARNING,
              "native code has made this thread take numbers below 1.2e-38 for 0, so results may"
                  + " differ from those of other machines; start java with"
                  + " -XX:+RestoreMXCSROnJNICalls");
    }
  }

  private static float half(float x) {
    return x * 0.5f;
  }
}
