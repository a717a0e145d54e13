package jada.adalora.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import jada.adalora.model.AdaptedModel;
import jada.adalora.peft.PeftFolder;
import jada.nn.files.Checksum;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The SHA-256 of the file that an adapter is saved in, and those in the repository.
final class AdapterDigest {
  private AdapterDigest() {}

  /// The SHA-256 of `adapter_model.safetensors`.
  static String of(AdaptedModel model) {
    try {
      Path folder = Files.createTempDirectory("adapter");
      try {
        PeftFolder.save(model, folder);
        return Checksum.of(folder.resolve("adapter_model.safetensors"));
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /// The lines of a resource of the tests.
  static List<String> committed(String resource) {
    try (InputStream file = AdapterDigest.class.getResourceAsStream("/" + resource)) {
      return new String(file.readAllBytes(), UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
