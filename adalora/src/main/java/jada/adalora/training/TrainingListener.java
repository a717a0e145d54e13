package jada.adalora.training;

import jada.adalora.BudgetUnit;
import jada.adalora.JudgedTriplets;
import jada.adalora.model.Evaluation;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Receives the events of fine-tuning. Progress bar, trace file and report are listeners.
///
/// All methods are called on the training thread, between steps; their time is added to that of the
/// run. An exception thrown by a listener stops the run.
public interface TrainingListener {
  /// Ignores every event.
  TrainingListener SILENT = new TrainingListener() {};

  /// Training is about to begin.
  default void started(RunPlan plan) {}

  /// Texts of a data set are longer than the options allow and are cut. Comes after [#started],
  /// once for each data set with such texts.
  ///
  /// @param dataset its name
  /// @param cut how many texts are cut
  /// @param of how many there are
  /// @param maxLength tokens that are kept of each, special tokens included
  default void textsCut(String dataset, int cut, int of, int maxLength) {}

  /// The triplets as an optimizer step judged them. Comes before [#stepped].
  ///
  /// @param step number of the step, t, counted from 0
  /// @param triplets of each adapted matrix, in the model's order, valid until the listener
  ///   returns; empty where ranks are fixed
  default void judged(int step, List<JudgedTriplets> triplets) {}

  /// One optimizer step is done.
  default void stepped(StepReport report) {}

  /// The run does not learn: its loss stays at that of guessing, or its gradients explode. Comes
  /// after [#stepped], once for each of the two.
  ///
  /// @param message one line: the step, what is seen, and what to try; options are in backticks
  default void notLearning(String message) {}

  /// The held-out examples were scored.
  default void evaluated(Evaluation evaluation) {}

  /// The run has ended: after its last step, or earlier because dev no longer improved. Not called
  /// for a run that was stopped.
  ///
  /// @param steps optimizer steps done
  /// @param result scores of the state that is the result, which may be an earlier one
  default void ended(int steps, Evaluation result) {}

  /// A checkpoint is being written. The listener may write files of its own into the folder, to
  /// continue after an interruption; they are covered by the same checksums and appear together
  /// with the others.
  default void checkpointing(Path folder) {}

  /// The run resumes from a checkpoint. Comes after [#started] and before the first step.
  default void resumed(Resumption from) {}

  /// A listener that passes all events to both, this one first.
  default TrainingListener and(TrainingListener other) {
    TrainingListener first = this;
    return new TrainingListener() {
      @Override
      public void started(RunPlan plan) {
        first.started(plan);
        other.started(plan);
      }

      @Override
      public void textsCut(String dataset, int cut, int of, int maxLength) {
        first.textsCut(dataset, cut, of, maxLength);
        other.textsCut(dataset, cut, of, maxLength);
      }

      @Override
      public void judged(int step, List<JudgedTriplets> triplets) {
        first.judged(step, triplets);
        other.judged(step, triplets);
      }

      @Override
      public void stepped(StepReport report) {
        first.stepped(report);
        other.stepped(report);
      }

      @Override
      public void notLearning(String message) {
        first.notLearning(message);
        other.notLearning(message);
      }

      @Override
      public void evaluated(Evaluation evaluation) {
        first.evaluated(evaluation);
        other.evaluated(evaluation);
      }

      @Override
      public void ended(int steps, Evaluation result) {
        first.ended(steps, result);
        other.ended(steps, result);
      }

      @Override
      public void checkpointing(Path folder) {
        first.checkpointing(folder);
        other.checkpointing(folder);
      }

      @Override
      public void resumed(Resumption from) {
        first.resumed(from);
        other.resumed(from);
      }
    };
  }

  /// The plan of a run.
  ///
  /// @param steps number of optimizer steps, T
  /// @param epochs passes over the training examples, the last perhaps not complete
  /// @param trainExamples number of training examples
  /// @param devExamples number of held-out examples
  /// @param trainableParameters number of trainable parameters, head included
  /// @param totalParameters number of all parameters, frozen ones included
  /// @param budgetUnit what the budgets count
  /// @param initialBudget budget at the start, 0 where the method has none
  /// @param targetBudget budget at the end, 0 where the method has none
  record RunPlan(
      int steps,
      int epochs,
      int trainExamples,
      int devExamples,
      long trainableParameters,
      long totalParameters,
      BudgetUnit budgetUnit,
      int initialBudget,
      int targetBudget) {}

  /// What one optimizer step did; the fields of the trace.
  ///
  /// @param step number of the step, t, counted from 0
  /// @param epoch number of the pass over the training examples, counted from 0
  /// @param loss mean task loss of the batch, nats for classification; the penalty is not in it
  /// @param orthReg orthogonality penalty as added to the loss, weight included; 0 without triplets
  /// @param learningRate learning rate of the step
  /// @param budget what the schedule allows at this step, in triplets or, if so configured, in
  ///   parameters; 0 where the method has none
  /// @param activeTriplets triplets whose λ is not masked after the step
  /// @param tokens number of tokens in the batch
  /// @param nanos time of the step, nanoseconds
  /// @param ranks rank of every adapted module, where ranks changed in this step or it is the first
  ///   step; empty otherwise
  record StepReport(
      int step,
      int epoch,
      double loss,
      double orthReg,
      double learningRate,
      int budget,
      int activeTriplets,
      int tokens,
      long nanos,
      Map<String, Integer> ranks) {
    /// Copies the map, keeping its order.
    public StepReport {
      ranks = Collections.unmodifiableMap(new LinkedHashMap<>(ranks));
    }
  }

  /// The progress recorded in the checkpoint from which a run resumes.
  ///
  /// @param checkpoint with the files that listeners have put there
  /// @param steps optimizer steps done
  /// @param tokens tokens trained on
  /// @param nanos time of those steps, nanoseconds
  /// @param lastLoss task loss of the last of them
  /// @param evaluations scores on the held-out examples, in their order
  record Resumption(
      Checkpoint checkpoint,
      int steps,
      long tokens,
      long nanos,
      double lastLoss,
      List<Evaluation> evaluations) {
    /// Copies the list.
    public Resumption {
      evaluations = List.copyOf(evaluations);
    }
  }
}
