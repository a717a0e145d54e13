package jada.cli;

import jada.adalora.TrainingDiverged;
import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The error message of a failure, one line that says what to do, and the exit status.
///
/// @param status 2 where the command line or an input is wrong, 1 where the work failed
/// @param text the line, without the program's name
record ErrorLine(int status, String text) {
  /// Exit status: the work failed.
  static final int FAILED = 1;

  /// Exit status: the command line or an input is wrong.
  static final int WRONG_INPUT = 2;

  /// The name of an option in a message of the library.
  private static final Pattern NAMED = Pattern.compile("`([a-z][a-z0-9-]*)`");

  /// A message of the library that begins with the name of an option.
  private static final Pattern LIBRARY = Pattern.compile("([a-z][a-z0-9-]*)(: .*)");

  /// How picocli begins when a value cannot be converted.
  private static final Pattern INVALID =
      Pattern.compile(
          "Invalid value for (?:option|positional parameter[^']*) '(--[a-z0-9-]+)[^:]*: (.*)");

  ErrorLine {
    text = text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }

  /// The line for an exception thrown by a command.
  static ErrorLine of(Throwable failure, CommandSpec command) {
    return switch (failure) {
      case InputException e -> new ErrorLine(WRONG_INPUT, withDashes(e.getMessage(), command));
      case OutputException e -> new ErrorLine(FAILED, e.getMessage());
      case TrainingDiverged e ->
          new ErrorLine(FAILED, withOptions(e.getMessage()) + "; nothing was saved");
      case OutOfMemoryError e -> new ErrorLine(FAILED, outOfMemory(e));
      default ->
          ioCause(failure)
              .map(io -> new ErrorLine(FAILED, reason(io)))
              .orElseGet(() -> new ErrorLine(FAILED, unexpected(failure)));
    };
  }

  /// The line for a command line that cannot be understood.
  static ErrorLine of(ParameterException failure) {
    CommandLine line = failure.getCommandLine();
    String help = "; see %s --help".formatted(line.getCommandSpec().qualifiedName());
    String what =
        switch (failure) {
          case UnmatchedArgumentException e -> unmatched(e.getUnmatched().getFirst(), line);
          case MissingParameterException e when !e.getMissing().isEmpty() ->
              e.getMissing().getFirst() instanceof OptionSpec option
                  ? option.longestName() + ": is needed"
                  : e.getMessage();
          case ParameterException e when e.getCause() instanceof InputException cause ->
              (e.getArgSpec() instanceof OptionSpec option ? option.longestName() + ": " : "")
                  + cause.getMessage();
          default -> {
            Matcher invalid = INVALID.matcher(failure.getMessage());
            yield invalid.matches()
                ? invalid.group(1) + ": " + invalid.group(2)
                : failure.getMessage();
          }
        };
    return new ErrorLine(WRONG_INPUT, what + help);
  }

  private static String unmatched(String argument, CommandLine line) {
    boolean option = argument.startsWith("-");
    boolean command = !option && !line.getSubcommands().isEmpty();
    Collection<String> names =
        option
            ? line.getCommandSpec().optionsMap().keySet()
            : command ? line.getSubcommands().keySet() : java.util.List.of();
    String kind =
        option ? "unknown option " : command ? "unknown command " : "unexpected argument ";
    return kind
        + argument
        + Nearest.to(argument.replaceFirst("=.*", ""), names)
            .map(name -> "; did you mean " + name + "?")
            .orElse("");
  }

  /// Messages of the library begin with an option as `batch-size: …`, or name it in backticks; here
  /// it becomes `--batch-size`.
  private static String withDashes(String message, CommandSpec command) {
    Matcher option = LIBRARY.matcher(message);
    boolean begins = option.matches() && command.findOption("--" + option.group(1)) != null;
    return withOptions(begins ? "--" + message : message);
  }

  /// A message of the library with its options as they are written on the command line.
  static String withOptions(String message) {
    return NAMED.matcher(message).replaceAll("--$1");
  }

  private static String outOfMemory(OutOfMemoryError e) {
    return "out of memory (%s): the heap may hold %s; give it more with JADA_OPTS=-Xmx8g, or lower --batch-size or --max-length"
        .formatted(e.getMessage(), Figures.bytes(Runtime.getRuntime().maxMemory()));
  }

  private static Optional<IOException> ioCause(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException io) {
        return Optional.of(io);
      }
    }
    return Optional.empty();
  }

  /// Why reading or writing failed, in one line with the file where it is known.
  static String reason(IOException failure) {
    String what =
        switch (failure) {
          case AccessDeniedException e -> e.getFile() + ": permission denied";
          case FileSystemException e when e.getReason() != null ->
              e.getFile() + ": " + e.getReason();
          case FileSystemException e -> e.getFile() + ": " + e.getClass().getSimpleName();
          default -> String.valueOf(failure.getMessage());
        };
    return what.contains("No space left")
        ? what + "; free some space or write to another disk"
        : what;
  }

  private static String unexpected(Throwable failure) {
    return "unexpected %s: %s; --debug shows where"
        .formatted(failure.getClass().getSimpleName(), failure.getMessage());
  }
}
