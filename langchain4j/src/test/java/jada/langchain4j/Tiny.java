package jada.langchain4j;

import jada.adalora.AdaLoraConfig;
import jada.adalora.TargetModules;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Task;
import jada.adalora.testing.TinyBert;
import jada.nn.Pooling;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Small models as training leaves them.
final class Tiny {
  static final EmbeddingForm PROMPTED =
      EmbeddingForm.of(Pooling.MEAN).withPrompts("a ", "b ").withMaxLength(9);
  private static final AdaLoraConfig CONFIG =
      AdaLoraConfig.penalized()
          .withInitRank(4)
          .withTargetRank(2)
          .withTargetModules(TargetModules.named("query", "value"));

  private Tiny() {}

  static AdaptedModel encoder(EmbeddingForm form) {
    return trained(TinyBert.encoder().withEmbedding(form), Task.embedding());
  }

  static AdaptedModel judge(Task task) {
    return trained(TinyBert.withPooler(), task);
  }

  static AdaptedModel trained(PretrainedModel base, Task task) {
    AdaptedModel model = AdaLora.adapt(base, task, CONFIG);
    TinyBert.pretendTraining(model, 3);
    return model;
  }

  /// A base model that was read from this folder, whose adapters name it.
  static PretrainedModel inFolder(PretrainedModel base, Path folder) throws IOException {
    HuggingFaceFolder.write(Files.createDirectories(folder), base);
    return HuggingFaceFolder.read(folder);
  }

  /// What eight threads get when each calls four times.
  static <T> List<T> together(Callable<T> call) throws Exception {
    List<T> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<T> answer : threads.invokeAll(Collections.nCopies(32, call))) {
        answers.add(answer.get());
      }
    }
    return answers;
  }
}
