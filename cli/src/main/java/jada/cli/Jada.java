package jada.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The command `jada` itself: it only has subcommands.
@Command(
    name = "jada",
    description = "AdaLoRA fine-tuning of transformers in pure Java.",
    versionProvider = Version.class,
    footerHeading = "%nFirst steps:%n",
    footer = {
      "  jada finetune                         train on built-in data",
      "  jada finetune --help                  all options, with examples",
      "  jada tour                             the method, step by step",
      "  ./jada shell                          JShell with everything imported",
      "",
      "JADA_OPTS holds options of the JVM, for example JADA_OPTS=-Xmx8g."
    })
final class Jada implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "show where an error comes from")
  private boolean debug;

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      description = "show this help")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "show the version")
  private boolean version;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }
}
