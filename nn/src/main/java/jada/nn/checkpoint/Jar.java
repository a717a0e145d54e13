package jada.nn.checkpoint;

import jada.nn.files.InputException;
import jada.nn.files.InputFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// An archive that a Maven repository served, and the files in it.
final class Jar implements AutoCloseable {
  private final Path path;
  private final ZipFile zip;

  private Jar(Path path, ZipFile zip) {
    this.path = path;
    this.zip = zip;
  }

  static Jar open(Path path) throws IOException {
    InputFile.require(path);
    return new Jar(path, new ZipFile(path.toFile()));
  }

  /// The name of a file in it for errors.
  String at(String name) {
    return path.getFileName() + "!/" + name;
  }

  /// The content of a file in it.
  ///
  /// @throws InputException if there is no such file; while it is read, if it unpacks to far more
  ///   than the jar's size
  InputStream open(String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new InputException(
          path + ": holds no file " + name + "; use the jar as it was published");
    }
    return bounded(zip.getInputStream(entry), name);
  }

  /// A stream that ends with an [InputException] if it yields far more than the jar's size.
  ///
  /// @param in unpacks a file of the jar, or an archive inside it
  /// @param name of the file
  InputStream bounded(InputStream in, String name) throws IOException {
    return new UnpackedStream(in, path + "!/" + name, Files.size(path));
  }

  /// The text of a file in it.
  ///
  /// @param most bytes
  /// @throws InputException if there is no such file, or it is longer
  String text(String name, int most) throws IOException {
    try (InputStream in = open(name)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new InputException(
            path + ": " + name + " is too long for a tokenizer; use the jar as it was published");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
