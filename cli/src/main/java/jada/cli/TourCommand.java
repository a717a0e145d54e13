package jada.cli;

import jada.cli.Console.Style;
import jada.cli.tour.Page;
import jada.cli.tour.Section;
import jada.cli.tour.Tour;
import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jada tour`: the method section by section, on numbers that are computed as they are shown.
@Command(
    name = "tour",
    description = {
      "Walk through the method on small numbers that are computed as they are shown.",
      "On a terminal it waits for Enter after each section; q ends it."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  jada tour                     all sections, one after the other",
      "  jada tour 5                   one of them",
      "  jada tour training --seed 3   one by name, on other numbers",
      "  jada tour --list              their names"
    })
final class TourCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "SECTION", arity = "0..1", description = "number or name of a section")
  private Optional<String> section = Optional.empty();

  @Option(names = "--all", description = "do not wait between sections")
  private boolean all;

  @Option(names = "--list", description = "only list the sections")
  private boolean list;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "from which all numbers are drawn [${DEFAULT-VALUE}]")
  private long seed;

  TourCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<Section> sections = Tour.sections();
    if (list) {
      for (int i = 0; i < sections.size(); i++) {
        console.show(
            "%2s  %-14s %s".formatted(i + 1, sections.get(i).name(), sections.get(i).title()));
      }
    } else if (section.isPresent()) {
      int index = find(sections, section.get());
      show(index, sections.get(index));
    } else {
      walk(sections);
    }
    return 0;
  }

  private void walk(List<Section> sections) {
    BufferedReader enter =
        new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8));
    boolean waits = !all && console.outTerminal() && console.errTerminal();
    for (int i = 0; i < sections.size(); i++) {
      if (i > 0) {
        console.show("");
      }
      if (i > 0 && waits) {
        console.prompt("Enter: %s   q: stop  ".formatted(sections.get(i).title()));
        Optional<String> answer = line(enter);
        if (answer.filter(a -> a.strip().equalsIgnoreCase("q")).isPresent()) {
          return;
        }
        // Not interactive: do not wait.
        waits = answer.isPresent();
      }
      show(i, sections.get(i));
    }
  }

  private static Optional<String> line(BufferedReader from) {
    try {
      return Optional.ofNullable(from.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void show(int index, Section section) {
    console.show(Style.TITLE, "%s. %s".formatted(index + 1, section.title()));
    console.show("");
    Page page = new Page();
    section.show(page, RandomSource.of(seed));
    for (Page.Line line : page.lines()) {
      switch (line.kind()) {
        case TEXT -> console.show(line.text());
        case FORMULA -> console.show(Style.FORMULA, line.text());
        case NUMBERS -> console.show(Style.NUMBERS, line.text());
        case SOURCE -> console.show(Style.ASIDE, line.text());
      }
    }
  }

  private static int find(List<Section> sections, String wanted) {
    for (int i = 0; i < sections.size(); i++) {
      if (wanted.equals(Integer.toString(i + 1)) || wanted.equals(sections.get(i).name())) {
        return i;
      }
    }
    List<String> names = sections.stream().map(Section::name).toList();
    throw new InputException(
        "the tour has no section \"%s\"%s; there are 1 to %s: %s"
            .formatted(
                wanted,
                Nearest.to(wanted, names).map(name -> ", did you mean " + name + "?").orElse(""),
                names.size(),
                String.join(", ", names)));
  }
}
