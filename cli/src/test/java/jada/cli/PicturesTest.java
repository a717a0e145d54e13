package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pictures of the documentation: sections of a run's report, as a real browser shows them.
///
/// `verify` takes them of a tiny run and lets them go. With `-Djada.pictures=RUN` they are taken of
/// the report in that folder, and those in `docs/pictures` are replaced.
class PicturesTest {
  private static final Path DOCS = Path.of("..", "docs").toAbsolutePath().normalize();

  private static final List<String> SECTIONS =
      List.of(
          "components",
          "gram",
          "importance",
          "smoothing",
          "schedule",
          "ranks",
          "budget",
          "allocation",
          "scores",
          "life");

  @Test
  void every_picture_of_the_documentation_is_a_section_of_a_report(@TempDir Path temp)
      throws IOException {
    String run = System.getProperty("jada.pictures", "");
    Path folder = run.isEmpty() ? Files.createDirectory(temp.resolve("pictures")) : pictures();
    try (Browser browser = Browser.start(temp.resolve("profile"))) {
      Path out = run.isEmpty() ? tinyRun(temp) : DOCS.getParent().resolve(run);
      browser.open(out.resolve("report.html").toUri().toString());
      for (String section : SECTIONS) {
        byte[] png = browser.picture("#" + section);
        assertIsDrawn(section, ImageIO.read(new ByteArrayInputStream(png)));
        Files.write(folder.resolve(section + ".png"), png);
      }
    }
  }

  @Test
  void the_documentation_shows_every_picture() throws IOException {
    String page = Files.readString(DOCS.resolve("pictures.md"));

    assertThat(SECTIONS).allSatisfy(section -> assertThat(page).contains("pictures/" + section));
    for (String section : SECTIONS) {
      assertThat(pictures().resolve(section + ".png")).isNotEmptyFile();
    }
  }

  private static Path pictures() {
    return DOCS.resolve("pictures");
  }

  private static Path tinyRun(Path temp) {
    Path out = temp.resolve("out");
    Captured finetune = new Captured();
    int status = finetune.run(new TinyWorld(temp).finetune(out, "--epochs", 1));
    assertThat(status).as(finetune.err()).isZero();
    return out;
  }

  private static void assertIsDrawn(String section, BufferedImage image) {
    assertThat(image.getWidth()).as(section).isGreaterThan(600);
    assertThat(image.getHeight()).as(section).isGreaterThan(200);
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    long colours = Arrays.stream(pixels).distinct().count();
    assertThat(colours).as("colours of %s", section).isGreaterThan(30);
  }
}
