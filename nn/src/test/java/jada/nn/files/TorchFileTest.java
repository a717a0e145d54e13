package jada.nn.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files that PyTorch wrote (`src/test/python/torch_golden.py`), and damaged ones.
class TorchFileTest {
  private static final int FUZZ = Integer.getInteger("jada.fuzz", 2000);

  @TempDir Path temp;

  private static Path fixture(String name) {
    try {
      return Path.of(TorchFileTest.class.getResource("torch/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "views.bin, views.safetensors",
    "module.bin, module.safetensors",
    "protocol4.bin, module.safetensors",
    "bert-classification.bin, ../../families/bert-classification/model.safetensors"
  })
  void reads_what_safetensors_reads(String name, String twin) {
    TorchFile file = TorchFile.open(fixture(name));
    Safetensors expected = Safetensors.open(fixture(twin));

    assertThat(file.names()).containsAll(expected.names());
    for (String weight : expected.names()) {
      Tensor tensor = file.tensor(weight);
      assertThat(file.sizes(weight)).as(weight).isEqualTo(expected.sizes(weight));
      assertThat(tensor.shape()).as(weight).isEqualTo(expected.tensor(weight).shape());
      assertThat(tensor.array()).as(weight).isEqualTo(expected.tensor(weight).array());
    }
  }

  @Test
  void tells_of_tensors_that_it_cannot_read_and_refuses_them_only_when_asked() {
    TorchFile file = TorchFile.open(fixture("views.bin"));

    assertThat(file.sizes("position_ids")).isEqualTo(List.of(1L, 9L));
    assertThatThrownBy(() -> file.tensor("position_ids"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("dtype I64 is not a float type; save the model as safetensors");
    assertThatThrownBy(() -> file.tensor("double")).hasMessageContaining("dtype F64");
    assertThatThrownBy(() -> file.tensor("other")).hasMessageContaining("no tensor 'other'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "call.bin | asks Python to call 'posix.system', which weights do not need and Jada never",
        "module-itself.bin | asks Python to call",
        "training.bin | holds no weights by name; if it is a checkpoint of a training run",
        "before-1.6.bin | is not a file of torch.save since PyTorch 1.6",
        "shared.bin | its weights have 576 elements, of which the file holds 64",
        "sign.bin | asks Python to call 'torch._utils._rebuild_tensor_v2'",
        "complex.bin | a storage 'torch.ComplexFloatStorage' is not read",
        "expanded.bin | reach beyond its 1 elements",
      })
  void refuses_what_is_no_dict_of_weights(String name, String message) {
    assertThatThrownBy(() -> TorchFile.open(fixture(name)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  /// The same archive with one entry changed; null leaves it out.
  private Path changed(String name, String suffix, byte[] content, int method) throws IOException {
    Path file = temp.resolve("changed.bin");
    try (ZipFile zip = new ZipFile(fixture(name).toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
        byte[] bytes = zip.getInputStream(entry).readAllBytes();
        boolean chosen = entry.getName().endsWith(suffix);
        if (chosen && content == null) {
          continue;
        }
        byte[] written = chosen && content.length > 0 ? content : bytes;
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setMethod(chosen ? method : ZipEntry.STORED);
        copy.setSize(written.length);
        CRC32 crc = new CRC32();
        crc.update(written);
        copy.setCrc(crc.getValue());
        if (copy.getMethod() == ZipEntry.STORED) {
          copy.setCompressedSize(written.length);
        }
        out.putNextEntry(copy);
        out.write(written);
        out.closeEntry();
      }
    }
    return file;
  }

  @Test
  void refuses_archives_that_torch_does_not_write() throws IOException {
    byte[] asItIs = {};
    byte[] big = "big".getBytes(StandardCharsets.US_ASCII);
    refuses(changed("module.bin", "data/0", null, ZipEntry.STORED), "its elements are not in");
    refuses(changed("module.bin", "data/0", new byte[4], ZipEntry.STORED), "its storage has 4 byt");
    refuses(changed("module.bin", "data/0", asItIs, ZipEntry.DEFLATED), "is compressed");
    refuses(changed("module.bin", "data.pkl", asItIs, ZipEntry.DEFLATED), "is compressed");
    refuses(
        changed("module.bin", "data.pkl", null, ZipEntry.STORED),
        "holds 0 files data.pkl, not one");
    refuses(changed("module.bin", "byteorder", big, ZipEntry.STORED), "'big' endian");
  }

  /// A file of a few kilobytes whose directory and pickle claim a gigabyte.
  @Test
  void allocates_nothing_for_elements_that_the_file_has_no_room_for() throws IOException {
    byte[] pickle;
    try (ZipFile zip = new ZipFile(fixture("shared.bin").toFile())) {
      pickle = zip.getInputStream(zip.getEntry("shared/data.pkl")).readAllBytes();
    }
    String sixtyFour = "K@"; // BININT1 64
    String claim = "J\0\0\0\20"; // BININT 2²⁸
    byte[] claiming =
        new String(pickle, StandardCharsets.ISO_8859_1)
            .replace(sixtyFour, claim)
            .getBytes(StandardCharsets.ISO_8859_1);
    Path file = changed("shared.bin", "data.pkl", claiming, ZipEntry.STORED);
    ByteBuffer zip = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    String text = new String(zip.array(), StandardCharsets.ISO_8859_1);
    int entry = text.lastIndexOf("shared/data/0") - 46; // in the directory at the end
    assertThat(zip.getInt(entry)).isEqualTo(0x02014b50);
    zip.putInt(entry + 20, 1 << 30).putInt(entry + 24, 1 << 30);
    Files.write(file, zip.array());

    refuses(file, "claims 1073741824 bytes of elements in a file of");
  }

  private static void refuses(Path file, String message) {
    assertThatThrownBy(() -> TorchFile.open(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  /// Damaged pickles and archives are read or refused in one line, and nothing else.
  @Test
  void reads_or_refuses_damaged_files() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    byte[] pickle;
    try (ZipFile zip = new ZipFile(fixture("views.bin").toFile())) {
      pickle = zip.getInputStream(zip.getEntry("views/data.pkl")).readAllBytes();
    }
    byte[] whole = Files.readAllBytes(fixture("views.bin"));
    int refused = 0;
    for (int i = 0; i < FUZZ; i++) {
      Path file;
      if (i % 4 == 0) {
        file = Files.write(temp.resolve("damaged.bin"), Mutation.of(whole, random));
      } else {
        byte[] damaged = Mutation.of(pickle, random);
        file = changed("views.bin", "data.pkl", damaged, ZipEntry.STORED);
      }
      try {
        TorchFile opened = TorchFile.open(file);
        for (String name : opened.names()) {
          readOrRefuse(opened, name);
        }
      } catch (InputException e) {
        refused++;
        assertThat(e.getMessage()).startsWith(file.toString()).doesNotContain("\n");
      }
    }
    assertThat(refused).isBetween(FUZZ / 4, FUZZ - 1);
  }

  private static void readOrRefuse(TorchFile file, String name) {
    try {
      file.tensor(name);
    } catch (InputException e) {
      assertThat(e.getMessage()).startsWith(file.file().toString()).doesNotContain("\n");
    }
  }
}
