package jada.cli;

import jada.adalora.BudgetUnit;
import jada.adalora.Compaction;
import jada.adalora.Gauge;
import jada.adalora.ImportanceScore;
import jada.adalora.LambdaRate;
import jada.adalora.Method;
import jada.adalora.OrthogonalityPenalty;
import jada.adalora.Preset;
import jada.adalora.Scaling;
import jada.adalora.Steps;
import jada.adalora.TargetModules;
import jada.adalora.TripletStart;
import jada.adalora.data.EmptyTexts;
import jada.adalora.data.OddLabels;
import jada.adalora.model.ClassWeights;
import jada.adalora.training.TrainingOptions;
import jada.nn.Pooling;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/// The command line of Jada.
public final class Main {
  /// Wider lines are hard to read.
  private static final int WIDEST_HELP = 110;

  private static final int NARROWEST_HELP = 72;

  private Main() {}

  /// Runs one command and ends the JVM with its exit status.
  public static void main(String[] args) {
    speakOneLanguage();
    System.exit(run(args, Console.ofProcess()));
  }

  /// Output is English in every locale, also from libraries that use the default locale.
  static void speakOneLanguage() {
    Locale.setDefault(Locale.ROOT);
  }

  /// Runs one command and returns its exit status: 0 done, 1 the work failed, 2 the command line or
  /// an input is wrong, 141 the reader of standard output has gone.
  ///
  /// @param out receives results, in UTF-8
  /// @param err receives messages for people
  public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
    return run(args, Console.of(in, out, err));
  }

  static int run(String[] args, Console console) {
    try {
      return execute(args, console);
    } catch (StandardOutput.Closed _) {
      return StandardOutput.STATUS_OF_CLOSED;
    }
  }

  private static int execute(String[] args, Console console) {
    boolean debug = List.of(args).contains("--debug");
    return commandLine(console)
        .setExecutionStrategy(Main::runOrHelp)
        .setParameterExceptionHandler((e, _) -> report(console, debug, e, ErrorLine.of(e)))
        .setExecutionExceptionHandler(
            (e, line, _) -> {
              // picocli wraps what is not an Exception, such as an OutOfMemoryError.
              Throwable failure =
                  e instanceof ExecutionException wrapped && wrapped.getCause() != null
                      ? wrapped.getCause()
                      : e;
              if (failure instanceof StandardOutput.Closed) {
                return StandardOutput.STATUS_OF_CLOSED;
              }
              return report(console, debug, failure, ErrorLine.of(failure, line.getCommandSpec()));
            })
        .execute(args);
  }

  /// Runs the command, or prints its help: there picocli asks no handler, and a closed pipe would
  /// be a stack trace.
  private static int runOrHelp(ParseResult parsed) {
    refuseRepeated(parsed);
    try {
      return new RunLast().execute(parsed);
    } catch (StandardOutput.Closed _) {
      return StandardOutput.STATUS_OF_CLOSED;
    }
  }

  /// Refuses an option that is given twice. picocli does it only for options outside of groups;
  /// within one it takes the second for the start of another group and forgets the first.
  private static void refuseRepeated(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    CommandSpec command = last.commandSpec();
    Set<OptionSpec> given = new HashSet<>();
    for (String argument : parsed.originalArgs()) {
      if (argument.equals(command.parser().endOfOptionsDelimiter())) {
        return;
      }
      OptionSpec option = command.findOption(argument.split("=", 2)[0]);
      if (option != null && !option.isMultiValue() && !given.add(option)) {
        throw new ParameterException(
            command.commandLine(), option.longestName() + ": is given twice; give it once");
      }
    }
  }

  private static int report(Console console, boolean debug, Throwable failure, ErrorLine line) {
    if (debug) {
      failure.printStackTrace(console.err());
    }
    console.say("jada: " + line.text());
    return line.status();
  }

  private static CommandLine commandLine(Console console) {
    return configured(
        console,
        new CommandLine(new Jada())
            .addSubcommand(new FinetuneCommand(console))
            .addSubcommand(new EvaluateCommand(console))
            .addSubcommand(new PredictCommand(console))
            .addSubcommand(new EmbedCommand(console))
            .addSubcommand(new SearchCommand(console))
            .addSubcommand(new MineCommand(console))
            .addSubcommand(new InspectCommand(console))
            .addSubcommand(new ReportCommand(console))
            .addSubcommand(new ExportCommand(console))
            .addSubcommand(new MergeCommand(console))
            .addSubcommand(new ModelsCommand(console))
            .addSubcommand(new TourCommand(console)));
  }

  /// Configures a command line with Jada's types, defaults and layout.
  static CommandLine configured(Console console, CommandLine line) {
    line.setExpandAtFiles(false) // a text may begin with @
        .setDefaultValueProvider(new Defaults())
        .setColorScheme(Help.defaultColorScheme(console.color() ? Ansi.ON : Ansi.OFF))
        .setUsageHelpWidth(Math.clamp(console.width(), NARROWEST_HELP, WIDEST_HELP))
        .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(console.err(), true))
        .registerConverter(Method.class, Choices::method)
        .registerConverter(Steps.class, Steps::parse)
        .registerConverter(TargetModules.class, TargetModules::parse)
        .registerConverter(LambdaRate.class, LambdaRate::parse);
    choices(line, EmptyTexts.class);
    choices(line, OddLabels.class);
    choices(line, ImportanceScore.class);
    choices(line, TripletStart.class);
    choices(line, OrthogonalityPenalty.class);
    choices(line, Compaction.class);
    choices(line, BudgetUnit.class);
    choices(line, Scaling.class);
    choices(line, Gauge.class);
    choices(line, Preset.class);
    choices(line, ExportCommand.Format.class);
    choices(line, TrainingOptions.Schedule.class);
    choices(line, TrainingOptions.Keep.class);
    choices(line, ClassWeights.class);
    choices(line, Pooling.class);
    choices(line, EmbeddingOptions.Loss.class);
    return line;
  }

  private static <E extends Enum<E>> void choices(CommandLine line, Class<E> type) {
    line.registerConverter(type, new Choices<>(type));
  }
}
