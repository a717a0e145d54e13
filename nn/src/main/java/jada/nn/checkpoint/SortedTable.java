package jada.nn.checkpoint;

import jada.nn.files.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.zip.CRC32C;

/// Reads the table format of LevelDB, in which TensorFlow keeps the index of a model's variables:
/// keys in ascending order, each with a value of bytes.
///
///     file    blocks, footer
///     block   entries, restart points (4 bytes each), their number (4); behind it 1 byte
///             compression (0 none, 1 snappy) and 4 bytes masked CRC-32C of both
///     entry   shared, unshared, length (varints), the last `unshared` bytes of the key (its first
///             `shared` bytes are those of the key before), `length` bytes of value
///     footer  48 bytes: handle of the meta index, handle of the index block, zeros, magic number
///     handle  offset, size (varints)
///
/// The values of the index block are the handles of the data blocks.
final class SortedTable {
  private static final long MAGIC = 0xdb4775248b80fb57L;
  private static final int FOOTER = 48;
  private static final int TRAILER = 5;

  // Far above the index of any encoder (BERT-base has 205 keys of at most 70 bytes); keeps shared
  // prefixes of keys from multiplying in memory.
  private static final int LONGEST_KEY = 1024;
  private static final int MOST_ENTRIES = 100_000;

  private final ByteBuffer file;
  private final String source;
  private int entries;

  private SortedTable(byte[] file, String source) {
    this.file = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    this.source = source;
  }

  /// All entries, in the order of their keys.
  ///
  /// @param source named in errors
  /// @throws InputException if the table is damaged or compressed
  static SequencedMap<String, byte[]> read(byte[] file, String source) {
    return new SortedTable(file, source).entries();
  }

  private SequencedMap<String, byte[]> entries() {
    int size = file.capacity();
    if (size < FOOTER || file.getLong(size - Long.BYTES) != MAGIC) {
      throw damaged("does not end as a table of variables ends");
    }
    Cursor footer = new Cursor(size - FOOTER, size - Long.BYTES);
    footer.varint(); // meta index: where
    footer.varint(); // and how large
    Cursor index = block(footer);
    SequencedMap<String, byte[]> all = new LinkedHashMap<>();
    byte[] last = {};
    int end = 0;
    byte[] indexKey = {};
    while (index.hasMore()) {
      indexKey = index.key(indexKey);
      Cursor data = block(index.value());
      // Blocks that overlap would be read again and again.
      if (data.start < end) {
        throw damaged("two blocks overlap");
      }
      end = data.end;
      while (data.hasMore()) {
        byte[] key = data.key(last);
        if (!all.isEmpty() && Arrays.compareUnsigned(last, key) >= 0) {
          throw damaged("its keys are not in order");
        }
        all.put(new String(key, StandardCharsets.UTF_8), data.value().bytes());
        last = key;
      }
    }
    return all;
  }

  // The entries of the block that a handle names.
  private Cursor block(Cursor handle) {
    long offset = handle.varint();
    long size = handle.varint();
    long blocks = (long) file.capacity() - FOOTER - TRAILER;
    if (offset < 0 || size < Integer.BYTES || offset > blocks - size) {
      throw damaged("a block of " + size + " bytes at " + offset + " lies outside the file");
    }
    int from = (int) offset;
    int trailer = from + (int) size;
    CRC32C crc = new CRC32C();
    crc.update(file.array(), from, (int) size + 1);
    if (file.getInt(trailer + 1) != masked(crc)) {
      throw damaged("the checksum of the block at " + offset + " is wrong");
    }
    if (file.get(trailer) != 0) {
      throw new InputException(
          source
              + ": a block is compressed (kind "
              + file.get(trailer)
              + "), which is not read; save the model with TensorFlow's own writer");
    }
    long restarts = Integer.toUnsignedLong(file.getInt(trailer - Integer.BYTES));
    long end = trailer - Integer.BYTES - restarts * Integer.BYTES;
    if (end < from) {
      throw damaged("the block at " + offset + " claims " + restarts + " restart points");
    }
    return new Cursor(from, (int) end);
  }

  /// A CRC-32C as it is stored: rotated and shifted, so that data that contain checksums can be
  /// checksummed themselves.
  static int masked(CRC32C crc) {
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  private InputException damaged(String what) {
    return new InputException(
        source + ": " + what + "; it is damaged, fetch or save the model again");
  }

  /// A place in a piece of the file.
  private final class Cursor {
    private final int start;
    private final int end;
    private int position;
    private int length;

    Cursor(int start, int end) {
      this.start = start;
      this.end = end;
      this.position = start;
    }

    boolean hasMore() {
      return position < end;
    }

    /// Reads the next entry up to its value, and returns its key.
    byte[] key(byte[] before) {
      if (++entries > MOST_ENTRIES) {
        throw damaged("has more than " + MOST_ENTRIES + " entries");
      }
      long shared = varint();
      long own = varint();
      long bytes = varint();
      if (shared < 0 || shared > before.length || own < 0 || own > LONGEST_KEY - shared) {
        throw damaged("a key of " + shared + " and " + own + " bytes cannot be");
      }
      if (bytes < 0 || bytes > end - position - own) {
        throw damaged("an entry is longer than its block");
      }
      length = (int) bytes;
      byte[] key = Arrays.copyOf(before, (int) (shared + own));
      file.get(position, key, (int) shared, (int) own);
      position += (int) own;
      return key;
    }

    /// The value of the entry whose key was read last.
    Cursor value() {
      Cursor value = new Cursor(position, position + length);
      position += length;
      return value;
    }

    byte[] bytes() {
      return Arrays.copyOfRange(file.array(), start, end);
    }

    long varint() {
      long value = 0;
      for (int shift = 0; shift < Long.SIZE; shift += 7) {
        if (position >= end) {
          throw damaged("ends in the middle of a number");
        }
        byte b = file.get(position++);
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw damaged("a number is longer than 64 bits");
    }
  }
}
