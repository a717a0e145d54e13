package jada.adalora.model;

import jada.nn.files.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A model artifact that the program has on its class path.
///
/// A plain jar is read where it is. Where the class loader has another form (a jar inside the jar
/// of an application, a folder of classes), the files that are needed are copied into a temporary
/// jar, which [#close] removes.
final class ClassPathModel implements AutoCloseable {
  private final Optional<Path> jar;
  private final boolean temporary;

  private ClassPathModel(Optional<Path> jar, boolean temporary) {
    this.jar = jar;
    this.temporary = temporary;
  }

  /// Looks for the resources with the thread's context class loader, then with Jada's own.
  ///
  /// @throws InputException if they are there but cannot be read
  static ClassPathModel find(List<String> resources) {
    for (ClassLoader loader : loaders()) {
      List<URL> found = new ArrayList<>();
      for (String resource : resources) {
        URL url = loader.getResource(resource);
        if (url != null) {
          found.add(url);
        }
      }
      if (found.size() == resources.size()) {
        Optional<Path> plain = jarOf(found.getFirst());
        if (plain.isPresent() && found.stream().allMatch(url -> jarOf(url).equals(plain))) {
          return new ClassPathModel(plain, false);
        }
        return new ClassPathModel(Optional.of(copied(resources, found)), true);
      }
    }
    return new ClassPathModel(Optional.empty(), false);
  }

  private static List<ClassLoader> loaders() {
    ClassLoader own = ClassPathModel.class.getClassLoader();
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return context == null || context == own ? List.of(own) : List.of(context, own);
  }

  /// The jar of a URL `jar:file:PATH!/RESOURCE`; empty for any other form.
  private static Optional<Path> jarOf(URL url) {
    String text = url.toString();
    int end = text.indexOf("!/");
    if (!text.startsWith("jar:file:") || end < 0 || text.indexOf("!/", end + 2) >= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(new URI(text.substring("jar:".length(), end))))
          .filter(Files::isRegularFile);
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Path copied(List<String> names, List<URL> urls) {
    try {
      Path copy = Files.createTempFile("jada-model-", ".jar");
      try (OutputStream file = Files.newOutputStream(copy);
          ZipOutputStream zip = new ZipOutputStream(file)) {
        zip.setLevel(0); // read once and removed
        for (int i = 0; i < names.size(); i++) {
          zip.putNextEntry(new ZipEntry(names.get(i)));
          try (InputStream in = urls.get(i).openStream()) {
            in.transferTo(zip);
          }
          zip.closeEntry();
        }
      } catch (IOException e) {
        Files.deleteIfExists(copy);
        throw e;
      }
      return copy;
    } catch (IOException e) {
      throw new InputException(
          urls.getFirst()
              + ": cannot be copied to a temporary file ("
              + String.valueOf(e.getMessage()).replaceAll("\\R", " ")
              + "); make room in java.io.tmpdir",
          e);
    }
  }

  /// The jar with the resources; empty if they are not on the class path.
  Optional<Path> jar() {
    return jar;
  }

  @Override
  public void close() {
    if (temporary) {
      try {
        Files.deleteIfExists(jar.orElseThrow());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
