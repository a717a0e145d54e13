package jada.adalora.examples;

import jada.adalora.*;
import jada.adalora.data.*;
import jada.adalora.model.*;
import jada.adalora.peft.*;
import jada.adalora.training.*;
import java.nio.file.Path;

/// Fits a classifier to labelled texts, saves the adapter and uses it. The README shows this file.
///
/// Arguments: base model (a name or a folder), training file, dev file, folder for the adapter, a
/// text to label.
public class TrainClassifier {
  /// See above.
  public static void main(String[] args) {
    var base = Models.load(args[0]); // "all-minilm-l6-v2", or a folder in Hugging Face layout
    var train = new DatasetReader().read(Path.of(args[1])); // TSV, CSV or JSON Lines
    var dev = new DatasetReader().read(Path.of(args[2]));
    var task = Task.classification(Labels.of(train).names());

    var config = AdaLoraConfig.defaults().withInitRank(6).withTargetRank(4);
    var adapted = AdaLora.adapt(base, task, config);
    var result =
        FineTuner.of(adapted).epochs(3).with(o -> o.withBatchSize(16).withSeed(7)).run(train, dev);

    result.evaluation().ifPresent(e -> System.out.println(e.mainMetric() + " " + e.main()));
    System.out.println(result.adapter().ranks()); // module -> triplets that it kept
    PeftFolder.save(result.adapter(), Path.of(args[3]));

    var again = PeftFolder.load(base, Path.of(args[3])); // what a service does at its start
    var prediction = Predictor.of(again).predict(args[4]);
    System.out.println(prediction.label() + " " + prediction.probability());
  }
}
