package service;

import jada.adalora.AdaLoraConfig;
import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Labels;
import jada.adalora.model.AdaLora;
import jada.adalora.model.Models;
import jada.adalora.model.Prediction;
import jada.adalora.model.Predictor;
import jada.adalora.model.Task;
import jada.adalora.peft.PeftFolder;
import jada.adalora.training.FineTuner;
import jada.nn.checkpoint.PretrainedModel;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Trains an adapter on a few sentences, saves it, loads it as a service does at its start, and
/// answers on eight threads at once.
///
/// Argument: a folder for the adapter that does not exist yet.
public final class Service {
  private static final Logger LOG = LoggerFactory.getLogger(Service.class);
  private static final int THREADS = 8;

  private static final Dataset REVIEWS =
      Dataset.of(
          "reviews",
          List.of(
              Example.of("It works on the first try and is a joy to use.", "praise"),
              Example.of("The screen broke on the second day.", "complaint"),
              Example.of("Fast delivery, friendly people, thank you!", "praise"),
              Example.of("I waited for three weeks and got the wrong size.", "complaint"),
              Example.of("The best coffee in town.", "praise"),
              Example.of("Nobody answers my letters.", "complaint"),
              Example.of("My daughter loves it.", "praise"),
              Example.of("It smells of glue and the lid does not close.", "complaint")));

  private static final List<String> QUESTIONS =
      List.of(
          "I would buy it again.", "The battery is dead after an hour.", "What a wonderful day!");

  private Service() {}

  /// See above.
  public static void main(String[] args) throws InterruptedException, ExecutionException {
    Path folder = Path.of(args[0]);
    list("class path", "java.class.path");
    list("module path", "jdk.module.path");

    PretrainedModel base = Models.load("all-minilm-l6-v2");
    train(base, folder);

    try (Predictor predictor = Predictor.of(PeftFolder.load(base, folder))) {
      LOG.info("the predictor takes {} MB", predictor.bytes() / 1_000_000);
      answerOnManyThreads(predictor);
    }
  }

  private static void answerOnManyThreads(Predictor predictor)
      throws InterruptedException, ExecutionException {
    List<Prediction> alone = answers(predictor);
    for (int i = 0; i < alone.size(); i++) {
      LOG.info("{} -> {} {}", QUESTIONS.get(i), alone.get(i).label(), alone.get(i).probability());
    }
    List<List<Prediction>> together = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<List<Prediction>>> pending = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        pending.add(threads.submit(() -> answers(predictor)));
      }
      for (Future<List<Prediction>> each : pending) {
        together.add(each.get());
      }
    }
    if (!together.stream().allMatch(alone::equals)) {
      throw new IllegalStateException("the threads differ: " + together);
    }
    LOG.info("{} threads gave the same answers", THREADS);
  }

  private static void train(PretrainedModel base, Path folder) {
    Task task = Task.classification(Labels.of(REVIEWS).names());
    var model = AdaLora.adapt(base, task, AdaLoraConfig.defaults());
    var result = FineTuner.of(model).epochs(4).with(o -> o.withBatchSize(4)).run(REVIEWS, REVIEWS);
    result.evaluation().ifPresent(e -> LOG.info("trained, {} {}", e.mainMetric(), e.main()));
    PeftFolder.save(result.adapter(), folder);
  }

  private static List<Prediction> answers(Predictor predictor) {
    return QUESTIONS.stream().map(predictor::predict).toList();
  }

  private static void list(String what, String property) {
    List<String> jars =
        Stream.of(System.getProperty(property, "").split(File.pathSeparator))
            .filter(entry -> !entry.isEmpty())
            .map(entry -> Path.of(entry).getFileName().toString())
            .sorted()
            .toList();
    LOG.info("{}: {}", what, String.join(" ", jars));
  }
}
