package jada.nn.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// Writes tables as LevelDB does: blocks of a few entries, keys that share their beginnings.
final class TableWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int compression;

  /// Names this kind of compression in every block, which is not compressed for all that.
  TableWriter compressed(int kind) {
    compression = kind;
    return this;
  }

  /// A sound table.
  ///
  /// @param perBlock entries of a data block
  byte[] table(SequencedMap<byte[], byte[]> entries, int perBlock) {
    TreeMap<byte[], byte[]> index = new TreeMap<>(Arrays::compareUnsigned);
    TreeMap<byte[], byte[]> block = new TreeMap<>(Arrays::compareUnsigned);
    entries.forEach(
        (key, value) -> {
          block.put(key, value);
          if (block.size() == perBlock) {
            index.put(key, block(block));
            block.clear();
          }
        });
    if (!block.isEmpty()) {
      index.put(block.lastKey(), block(block));
    }
    return footer(block(index));
  }

  /// Ends the file.
  byte[] footer(byte[] indexHandle) {
    ByteBuffer footer = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    footer.put(handle(0, 0)).put(indexHandle);
    footer.position(40);
    out.writeBytes(footer.putLong(0xdb4775248b80fb57L).array());
    return out.toByteArray();
  }

  /// Writes a block and returns its handle.
  byte[] block(SequencedMap<byte[], byte[]> entries) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    byte[] before = {};
    for (var entry : entries.entrySet()) {
      byte[] key = entry.getKey();
      int mismatch = Arrays.mismatch(before, key);
      int shared = mismatch < 0 ? before.length : mismatch;
      block.writeBytes(
          entry(shared, Arrays.copyOfRange(key, shared, key.length), entry.getValue()));
      before = key;
    }
    block.writeBytes(new byte[] {0, 0, 0, 0, 1, 0, 0, 0}); // one restart point, at 0
    return block(block.toByteArray());
  }

  /// Writes these bytes as a block, with compression and checksum behind, and returns its handle.
  byte[] block(byte[] content) {
    int offset = out.size();
    CRC32C crc = new CRC32C();
    crc.update(content);
    crc.update(compression);
    out.writeBytes(content);
    out.write(compression);
    out.writeBytes(
        ByteBuffer.allocate(4)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(SortedTable.masked(crc))
            .array());
    return handle(offset, content.length);
  }

  static byte[] entry(int shared, byte[] own, byte[] value) {
    ByteArrayOutputStream entry = new ByteArrayOutputStream();
    entry.writeBytes(new ProtobufWriter().raw(shared).raw(own.length).raw(value.length).toBytes());
    entry.writeBytes(own);
    entry.writeBytes(value);
    return entry.toByteArray();
  }

  static byte[] handle(long offset, long size) {
    return new ProtobufWriter().raw(offset).raw(size).toBytes();
  }
}
