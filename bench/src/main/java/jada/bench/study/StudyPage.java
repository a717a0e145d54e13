package jada.bench.study;

import jada.bench.study.PairedStatistics.Interval;
import jada.nn.files.AtomicFile;
import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Tables and plots of the lines of a study: nothing is trained, and the same lines give the same
/// bytes. Scores are shown times 100, in points.
@Command(
    name = "StudyPage",
    description = "Make tables and plots of the lines of a study.",
    mixinStandardHelpOptions = true)
public final class StudyPage implements Callable<Integer> {
  /// Points within which arms count as equal.
  private static final double MARGIN = 0.3;

  /// Points below the reference's median at which a run counts as failed.
  private static final double FAILED = 10;

  /// The ends of an interval vary by about 1 % of its width.
  private static final int SAMPLES = 20_000;

  private static final Interval NONE = new Interval(Double.NaN, Double.NaN);

  private final PrintStream out;

  @Parameters(index = "0", paramLabel = "PLAN", description = "JSON file")
  private Path planFile;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "RESULTS",
      description = "lines [results.jsonl in the folder where Study puts them]")
  private Optional<Path> resultsFile = Optional.empty();

  @Option(
      names = "-o",
      paramLabel = "FILE",
      description =
          "page to write: .html, one file; or .md, with its plots beside it"
              + " [page.html beside the lines]")
  private Optional<Path> target = Optional.empty();

  private StudyPlan plan;
  private final Map<String, ResultLine> byKey = new HashMap<>();

  StudyPage(PrintStream out) {
    this.out = out;
  }

  /// Writes a page; see `--help`.
  public static void main(String... arguments) {
    System.exit(run(System.out, arguments));
  }

  static int run(PrintStream out, String... arguments) {
    return Study.execute(new StudyPage(out), out, arguments);
  }

  @Override
  public Integer call() {
    plan = StudyPlan.read(planFile);
    Path results = resultsFile.orElseGet(() -> Study.folderOf(planFile).resolve(Results.FILE));
    if (!Files.isRegularFile(results)) {
      throw new InputException(results + ": no such file; run Study first");
    }
    List<ResultLine> lines = Results.read(results);
    List<Cell> cells = plan.cells();
    for (Cell cell : cells) {
      Results.of(cell, lines).ifPresent(line -> byKey.put(cell.key(), line));
    }
    requireSameData();
    Path page = target.orElseGet(() -> results.resolveSibling("page.html"));
    String name = page.getFileName().toString();
    PageText text = page(cells.size());
    if (name.endsWith(".html")) {
      AtomicFile.writeText(page, text.html());
    } else if (name.endsWith(".md")) {
      String stem = name.substring(0, name.length() - 3);
      text.pictures(stem)
          .forEach(p -> AtomicFile.writeText(page.resolveSibling(p.name()), p.svg()));
      AtomicFile.writeText(page, text.markdown(stem));
    } else {
      throw new InputException("-o " + page + ": must end in .html or .md");
    }
    out.printf(Locale.ROOT, "%d of %d runs: %s%n", byKey.size(), cells.size(), page);
    return 0;
  }

  /// Runs of a task are compared, so they must have seen the same examples.
  private void requireSameData() {
    Map<String, ResultLine> first = new HashMap<>();
    for (ResultLine line : byKey.values()) {
      ResultLine other = first.computeIfAbsent(line.task(), _ -> line);
      if (!other.data().equals(line.data())) {
        throw new InputException(
            "task \"%s\": %s and %s were run on different examples; run one of them again"
                .formatted(line.task(), other.arm(), line.arm()));
      }
    }
  }

  private PageText page(int cells) {
    PageText page = new PageText(plan.name());
    page.paragraph(
        "Base model %s; seeds %s; %d of %d runs. Scores are in points, times 100: the mean over the seeds ± the standard deviation (n − 1)."
            .formatted(
                plan.model(),
                String.join(", ", plan.seeds().stream().map(String::valueOf).toList()),
                byKey.size(),
                cells));
    for (int budget : plan.budgets()) {
      page.heading(2, "Average rank " + budget);
      scores(page, budget);
      differences(page, budget);
      cost(page, budget);
      norms(page, budget);
    }
    page.heading(2, "Every run");
    everyRun(page);
    page.heading(2, "How to read it");
    page.paragraph(
        "A difference is that of two runs with the same task and seed, which fixes the start of the head, the order of the examples and the dropout. Of a task: its mean with Student's 95 %% interval, the p of the paired t test, and the same after Holm's correction over the tasks. Of all tasks: the mean of the tasks' means with the 95 %% interval of a hierarchical bootstrap, which draws tasks, and of each task seeds, with replacement (%,d samples)."
            .formatted(SAMPLES));
    page.paragraph(
        "“Within %s” says whether the two arms differ by no more than that: of a task the p of two one-sided t tests, of all tasks whether the 90 %% interval of the bootstrap lies inside, which is the same test at 5 %%. A run has failed if it diverged or ended more than %.0f points below the reference's median."
            .formatted(MARGIN, FAILED));
    return page;
  }

  private Optional<ResultLine> line(Arm arm, StudyTask task, int budget, int seed) {
    return Optional.ofNullable(
        byKey.get(new Cell(arm, task, budget, seed, Map.of(), plan.model()).key()));
  }

  private List<ResultLine> lines(Arm arm, StudyTask task, int budget) {
    return plan.seeds().stream().flatMap(seed -> line(arm, task, budget, seed).stream()).toList();
  }

  private double[] points(Arm arm, StudyTask task, int budget) {
    return lines(arm, task, budget).stream().mapToDouble(line -> 100 * line.main()).toArray();
  }

  private Arm reference() {
    return plan.arms().stream()
        .filter(arm -> arm.name().equals(plan.reference()))
        .findFirst()
        .orElseThrow();
  }

  private List<String> armNames() {
    return plan.arms().stream().map(Arm::name).toList();
  }

  private void scores(PageText page, int budget) {
    List<String> head = new ArrayList<>(List.of("arm"));
    for (StudyTask task : plan.tasks()) {
      String metric =
          plan.arms().stream()
              .flatMap(arm -> lines(arm, task, budget).stream())
              .map(ResultLine::metric)
              .findFirst()
              .orElse("");
      head.add(metric.isEmpty() ? task.name() : task.name() + ", " + metric);
    }
    head.addAll(List.of("mean of tasks", "failed"));
    List<List<String>> rows = new ArrayList<>();
    SequencedMap<String, List<List<Double>>> dots = new LinkedHashMap<>();
    plan.tasks().forEach(task -> dots.put(task.name(), new ArrayList<>()));
    for (Arm arm : plan.arms()) {
      List<String> row = new ArrayList<>(List.of(arm.name()));
      List<Double> means = new ArrayList<>();
      int failed = 0;
      for (StudyTask task : plan.tasks()) {
        double[] points = points(arm, task, budget);
        dots.get(task.name()).add(Arrays.stream(points).boxed().toList());
        failed += failed(arm, task, budget);
        if (points.length > 0) {
          means.add(PairedStatistics.mean(points));
        }
        row.add(meanAndSpread(points));
      }
      row.add(
          means.size() == plan.tasks().size()
              ? number(means.stream().mapToDouble(v -> v).average().orElseThrow())
              : "");
      row.add(Integer.toString(failed));
      rows.add(row);
    }
    page.table(head, rows);
    if (!byKey.isEmpty()) {
      page.drawing(
          "Average rank " + budget + ": every run as a dot, the means as bars, in points",
          StudyPlot.runs(armNames(), dots));
    }
  }

  private int failed(Arm arm, StudyTask task, int budget) {
    double[] usual = points(reference(), task, budget);
    double least = usual.length == 0 ? Double.NaN : PairedStatistics.median(usual) - FAILED;
    return (int)
        lines(arm, task, budget).stream()
            .filter(
                line ->
                    line.status().equals(ResultLine.DIVERGED)
                        || 100 * line.main() < least
                        || Double.isNaN(line.main()))
            .count();
  }

  private static String meanAndSpread(double[] points) {
    return switch (points.length) {
      case 0 -> "";
      case 1 -> number(points[0]) + " (1)";
      default ->
          "%s ± %s (%d)"
              .formatted(
                  number(PairedStatistics.mean(points)),
                  number(PairedStatistics.deviation(points)),
                  points.length);
    };
  }

  private double[] pairs(Arm arm, StudyTask task, int budget) {
    List<Double> differences = new ArrayList<>();
    for (int seed : plan.seeds()) {
      Optional<ResultLine> own = line(arm, task, budget, seed);
      Optional<ResultLine> other = line(reference(), task, budget, seed);
      if (own.isPresent() && other.isPresent()) {
        differences.add(100 * (own.get().main() - other.get().main()));
      }
    }
    return differences.stream().mapToDouble(v -> v).toArray();
  }

  private void differences(PageText page, int budget) {
    List<List<String>> rows = new ArrayList<>();
    List<StudyPlot.Bar> bars = new ArrayList<>();
    for (int a = 0; a < plan.arms().size(); a++) {
      Arm arm = plan.arms().get(a);
      if (arm.name().equals(plan.reference())) {
        continue;
      }
      List<double[]> byTask = plan.tasks().stream().map(task -> pairs(arm, task, budget)).toList();
      double[] p =
          byTask.stream()
              .mapToDouble(d -> d.length == 0 ? Double.NaN : PairedStatistics.tTest(d))
              .toArray();
      double[] holm = PairedStatistics.holm(p);
      for (int t = 0; t < byTask.size(); t++) {
        double[] d = byTask.get(t);
        if (d.length == 0) {
          continue;
        }
        Interval interval = PairedStatistics.interval(d, 0.95);
        String task = plan.tasks().get(t).name();
        rows.add(
            List.of(
                arm.name(),
                task,
                Integer.toString(d.length),
                signed(PairedStatistics.mean(d)),
                shown(interval),
                probability(p[t]),
                probability(holm[t]),
                probability(PairedStatistics.equivalence(d, MARGIN))));
        bars.add(
            new StudyPlot.Bar(arm.name() + ", " + task, a, PairedStatistics.mean(d), interval));
      }
      List<double[]> there = byTask.stream().filter(d -> d.length > 0).toList();
      if (!there.isEmpty()) {
        pooled(arm, a, budget, there, rows, bars);
      }
    }
    if (rows.isEmpty()) {
      return;
    }
    page.paragraph("Differences to “" + plan.reference() + "”, in points:");
    page.table(
        List.of(
            "arm",
            "task",
            "pairs",
            "difference",
            "95 % interval",
            "p",
            "p, Holm",
            "within " + MARGIN),
        rows);
    page.drawing(
        "Average rank %d: differences to “%s” with 95 %% intervals; grey: ± %s points"
            .formatted(budget, plan.reference(), MARGIN),
        StudyPlot.differences(bars, MARGIN));
  }

  private static void pooled(
      Arm arm,
      int index,
      int budget,
      List<double[]> byTask,
      List<List<String>> rows,
      List<StudyPlot.Bar> bars) {
    double mean = byTask.stream().mapToDouble(PairedStatistics::mean).average().orElseThrow();
    RandomSource random = RandomSource.of(0).split("bootstrap of " + arm.name() + " at " + budget);
    double[] means = PairedStatistics.bootstrap(byTask, SAMPLES, random);
    // A task with one pair would hide that seeds differ.
    boolean enough = byTask.stream().allMatch(d -> d.length > 1);
    Interval interval = enough ? PairedStatistics.middle(means, 0.95) : NONE;
    rows.add(
        List.of(
            arm.name(),
            "all tasks",
            Integer.toString(byTask.stream().mapToInt(d -> d.length).sum()),
            signed(mean),
            shown(interval),
            "",
            "",
            !enough
                ? ""
                : PairedStatistics.middle(means, 0.90).within(MARGIN) ? "yes" : "not shown"));
    bars.add(new StudyPlot.Bar(arm.name() + ", all tasks", index, mean, interval));
  }

  private void cost(PageText page, int budget) {
    List<List<String>> rows = new ArrayList<>();
    for (Arm arm : plan.arms()) {
      List<ResultLine> lines =
          plan.tasks().stream().flatMap(task -> lines(arm, task, budget).stream()).toList();
      if (!lines.isEmpty()) {
        rows.add(
            List.of(
                arm.name(),
                range(lines.stream().mapToLong(ResultLine::adapterEnd).sorted().toArray()),
                range(lines.stream().mapToLong(ResultLine::adapterPeak).sorted().toArray()),
                number(lines.stream().mapToDouble(ResultLine::seconds).average().orElse(0)),
                number(lines.stream().mapToDouble(ResultLine::finalLoss).average().orElse(0)),
                Long.toString(lines.stream().filter(line -> !line.warnings().isEmpty()).count())));
      }
    }
    page.table(
        List.of(
            "arm",
            "parameters of the adapter at the end",
            "at most",
            "seconds of a run",
            "training loss at the end",
            "runs with warnings"),
        rows);
  }

  private static String range(long[] sorted) {
    String least = String.format(Locale.ROOT, "%,d", sorted[0]);
    String most = String.format(Locale.ROOT, "%,d", sorted[sorted.length - 1]);
    return least.equals(most) ? least : least + " to " + most;
  }

  private void norms(PageText page, int budget) {
    SequencedMap<String, List<SequencedMap<Integer, Double>>> courses = new LinkedHashMap<>();
    boolean any = false;
    for (StudyTask task : plan.tasks()) {
      List<SequencedMap<Integer, Double>> ofArms = new ArrayList<>();
      for (Arm arm : plan.arms()) {
        SequencedMap<Integer, Double> course = new TreeMap<>();
        List<ResultLine> lines = lines(arm, task, budget);
        lines.forEach(
            line ->
                line.norms()
                    .forEach((step, norm) -> course.merge(step, norm / lines.size(), Double::sum)));
        any |= !course.isEmpty();
        ofArms.add(course);
      }
      courses.put(task.name(), ofArms);
    }
    if (any) {
      page.drawing(
          "Average rank %d: the norm of ΔW over all adapted matrices by step, means over the seeds"
              .formatted(budget),
          StudyPlot.courses(armNames(), courses));
    }
  }

  private void everyRun(PageText page) {
    List<String> head = new ArrayList<>(List.of("arm", "task", "rank"));
    plan.seeds().forEach(seed -> head.add("seed " + seed));
    List<List<String>> rows = new ArrayList<>();
    for (int budget : plan.budgets()) {
      for (StudyTask task : plan.tasks()) {
        for (Arm arm : plan.arms()) {
          List<String> row =
              new ArrayList<>(List.of(arm.name(), task.name(), Integer.toString(budget)));
          for (int seed : plan.seeds()) {
            row.add(
                line(arm, task, budget, seed)
                    .map(
                        line ->
                            number(100 * line.main())
                                + (line.status().equals(ResultLine.DIVERGED) ? " (diverged)" : ""))
                    .orElse(""));
          }
          rows.add(row);
        }
      }
    }
    page.table(head, rows);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.2f", value).replace('-', '−');
  }

  private static String shown(Interval interval) {
    return Double.isNaN(interval.low())
        ? ""
        : signed(interval.low()) + " to " + signed(interval.high());
  }

  private static String probability(double p) {
    return Double.isNaN(p) ? "" : p < 0.0005 ? "<0.0005" : String.format(Locale.ROOT, "%.3f", p);
  }
}
