package jada.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jada.cli.tour.Page.Kind;
import jada.tensor.RandomSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// What the sections say is true of the numbers that they show.
class TourTest {
  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?(e-?\\d+)?");
  private static final Path REPOSITORY = Path.of("..");

  /// All but the one that takes a second, and two whose numbers are the same whatever the seed.
  static final List<Section> RANDOM =
      Tour.sections().stream()
          .filter(s -> !(s instanceof Training || s instanceof Schedule || s instanceof Masking))
          .toList();

  private static List<Page.Line> lines(Section section, long seed) {
    Page page = new Page();
    section.show(page, RandomSource.of(seed));
    return page.lines();
  }

  private static List<String> texts(Section section, Kind kind) {
    return lines(section, 1).stream()
        .filter(line -> line.kind() == kind)
        .map(Page.Line::text)
        .toList();
  }

  private static List<Double> numbers(String line) {
    List<Double> numbers = new ArrayList<>();
    Matcher matcher = NUMBER.matcher(line);
    while (matcher.find()) {
      numbers.add(Double.parseDouble(matcher.group()));
    }
    return numbers;
  }

  /// The rows of a table: lines that begin with a number.
  private static List<List<Double>> rows(Section section) {
    return texts(section, Kind.NUMBERS).stream()
        .filter(line -> line.strip().matches("-?\\d.*"))
        .map(TourTest::numbers)
        .toList();
  }

  @ParameterizedTest
  @FieldSource("RANDOM")
  void numbers_are_computed_from_the_seed(Section section) {
    assertThat(lines(section, 1)).isEqualTo(lines(section, 1));
    assertThat(lines(section, 2)).isNotEqualTo(lines(section, 1));
  }

  @ParameterizedTest
  @FieldSource("RANDOM")
  void every_section_has_numbers_and_names_files_that_are_there(Section section) {
    assertThat(texts(section, Kind.NUMBERS)).hasSizeGreaterThan(3);
    List<String> sources = texts(section, Kind.SOURCE);
    assertThat(sources).isNotEmpty();
    for (String source : sources) {
      Path file = REPOSITORY.resolve(source.substring(source.indexOf(": ") + 2));
      assertThat(Files.exists(file)).as(source).isTrue();
    }
  }

  @Test
  void names_are_different_words() {
    assertThat(Tour.sections()).extracting(Section::name).doesNotHaveDuplicates();
    assertThat(Tour.sections()).extracting(Section::name).allMatch(n -> n.matches("[a-z]+"));
  }

  @Test
  void shown_components_add_up_to_the_shown_update() {
    assertThat(rows(new Decomposition()))
        .hasSize(4)
        .allSatisfy(
            row -> {
              for (int j = 0; j < 3; j++) {
                assertThat(row.get(j) + row.get(3 + j) + row.get(6 + j))
                    .isCloseTo(row.get(9 + j), within(0.021));
              }
            });
  }

  @Test
  void pruning_takes_one_component_and_sizes_add_up_only_if_orthonormal() {
    assertThat(rows(new Pruning()))
        .hasSize(4)
        .allSatisfy(
            row -> {
              for (int j = 0; j < 3; j++) {
                assertThat(row.get(j) - row.get(3 + j)).isCloseTo(row.get(6 + j), within(0.016));
              }
            });
    List<String> numbers = texts(new Pruning(), Kind.NUMBERS);
    List<Double> straight = numbers(line(numbers, "orthonormal"));
    List<Double> skewed = numbers(line(numbers, "leaning").replaceAll("^.*Q₁", ""));
    assertThat(straight.get(0)).isCloseTo(straight.get(1), within(2e-4));
    assertThat(skewed.get(0)).isLessThan(skewed.get(1) - 0.5);
  }

  private static String line(List<String> lines, String part) {
    return lines.stream().filter(line -> line.contains(part)).findFirst().orElseThrow();
  }

  @Test
  void penalty_brings_columns_to_orthonormal() {
    List<List<Double>> rows =
        rows(new Orthonormality()).stream().filter(row -> row.size() == 5).toList();

    assertThat(rows.getFirst().get(3)).isGreaterThan(0.5);
    assertThat(rows.getLast().get(3)).isLessThan(1e-3);
    for (List<Double> row : rows) {
      double p = row.get(1);
      double q = row.get(2);
      assertThat(row.get(3)).isCloseTo(p * p + q * q, within(1e-4));
      assertThat(row.get(4)).isCloseTo((p + q) / 2, within(1e-4));
    }
  }

  @Test
  void sensitivity_is_close_to_the_true_change_early() {
    List<List<Double>> rows = rows(new Sensitivity());

    assertThat(rows).hasSize(12);
    for (List<Double> row : rows) {
      assertThat(row.get(4)).isCloseTo(Math.abs(row.get(2) * row.get(3)), within(2e-5));
    }
    for (List<Double> row : rows.subList(0, 4)) {
      assertThat(Math.abs(row.get(5))).isCloseTo(row.get(4), within(0.3 * row.get(4) + 1e-3));
    }
  }

  @Test
  void larger_beta_is_calmer() {
    List<Double> jitter =
        texts(new Smoothing(), Kind.NUMBERS).stream().map(line -> numbers(line).getLast()).toList();

    assertThat(jitter).hasSize(4);
    assertThat(jitter).isSortedAccordingTo((a, b) -> b.compareTo(a));
    assertThat(jitter.getLast()).isLessThan(jitter.getFirst() / 4);
  }

  @Test
  void ranking_gives_the_whole_budget_to_the_best() {
    List<List<Double>> rows = rows(new Ranking());
    List<String> lines = texts(new Ranking(), Kind.NUMBERS);

    assertThat(rows).hasSize(15);
    assertThat(rows).extracting(row -> row.get(3)).isSortedAccordingTo((a, b) -> b.compareTo(a));
    assertThat(lines.stream().filter(line -> line.endsWith("lives"))).hasSize(5);
  }

  @Test
  void schedule_falls_from_the_chapters_288_to_96() {
    List<List<Double>> rows = rows(new Schedule()).stream().filter(row -> row.size() == 3).toList();

    assertThat(rows.getFirst().get(1)).isEqualTo(288);
    assertThat(rows.getLast().get(1)).isEqualTo(96);
    assertThat(rows).extracting(row -> row.get(1)).isSortedAccordingTo((a, b) -> b.compareTo(a));
  }

  @Test
  void only_the_right_order_ends_on_the_budget() {
    List<Double> last = rows(new Masking()).getLast();

    assertThat(last.get(1)).isEqualTo(6);
    assertThat(last.get(2)).as("mask, then step").isGreaterThan(12);
    assertThat(last.get(3)).as("step, then mask").isEqualTo(6);
  }
}
