package jada.cli.report;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.Triplets;
import jada.adalora.peft.PeftFolder;
import jada.autograd.Constant;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.autograd.draw.Graph;
import jada.nn.files.AtomicFile;
import jada.nn.files.InputException;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.node.ObjectNode;

/// The report of a run: one HTML file that shows what was learned, and every picture of AdaLoRA on
/// the run's own numbers. It needs no server and no network.
///
///     Report.write(Path.of("runs/mine"), Path.of("runs/mine/report.html"));
///
/// The folder of the run holds the record (run.json), the history
/// ([RunHistory#FILE]) and the adapter, as `jada finetune` leaves them.
public final class Report {
  /// The name of the report in the folder of a run.
  public static final String FILE = "report.html";

  /// The file of a run that its report is made from.
  public static final String RECORD = "run.json";

  /// Of the text in the drawing of the graph.
  private static final int TOKENS = 16;

  private Report() {}

  /// Writes the report of the run in a folder.
  ///
  /// @throws InputException if the folder holds no run, what it holds is damaged, or the file
  ///   cannot be written
  public static void write(Path run, Path file) {
    AtomicFile.writeText(file, html(run));
  }

  /// The report of the run in a folder, as text.
  ///
  /// @throws InputException if the folder holds no run, or what it holds is damaged
  public static String html(Path run) {
    for (String file : List.of(RECORD, RunHistory.FILE)) {
      if (!Files.isRegularFile(run.resolve(file))) {
        throw new InputException(
            "%s: has no %s; give the folder that finetune wrote (--out)".formatted(run, file));
      }
    }
    RunFacts facts = RunFacts.read(run.resolve(RECORD));
    RunHistory history = RunHistory.read(run.resolve(RunHistory.FILE));
    AdaLoraConfig config = PeftFolder.config(run);
    SequencedMap<String, Triplets> triplets = PeftFolder.triplets(run);
    ObjectNode data = new RunData(history).all();
    data.set("facts", facts.shown());
    ObjectNode ranks = data.putObject("ranks");
    facts.ranks().forEach(ranks::put);
    data.set(
        "matrices", new MatrixData(config, triplets).all(new ArrayList<>(facts.ranks().keySet())));
    return Page.complete(
        "Jada report: " + facts.title(), data, drawing(config, history.shape(), triplets));
  }

  /// The graph of the adapted matrix on a text of 16 tokens, with the rank that it had at the
  /// start; nothing for other methods. Drawn from primitives: training computes the same in one
  /// fused operation, of which a drawing would show nothing.
  private static String drawing(
      AdaLoraConfig config, RunShape shape, Map<String, Triplets> triplets) {
    if (config.method() != Method.ADALORA || triplets.isEmpty() || shape.rank() == 0) {
      return "";
    }
    Triplets of = triplets.values().iterator().next();
    int r = shape.rank();
    Variable x = Constant.of(Tensor.zeros(Shape.of(TOKENS, of.in())));
    Variable w = Constant.of(Tensor.zeros(Shape.of(of.out(), of.in())));
    Variable b = Constant.of(Tensor.zeros(Shape.of(of.out())));
    Variable p = Parameter.of("P, lora_B", Tensor.zeros(Shape.of(of.out(), r)));
    Variable lambda = Parameter.of("λ, lora_E", Tensor.zeros(Shape.of(r)));
    Variable q = Parameter.of("Q, lora_A", Tensor.zeros(Shape.of(r, of.in())));
    Variable frozen = Ops.addRow(Ops.matmulTransposed(x, w), b);
    Variable inner = Ops.multiplyRow(Ops.matmulTransposed(x, q), lambda);
    return Graph.svg(Ops.add(frozen, Ops.scale(Ops.matmulTransposed(inner, p), config.scale())));
  }
}
