package jada.cli.builtin;

import jada.nn.files.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.tools.SimpleJavaFileObject;

/// A Java source file inside a jar, held in memory. Its path is only ever compared and hashed,
/// never opened: the names in a jar are not to be trusted.
final class SourceFile extends SimpleJavaFileObject {
  /// Bounds on what a jar may unpack to, several times what the real ones hold.
  private static final int LARGEST_FILE = 4 << 20;

  private static final int LARGEST_JAR = 128 << 20;

  private final String path;
  private final String content;

  SourceFile(String path, String content) {
    super(uri(path), Kind.SOURCE);
    this.path = path;
    this.content = content;
  }

  /// The compiler asks for a URI; a name out of a jar need not make one, its hash does.
  private static URI uri(String path) {
    return URI.create(
        "source:/" + UUID.nameUUIDFromBytes(path.getBytes(StandardCharsets.UTF_8)) + ".java");
  }

  /// The Java files of a jar, sorted by path.
  ///
  /// @throws InputException if the jar is damaged or unpacks to more than a source jar would
  static List<SourceFile> read(Path jar) {
    List<SourceFile> files = new ArrayList<>();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      long total = 0;
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (isSource(entry.getName())) {
          byte[] bytes = content(zip, entry);
          total += bytes.length;
          if (bytes.length > LARGEST_FILE || total > LARGEST_JAR) {
            throw new InputException(
                "%s: unpacks to more than a source jar can hold; delete it and run again"
                    .formatted(jar));
          }
          files.add(new SourceFile(entry.getName(), new String(bytes, StandardCharsets.UTF_8)));
        }
      }
    } catch (IOException e) {
      throw new InputException(
          "%s: damaged jar (%s); delete it and run again".formatted(jar, e.getMessage()), e);
    }
    files.sort(Comparator.comparing(SourceFile::path));
    return files;
  }

  private static boolean isSource(String name) {
    return name.endsWith(".java")
        && !name.endsWith("module-info.java")
        && !name.endsWith("package-info.java")
        && !name.startsWith("META-INF/");
  }

  private static byte[] content(ZipFile zip, ZipEntry entry) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readNBytes(LARGEST_FILE + 1);
    }
  }

  /// Where the file lies in its jar.
  String path() {
    return path;
  }

  @Override
  public CharSequence getCharContent(boolean ignoreEncodingErrors) {
    return content;
  }
}
