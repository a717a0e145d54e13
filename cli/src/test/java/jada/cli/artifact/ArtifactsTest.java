package jada.cli.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eu.maveniverse.maven.mima.context.ContextOverrides;
import jada.adalora.data.Progress;
import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactsTest {
  private static final Coordinates TOOL = Coordinates.parse("org.example:tool:1.0:sources");
  private static final String REMEDY =
      "; connect once so that Jada can fetch it, or work from local files (--model DIR, --train"
          + " FILE)";

  @TempDir Path folder;
  private final List<String> heard = new ArrayList<>();

  private final Progress progress =
      new Progress() {
        private long last;

        @Override
        public void started(String what, String unit, long total) {
          last = 0;
          heard.add("started %s, %d %s".formatted(what, total, unit));
        }

        @Override
        public void advanced(long soFar) {
          assertThat(soFar).isGreaterThan(last);
          last = soFar;
        }

        @Override
        public void finished() {
          heard.add("finished at " + last);
        }
      };

  @BeforeEach
  void publish() throws Exception {
    publish("tool-1.0-sources.jar", "the content");
    settings("file", folder.resolve("remote").toUri().toString());
  }

  private void publish(String name, String content) throws Exception {
    Path file = folder.resolve("remote/org/example/tool/1.0").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    byte[] sha1 =
        MessageDigest.getInstance("SHA-1").digest(content.getBytes(StandardCharsets.UTF_8));
    Files.writeString(file.resolveSibling(name + ".sha1"), HexFormat.of().formatHex(sha1));
  }

  /// A mirror of everything, so that no test can reach beyond this machine.
  private void settings(String id, String url) throws IOException {
    Files.writeString(
        folder.resolve("settings.xml"),
        """
        <settings>
          <mirrors><mirror><id>%s</id><mirrorOf>*</mirrorOf><url>%s</url></mirror></mirrors>
        </settings>
        """
            .formatted(id, url));
  }

  private Artifacts artifacts() {
    return Artifacts.of(
        ContextOverrides.create()
            .withUserSettingsXmlOverride(folder.resolve("settings.xml"))
            .withLocalRepositoryOverride(folder.resolve("local")));
  }

  private Path resolve(Coordinates coordinates) {
    try (Artifacts artifacts = artifacts()) {
      return artifacts.resolve(coordinates, progress);
    }
  }

  private String refusal(Coordinates coordinates) {
    InputException e = catchThrowableOfType(InputException.class, () -> resolve(coordinates));
    assertThat(e).as("refused").isNotNull();
    assertThat(e.getMessage()).doesNotContain("\n");
    return e.getMessage();
  }

  private void deleteRemote() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("remote"))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void fetches_a_file_and_tells_how_far_it_is() {
    assertThat(resolve(TOOL))
        .hasContent("the content")
        .isEqualTo(folder.resolve("local/org/example/tool/1.0/tool-1.0-sources.jar"));
    assertThat(heard).containsExactly("started tool-1.0-sources.jar, 11 bytes", "finished at 11");
  }

  @Test
  void fetches_nothing_that_the_artifact_depends_on() throws Exception {
    publish(
        "tool-1.0.pom",
        """
        <project><modelVersion>4.0.0</modelVersion>
          <groupId>org.example</groupId><artifactId>tool</artifactId><version>1.0</version>
          <dependencies><dependency>
            <groupId>org.example</groupId><artifactId>other</artifactId><version>1</version>
          </dependency></dependencies>
        </project>
        """);
    resolve(TOOL);
    try (Stream<Path> files = Files.walk(folder.resolve("local"))) {
      assertThat(files.filter(file -> file.toString().matches(".*[.](jar|pom)")))
          .containsExactly(folder.resolve("local/org/example/tool/1.0/tool-1.0-sources.jar"));
    }
  }

  @Test
  void needs_no_repository_for_what_is_cached() throws IOException {
    resolve(TOOL);
    heard.clear();
    deleteRemote();
    assertThat(resolve(TOOL)).hasContent("the content");
    assertThat(heard).isEmpty();
  }

  @Test
  void stays_offline_where_the_settings_say_so() throws IOException {
    Path settings = folder.resolve("settings.xml");
    String online = Files.readString(settings);
    String offline = online.replace("<settings>", "<settings><offline>true</offline>");
    Files.writeString(settings, offline);
    assertThat(refusal(TOOL))
        .isEqualTo(
            "org.example:tool:1.0:sources: cannot be fetched: the Maven settings say offline"
                + REMEDY);
    assertThat(heard).isEmpty();

    Files.writeString(settings, online);
    resolve(TOOL);
    Files.writeString(settings, offline);
    assertThat(resolve(TOOL)).as("what is cached").hasContent("the content");
  }

  @Test
  void honours_maven_repo_local() {
    System.setProperty("maven.repo.local", folder.resolve("elsewhere").toString());
    try (Artifacts artifacts =
        Artifacts.of(
            ContextOverrides.create()
                .withUserSettingsXmlOverride(folder.resolve("settings.xml")))) {
      assertThat(artifacts.resolve(TOOL, progress)).startsWith(folder.resolve("elsewhere"));
    } finally {
      System.clearProperty("maven.repo.local");
    }
  }

  @Test
  void refuses_a_file_with_a_wrong_checksum() throws IOException {
    Files.writeString(
        folder.resolve("remote/org/example/tool/1.0/tool-1.0-sources.jar"), "evil content");
    assertThat(refusal(TOOL))
        .startsWith("org.example:tool:1.0:sources: cannot be fetched: its checksum is wrong (")
        .endsWith(REMEDY);
    assertThat(folder.resolve("local/org/example/tool/1.0/tool-1.0-sources.jar")).doesNotExist();
    assertThat(heard).last().asString().startsWith("finished");
  }

  @Test
  void refuses_a_file_without_checksum() throws IOException {
    Files.delete(folder.resolve("remote/org/example/tool/1.0/tool-1.0-sources.jar.sha1"));
    assertThat(refusal(TOOL))
        .contains("its checksum is wrong (")
        .contains("no checksums available");
  }

  @Test
  void says_what_no_repository_has_and_asks_again_the_next_time() throws Exception {
    Coordinates other = Coordinates.parse("org.example:tool:1.0:docs:txt");
    assertThat(refusal(other))
        .isEqualTo(
            "org.example:tool:1.0:docs:txt: cannot be fetched: no configured Maven repository has"
                + " it"
                + REMEDY);
    publish("tool-1.0-docs.txt", "now it is there");
    assertThat(resolve(other)).hasContent("now it is there");
  }

  @Test
  void says_that_a_repository_cannot_be_reached() throws IOException {
    // Port 1 of this machine: refused at once.
    settings("closed", "http://127.0.0.1:1/");
    assertThat(refusal(TOOL)).contains("cannot be fetched: ConnectException: ").endsWith(REMEDY);
  }

  @Test
  void refuses_broken_settings() throws IOException {
    Files.writeString(folder.resolve("settings.xml"), "<settings><mirrors>");
    assertThat(refusal(TOOL))
        .startsWith("Maven settings cannot be used: ")
        .contains("settings.xml");
  }
}
