package jada.nn.files;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Small damages to a file, as disks, downloads and attackers do them.
public final class Mutation {
  private Mutation() {}

  /// A copy with one to four damages.
  public static byte[] of(byte[] sound, SplittableRandom random) {
    byte[] bytes = sound.clone();
    int damages = random.nextInt(1, 5);
    for (int i = 0; i < damages && bytes.length > 0; i++) {
      bytes = damage(bytes, random);
    }
    return bytes;
  }

  private static byte[] damage(byte[] bytes, SplittableRandom random) {
    int at = random.nextInt(bytes.length);
    int length = random.nextInt(1, Math.min(17, bytes.length - at + 1));
    return switch (random.nextInt(7)) {
      case 0 -> { // a bit flips
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        yield bytes;
      }
      case 1 -> { // a byte changes, often to an extreme or a digit
        bytes[at] =
            new byte[] {0, -1, 127, -128, '9', '"', (byte) random.nextInt()}[random.nextInt(7)];
        yield bytes;
      }
      case 2 -> Arrays.copyOf(bytes, at); // the end is missing
      case 3 -> splice(bytes, at, at + length, new byte[0]); // a piece is missing
      case 4 -> splice(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length)); // twice
      case 5 -> { // a piece overwrites another
        int to = random.nextInt(bytes.length - length + 1);
        System.arraycopy(bytes.clone(), at, bytes, to, length);
        yield bytes;
      }
      default -> { // a piece is filled with one value
        Arrays.fill(bytes, at, at + length, (byte) random.nextInt());
        yield bytes;
      }
    };
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] insert) {
    byte[] out = new byte[bytes.length - (to - from) + insert.length];
    System.arraycopy(bytes, 0, out, 0, from);
    System.arraycopy(insert, 0, out, from, insert.length);
    System.arraycopy(bytes, to, out, from + insert.length, bytes.length - to);
    return out;
  }
}
