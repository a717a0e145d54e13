package jada.adalora.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Damages to a file, as disks, downloads and attackers do them: of its bytes, and of the words of
/// its JSON where it has any, so that most damaged files still get past the parser.
public final class Mutator {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|-?[0-9][0-9.eE+-]*|true|false|null|[\\[\\]{},:]");

  /// What parsers and their users stumble over.
  private static final List<String> HOSTILE =
      List.of(
          "null",
          "true",
          "{}",
          "[]",
          "[[]]",
          "\"\"",
          "\"x\"",
          "0",
          "-1",
          "1",
          "2",
          "-0",
          "0.5",
          "1e400",
          "-1e-400",
          "2147483647",
          "2147483648",
          "-2147483648",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "1" + "0".repeat(400),
          "\"../../../etc/passwd\"",
          "\"/dev/zero\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\n\\r\\u2028\"",
          "\"NaN\"",
          "NaN",
          "Infinity",
          "\"" + "y".repeat(70_000) + "\"",
          "[".repeat(3000),
          "{\"a\":".repeat(3000),
          "[[[[[[[[0]]]]]]]]",
          "[1,2,3,4,5,6,7,8,9]",
          "\"ADALORA\"",
          "\"LORA\"",
          "\"a|b\"",
          "\"(a+)+$\"",
          "\"(.+)+\\\\1!\"",
          "\"(.*)(.*)(.*)(.*)(.*)(.*)(.*)!\"",
          "\"" + "(".repeat(3000) + ")".repeat(3000) + "\"",
          "\"" + "(".repeat(480) + ")".repeat(480) + "\"",
          "\"(\"",
          "\".*\"");

  private static final List<byte[]> PIECES =
      List.of(
          new byte[] {0},
          new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf},
          new byte[] {'\r'},
          new byte[] {'\n'},
          new byte[] {'\r', '\n'},
          new byte[] {'\t'},
          new byte[] {'"'},
          new byte[] {'"', '"', ','},
          new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
          new byte[] {(byte) 0xff, (byte) 0xfe},
          new byte[] {(byte) 0xc0, (byte) 0x80},
          new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
          new byte[40_000],
          "\t".repeat(5000).getBytes(StandardCharsets.US_ASCII),
          "\n".repeat(5000).getBytes(StandardCharsets.US_ASCII),
          "é\u0301\u200d\ud83d\ude00".getBytes(StandardCharsets.UTF_8));

  private static final long[] EXTREMES = {
    0,
    1,
    -1,
    8,
    127,
    128,
    255,
    1 << 16,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private final SplittableRandom random;

  /// @param seed the same damages every time
  public Mutator(long seed) {
    random = new SplittableRandom(seed);
  }

  /// A number of 0 or more, below a bound.
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /// A copy of a file with one to four damages of its bytes.
  public byte[] bytes(byte[] sound) {
    byte[] bytes = sound.clone();
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      bytes = bytes.length == 0 ? bytes : damage(bytes);
    }
    return bytes;
  }

  /// A copy of a JSON document with one to four damages of its tokens, or now and then of its
  /// bytes.
  public byte[] json(byte[] sound) {
    if (random.nextInt(4) == 0) {
      return bytes(sound);
    }
    String text = new String(sound, StandardCharsets.UTF_8);
    List<String> tokens =
        new ArrayList<>(TOKEN.matcher(text).results().map(MatchResult::group).toList());
    for (int i = random.nextInt(1, 5); i > 0 && tokens.size() > 2; i--) {
      damage(tokens);
    }
    return String.join(" ", tokens).getBytes(StandardCharsets.UTF_8);
  }

  /// A copy of a safetensors file; mostly its header is damaged and its length corrected, so that
  /// the file gets past the first check.
  public byte[] safetensors(byte[] sound) {
    ByteBuffer file = ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN);
    long announced = sound.length < 8 ? -1 : file.getLong();
    if (announced < 0 || announced > sound.length - 8 || random.nextInt(3) == 0) {
      return bytes(sound);
    }
    int length = (int) announced;
    byte[] header = json(Arrays.copyOfRange(sound, 8, 8 + length));
    byte[] rest = Arrays.copyOfRange(sound, 8 + length, sound.length);
    return ByteBuffer.allocate(8 + header.length + rest.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(rest)
        .array();
  }

  private byte[] damage(byte[] bytes) {
    int at = random.nextInt(bytes.length);
    int length =
        random.nextInt(1, Math.min(random.nextInt(5) == 0 ? 400 : 17, bytes.length - at) + 1);
    int to = random.nextInt(bytes.length - length + 1);
    return switch (random.nextInt(11)) {
      case 0 -> { // a bit flips
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        yield bytes;
      }
      case 1 -> { // a byte becomes another
        bytes[at] = (byte) random.nextInt();
        yield bytes;
      }
      case 2 -> Arrays.copyOf(bytes, at); // the end is missing
      case 3 -> splice(bytes, at, at + length, new byte[0]); // a piece is missing
      case 4 -> splice(bytes, to, to, Arrays.copyOfRange(bytes, at, at + length)); // twice
      case 5 -> { // a piece overwrites another
        System.arraycopy(bytes.clone(), at, bytes, to, length);
        yield bytes;
      }
      case 6 -> { // two pieces change places
        byte[] before = bytes.clone();
        System.arraycopy(before, at, bytes, to, length);
        System.arraycopy(before, to, bytes, at, length);
        yield bytes;
      }
      case 7 -> { // a piece is filled with one value
        Arrays.fill(bytes, at, at + length, (byte) random.nextInt());
        yield bytes;
      }
      case 8 -> extreme(bytes, at);
      case 9 -> splice(bytes, at, at, PIECES.get(random.nextInt(PIECES.size())));
      default -> // a number or a word becomes another
          splice(
              bytes,
              at,
              at + length,
              HOSTILE.get(random.nextInt(HOSTILE.size())).getBytes(StandardCharsets.UTF_8));
    };
  }

  /// A length of 1, 4 or 8 bytes, or a varint of Protocol Buffers, becomes an extreme one.
  private byte[] extreme(byte[] bytes, int at) {
    long value = EXTREMES[random.nextInt(EXTREMES.length)] + random.nextInt(-1, 2);
    ByteBuffer number = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    switch (random.nextInt(4)) {
      case 0 -> number.put((byte) value);
      case 1 -> number.putInt((int) value);
      case 2 -> number.putLong(value);
      default -> {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
          number.put((byte) (rest | 0x80));
          rest >>>= 7;
        }
        number.put((byte) rest);
      }
    }
    byte[] replacement = Arrays.copyOf(number.array(), number.position());
    return splice(bytes, at, Math.min(bytes.length, at + replacement.length), replacement);
  }

  private void damage(List<String> tokens) {
    int at = random.nextInt(tokens.size());
    int other = random.nextInt(tokens.size());
    switch (random.nextInt(7)) {
      case 0, 1, 2 -> { // a value becomes hostile
        while (tokens.get(at).matches("[\\[\\]{},:]")) {
          at = random.nextInt(tokens.size());
          if (random.nextInt(50) == 0) {
            break;
          }
        }
        tokens.set(at, HOSTILE.get(random.nextInt(HOSTILE.size())));
      }
      case 3 -> tokens.set(at, tokens.get(other));
      case 4 -> tokens.add(at, tokens.get(other));
      case 5 -> tokens.remove(at);
      default -> { // a piece is there twice, with its keys
        int end = Math.min(tokens.size(), at + random.nextInt(1, 12));
        tokens.addAll(at, List.copyOf(tokens.subList(at, end)));
      }
    }
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] insert) {
    byte[] out = new byte[bytes.length - (to - from) + insert.length];
    System.arraycopy(bytes, 0, out, 0, from);
    System.arraycopy(insert, 0, out, from, insert.length);
    System.arraycopy(bytes, to, out, from + insert.length, bytes.length - to);
    return out;
  }
}
