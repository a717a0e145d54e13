package jada.adalora.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// The checksums in a table of LevelDB, found without knowing anything else of the format: a block
/// ends where four bytes are the masked CRC-32C of all bytes since the block before. Set right
/// again after damage, they let it through to what is behind them.
final class TableChecksums {
  private TableChecksums() {}

  /// Where the checksum of each block lies, in order.
  static List<Integer> blocks(byte[] table) {
    List<Integer> at = new ArrayList<>();
    ByteBuffer file = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
    CRC32C crc = new CRC32C();
    for (int i = 0; i + Integer.BYTES < table.length; i++) {
      crc.update(table[i]);
      if (file.getInt(i + 1) == masked(crc)) {
        at.add(i + 1);
        i += Integer.BYTES;
        crc.reset();
      }
    }
    return at;
  }

  /// The table with the checksums at these places set right, as far as it reaches.
  static byte[] set(byte[] table, List<Integer> blocks) {
    ByteBuffer file = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
    int from = 0;
    for (int at : blocks) {
      if (at + Integer.BYTES <= table.length) {
        CRC32C crc = new CRC32C();
        crc.update(table, from, at - from);
        file.putInt(at, masked(crc));
        from = at + Integer.BYTES;
      }
    }
    return table;
  }

  private static int masked(CRC32C crc) {
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }
}
