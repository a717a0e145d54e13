package jada.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.nn.files.InputException;
import jada.nn.files.Mutation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortedTableTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static TreeMap<byte[], byte[]> entries(int many) {
    TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
    for (int i = 0; i < many; i++) {
      entries.put(bytes(i == 0 ? "" : "layer_" + i + "/kernel"), bytes("value " + i));
    }
    return entries;
  }

  private static void refuses(byte[] table, String message) {
    assertThatThrownBy(() -> SortedTable.read(table, "t"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("t: " + message)
        .hasMessageMatching("[^\n]*; .*");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100})
  void reads_what_was_written_in_blocks_of_any_size(int perBlock) {
    byte[] table = new TableWriter().table(entries(25), perBlock);

    var read = SortedTable.read(table, "t");

    assertThat(read).hasSize(25);
    entries(25)
        .forEach(
            (key, value) ->
                assertThat(read.get(new String(key, StandardCharsets.UTF_8)))
                    .containsExactly(value));
    assertThat(read.sequencedKeySet()).startsWith("", "layer_1/kernel", "layer_10/kernel");
  }

  @Test
  void knows_the_checksum_of_the_reference() {
    // RFC 3720, B.4: CRC-32C of 32 zero bytes is 8a9136aa; LevelDB masks it as its table says.
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(new byte[32]);
    assertThat(crc.getValue()).isEqualTo(0x8a9136aaL);
    assertThat(SortedTable.masked(crc))
        .isEqualTo((0x8a9136aa >>> 15 | 0x8a9136aa << 17) - 0x5d7d1528);
  }

  @Test
  void refuses_compressed_blocks() {
    refuses(
        new TableWriter().compressed(1).table(entries(3), 3),
        "a block is compressed (kind 1), which is not read; save the model with TensorFlow's own"
            + " writer");
  }

  @Test
  void refuses_what_is_no_table() {
    refuses(new byte[0], "does not end as a table of variables ends");
    refuses(new byte[100], "does not end as a table of variables ends");
    byte[] table = new TableWriter().table(entries(3), 3);
    refuses(Arrays.copyOf(table, table.length - 1), "does not end as a table");
  }

  @Test
  void refuses_blocks_outside_the_file_and_wrong_checksums() {
    refuses(new TableWriter().footer(TableWriter.handle(0, 40)), "a block of 40 bytes at 0 lies");
    refuses(new TableWriter().footer(TableWriter.handle(0, 2)), "a block of 2 bytes at 0 lies");
    refuses(
        new TableWriter().footer(TableWriter.handle(Long.MAX_VALUE, Integer.MAX_VALUE)),
        "a block of 2147483647 bytes at 9223372036854775807 lies outside");
    byte[] table = new TableWriter().table(entries(3), 3);
    table[5] ^= 1;
    refuses(table, "the checksum of the block at 0 is wrong");
  }

  @Test
  void refuses_entries_that_cannot_be() {
    refusesBlock(TableWriter.entry(3, bytes("a"), bytes("")), "a key of 3 and 1 bytes cannot be");
    refusesBlock(TableWriter.entry(0, new byte[1025], bytes("")), "a key of 0 and 1025 bytes");
    refusesBlock(new byte[] {0, 1, 9, 'a'}, "an entry is longer than its block");
    refusesBlock(new byte[] {(byte) 0x80}, "ends in the middle of a number");
    refusesBlock(
        new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}, "a number is longer than 64 bits");
    TableWriter writer = new TableWriter();
    byte[] restarts = {0, 0, 0, 0, 99, 0, 0, 0};
    refuses(writer.footer(writer.block(restarts)), "the block at 0 claims 99 restart points");
  }

  private static void refusesBlock(byte[] entry, String message) {
    TableWriter writer = new TableWriter();
    byte[] data = writer.block(withRestart(entry));
    byte[] index = writer.block(withRestart(TableWriter.entry(0, bytes("z"), data)));
    refuses(writer.footer(index), message);
  }

  private static byte[] withRestart(byte[] entry) {
    byte[] block = Arrays.copyOf(entry, entry.length + 8);
    block[entry.length + 4] = 1;
    return block;
  }

  @Test
  void refuses_keys_out_of_order_and_blocks_read_twice() {
    TableWriter writer = new TableWriter();
    byte[] b = writer.block(withRestart(TableWriter.entry(0, bytes("b"), bytes(""))));
    byte[] a = writer.block(withRestart(TableWriter.entry(0, bytes("a"), bytes(""))));
    TreeMap<byte[], byte[]> index = new TreeMap<>(Arrays::compareUnsigned);
    index.put(bytes("x"), b);
    index.put(bytes("y"), a);
    refuses(writer.footer(writer.block(index)), "its keys are not in order");

    TableWriter twice = new TableWriter();
    byte[] once = twice.block(withRestart(TableWriter.entry(0, bytes("b"), bytes(""))));
    index.put(bytes("x"), once);
    index.put(bytes("y"), once);
    refuses(twice.footer(twice.block(index)), "two blocks overlap");
  }

  @Test
  void never_throws_anything_else_whatever_the_bytes() {
    byte[] sound = new TableWriter().table(entries(20), 7);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 3000; i++) {
      byte[] damaged = Mutation.of(sound, random);
      try {
        assertThat(SortedTable.read(damaged, "t")).isNotNull();
      } catch (InputException e) {
        assertThat(e.getMessage()).startsWith("t: ").doesNotContain("\n");
      }
    }
  }
}
