package jada.adalora.model;

import jada.adalora.data.Dataset;
import jada.tensor.Workspace;

/// Scores a model on labelled examples. Dropout is off, and the orthogonality penalty is not part
/// of the loss.
public final class Evaluator {
  /// Examples scored together: enough rows for the matrix products, and no more memory than a step
  /// of training takes.
  public static final int BATCH = 32;

  /// The name, in the metrics of classification, of the accuracy of always predicting the commonest
  /// class: the baseline of accuracy.
  public static final String COMMONEST_CLASS = "commonest_class";

  private Evaluator() {}

  /// Loss and metrics of a model on a data set, texts cut where training cut them.
  ///
  /// @throws jada.nn.files.InputException if a label does not fit the task, naming its place
  public static Evaluation evaluate(AdaptedModel model, Dataset data) {
    return evaluate(model, data, model.maxLength());
  }

  /// Loss and metrics of a model on a data set; which metrics, the task says.
  ///
  /// @param maxLength tokens at which texts are cut, special tokens included
  /// @throws jada.nn.files.InputException if a label does not fit the task, naming its place
  public static Evaluation evaluate(AdaptedModel model, Dataset data, int maxLength) {
    return evaluate(model, examples(model, data, maxLength));
  }

  /// Loss and metrics of a model on prepared examples.
  public static Evaluation evaluate(AdaptedModel model, Objective examples) {
    return examples.evaluate(model::output, 0, new Workspace());
  }

  /// The examples of a data set, prepared for the model's evaluation.
  ///
  /// @param maxLength tokens at which texts are cut, special tokens included
  /// @throws jada.nn.files.InputException if a label does not fit the task, naming its place
  public static Objective examples(AdaptedModel model, Dataset data, int maxLength) {
    return model.task().evaluating(data).prepare(data, model.base(), maxLength);
  }
}
