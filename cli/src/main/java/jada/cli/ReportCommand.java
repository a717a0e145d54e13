package jada.cli;

import jada.cli.report.Report;
import jada.nn.files.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jada report`: writes the HTML report of a run again from its files.
@Command(
    name = "report",
    description = {
      "Write the HTML report of a run: one file, to be opened in any browser, without network.",
      "finetune writes it by itself at its end."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  jada report runs/first", "  jada report runs/first --out first.html"})
final class ReportCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN", description = "folder written by finetune")
  private Path run;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "where to write it [report.html in RUN]")
  private Optional<Path> out = Optional.empty();

  ReportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(run)) {
      throw new InputException(
          run + ": no such folder; give the folder that finetune wrote (--out)");
    }
    Path file = out.orElse(run.resolve(Report.FILE));
    Report.write(run, file);
    console.result(file.toString());
    return 0;
  }
}
