package jada.bench.study;

import jada.adalora.data.Progress;
import jada.adalora.model.Models;
import jada.cli.artifact.MavenModels;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import java.io.PrintStream;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Runs the cells of a plan that have no line yet, one after the other.
///
/// It may be killed at any time: started again it goes on with the cell in hand from its beginning.
/// Several processes may work on one folder; none takes a cell that another has or that is done.
@Command(
    name = "Study",
    description = "Run the cells of a plan that have no line in results.jsonl yet.",
    mixinStandardHelpOptions = true)
public final class Study implements Callable<Integer> {
  /// How long to wait for another process that has what this one needs.
  private static final long PATIENCE_MILLIS = 5_000;

  private final PrintStream out;

  @Parameters(paramLabel = "PLAN", description = "JSON file")
  private Path planFile;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "of results.jsonl [beside the plan, of its name without extension]")
  private Optional<Path> folder = Optional.empty();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "threads that compute; they change no bit [all processors]")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--only",
      paramLabel = "KEY=VALUE",
      split = ",",
      description =
          "cells with this arm, task, budget or seed; several values of a key: any of them")
  private List<String> only = new ArrayList<>();

  @Option(names = "--dry-run", description = "say what would run, and run nothing")
  private boolean dryRun;

  private StudyPlan plan;
  private final Map<StudyTask, StudyTask.Loaded> loaded = new HashMap<>();
  private Optional<PretrainedModel> base = Optional.empty();
  private final Map<String, List<Double>> seconds = new HashMap<>(); // of whole cells, by task

  /// @param out where progress is told
  Study(PrintStream out) {
    this.out = out;
  }

  /// Runs a study; see `--help`.
  public static void main(String... arguments) {
    System.exit(run(System.out, arguments));
  }

  static int run(PrintStream out, String... arguments) {
    return execute(new Study(out), out, arguments);
  }

  /// Parses and calls; what is wrong is told in one line.
  static int execute(Object command, PrintStream out, String... arguments) {
    return new CommandLine(command)
        .setExecutionExceptionHandler(
            (e, _, _) -> {
              if (!(e instanceof InputException)) {
                throw e;
              }
              out.println("study: " + e.getMessage());
              return 1;
            })
        .execute(arguments);
  }

  @Override
  public Integer call() {
    plan = StudyPlan.read(planFile);
    List<Cell> cells = chosen(plan.cells());
    try (Results results = Results.open(folder.orElseGet(() -> folderOf(planFile)))) {
      List<ResultLine> lines = results.read();
      lines.forEach(line -> note(line.task(), line.seconds()));
      List<Cell> left = left(cells, lines);
      say(
          "%d of %d cells are to be run, %d are done",
          left.size(), cells.size(), cells.size() - left.size());
      sayWhatIsOld(lines);
      if (dryRun) {
        left.forEach(cell -> say("  %s  %s", Cell.hash(cell.settings()), cell.key()));
        return 0;
      }
      work(results, left);
      return 0;
    }
  }

  static Path folderOf(Path plan) {
    String name = plan.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return plan.resolveSibling(dot > 0 ? name.substring(0, dot) : name + ".out");
  }

  private void say(String format, Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
  }

  private void sayWhatIsOld(List<ResultLine> lines) {
    List<Cell> all = plan.cells();
    Map<String, String> untouched = Results.untouched();
    long old =
        lines.stream()
            .filter(line -> all.stream().noneMatch(cell -> line.isOf(cell, untouched)))
            .count();
    if (old > 0) {
      say(
          "%d lines are of no cell of this plan, or of other settings; they are left as they are",
          old);
    }
  }

  private List<Cell> chosen(List<Cell> cells) {
    Map<String, Function<Cell, String>> keys = new LinkedHashMap<>();
    keys.put("arm", cell -> cell.arm().name());
    keys.put("task", cell -> cell.task().name());
    keys.put("budget", cell -> Integer.toString(cell.budget()));
    keys.put("seed", cell -> Integer.toString(cell.seed()));
    Map<String, List<String>> wanted = new LinkedHashMap<>();
    for (String pair : only) {
      String key = pair.substring(0, Math.max(0, pair.indexOf('=')));
      String value = pair.substring(pair.indexOf('=') + 1);
      if (!keys.containsKey(key)) {
        throw new InputException(
            "--only %s: must be arm=…, task=…, budget=… or seed=…".formatted(pair));
      }
      Set<String> there = cells.stream().map(keys.get(key)).collect(Collectors.toSet());
      if (!there.contains(value)) {
        throw new InputException(
            "--only %s: the plan has no such %s; there are %s"
                .formatted(pair, key, String.join(", ", there.stream().sorted().toList())));
      }
      wanted.computeIfAbsent(key, _ -> new ArrayList<>()).add(value);
    }
    return cells.stream()
        .filter(
            cell ->
                wanted.entrySet().stream()
                    .allMatch(e -> e.getValue().contains(keys.get(e.getKey()).apply(cell))))
        .toList();
  }

  private static List<Cell> left(List<Cell> cells, List<ResultLine> lines) {
    return cells.stream().filter(cell -> Results.of(cell, lines).isEmpty()).toList();
  }

  /// Takes cells until none is left that this process could run.
  private void work(Results results, List<Cell> cells) {
    List<Cell> left = cells;
    while (!left.isEmpty()) {
      boolean ran = false;
      for (Cell cell : left) {
        ran |= tryCell(results, cell, cells);
      }
      List<ResultLine> lines = results.read();
      left = left(cells, lines);
      if (!ran && !left.isEmpty()) {
        requirePossible(results, left, lines);
        pause(); // for cells that others have in hand
      }
    }
    say("all cells are done");
  }

  /// Refuses to wait for ranks that nobody is finding.
  private void requirePossible(Results results, List<Cell> left, List<ResultLine> lines) {
    for (Cell cell : left) {
      Optional<Cell> source = plan.source(cell);
      if (source.isEmpty()
          || Results.of(source.get(), lines).isPresent()
          || left.stream().anyMatch(c -> c.key().equals(source.get().key()))) {
        continue;
      }
      Optional<FileLock> claim = results.claim(source.get());
      if (claim.isPresent()) {
        release(claim.get());
        throw new InputException(
            "%s needs the ranks of %s, which has not been run; run it, too"
                .formatted(cell.key(), source.get().key()));
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("interrupted while waiting for other processes", e);
    }
  }

  /// Runs a cell, unless it is done, another process has it, or its ranks are not known yet.
  private boolean tryCell(Results results, Cell cell, List<Cell> all) {
    Optional<FileLock> claim = results.claim(cell);
    if (claim.isEmpty()) {
      return false;
    }
    try {
      // Read after the claim: whoever had it before has written its line by now.
      List<ResultLine> lines = results.read();
      Optional<ResultLine> ranks = plan.source(cell).flatMap(source -> Results.of(source, lines));
      if (Results.of(cell, lines).isPresent()
          || (cell.arm().ranksOf().isPresent() && ranks.isEmpty())) {
        return false;
      }
      long start = System.nanoTime();
      StudyTask.Loaded data = data(cell.task(), lines);
      ResultLine line =
          new CellRun(cell, base(cell), data, plan.norms(), threads)
              .run(ranks.map(ResultLine::ranks).orElseGet(LinkedHashMap::new));
      results.append(line);
      double took = (System.nanoTime() - start) * 1e-9;
      note(cell.task().name(), took);
      List<Cell> left = left(all, results.read());
      say(
          "%s: %s %.4f, loss %.4f, %s in %.0f s; %d of %d left, about %s",
          cell.key(),
          line.metric(),
          line.main(),
          line.evaluation().values().get("loss"),
          line.status(),
          took,
          left.size(),
          all.size(),
          time(estimate(results, left)));
      line.warnings().forEach(warning -> say("  %s", warning));
      return true;
    } finally {
      release(claim.get());
    }
  }

  private static void release(FileLock lock) {
    try {
      lock.release();
    } catch (java.io.IOException e) {
      throw new InputException("the claim of a cell cannot be released: " + e.getMessage(), e);
    }
  }

  private void note(String task, double took) {
    seconds.computeIfAbsent(task, _ -> new ArrayList<>()).add(took);
  }

  /// Seconds to the end, if the processes that are at work now go on: each cell takes as long as
  /// those of its task did on average.
  private double estimate(Results results, List<Cell> left) {
    double all = 0;
    int workers = 1;
    for (Cell cell : left) {
      all +=
          seconds.getOrDefault(cell.task().name(), seconds.values().iterator().next()).stream()
              .mapToDouble(Double::doubleValue)
              .average()
              .orElse(0);
      Optional<FileLock> claim = results.claim(cell);
      claim.ifPresent(Study::release);
      workers += claim.isEmpty() ? 1 : 0;
    }
    return all / workers;
  }

  private static String time(double seconds) {
    long minutes = Math.round(seconds / 60);
    return minutes < 60 ? minutes + " min" : "%d h %02d min".formatted(minutes / 60, minutes % 60);
  }

  /// The examples of a task, which must be those of its other lines.
  private StudyTask.Loaded data(StudyTask task, List<ResultLine> lines) {
    StudyTask.Loaded data = loaded.computeIfAbsent(task, t -> t.load(plan.data()));
    List<String> now = List.of(data.split().train().checksum(), data.split().dev().checksum());
    Map<String, String> facts = task.facts();
    for (ResultLine line : lines) {
      boolean same =
          line.task().equals(task.name())
              && line.settings().entrySet().containsAll(facts.entrySet());
      if (same && !line.data().equals(now)) {
        throw new InputException(
            "task \"%s\": its files have changed since %s was run; restore them, or rename the task"
                .formatted(task.name(), line.arm()));
      }
    }
    return data;
  }

  private PretrainedModel base(Cell cell) {
    if (base.isEmpty()) {
      base = Optional.of(load());
    }
    PretrainedModel model = base.get();
    return new PretrainedModel(
        model.name(),
        cell.dropout().map(p -> model.config().withDropout(p, p)).orElse(model.config()),
        model.tokenizer(),
        model.weights(),
        model.checksum(),
        model.source(),
        model.labels(),
        model.problemType());
  }

  /// A folder is meant relative to the plan, a name is a name.
  private PretrainedModel load() {
    Path beside = planFile.resolveSibling(plan.model());
    String model = beside.toFile().isDirectory() ? beside.toString() : plan.model();
    return Models.load(model, Optional.of(new MavenModels()), Progress.none());
  }
}
