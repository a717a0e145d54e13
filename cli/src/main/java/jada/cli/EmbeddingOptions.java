package jada.cli;

import jada.adalora.model.EmbeddingLoss;
import jada.adalora.model.EmbeddingTask;
import jada.nn.Pooling;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/// Options of `finetune --task embedding`.
final class EmbeddingOptions {
  /// The options that mean nothing for other tasks, without dashes.
  static final Set<String> NAMES =
      Set.of(
          "loss",
          "scale",
          "margin",
          "both-directions",
          "matryoshka",
          "mini-batch-size",
          "pooling",
          "query-prompt",
          "document-prompt");

  private static final int MINI_BATCH = 32;
  private static final double SCALE = 20;

  /// Of the triplet loss, and of the contrastive loss.
  private static final double EUCLIDEAN_MARGIN = 5;

  private static final double COSINE_MARGIN = 0.5;

  /// The losses by name.
  enum Loss {
    MNRL,
    CACHED_MNRL,
    COSENT,
    COSINE,
    TRIPLET,
    CONTRASTIVE
  }

  @Option(
      names = "--loss",
      paramLabel = "NAME",
      description = {
        "mnrl: each query finds its document among those of the batch; cached-mnrl: the same with",
        "big batches in little memory; triplet: nearer to its document than to its hard negative;",
        "cosent, cosine, contrastive: pairs with scores [mnrl, cosent where pairs have scores]"
      })
  private Optional<Loss> loss = Optional.empty();

  @Option(
      names = "--scale",
      paramLabel = "X",
      description = "of the cosines in mnrl and cosent [20]")
  private Optional<Double> scale = Optional.empty();

  @Option(
      names = "--margin",
      paramLabel = "X",
      description = "of the losses triplet [5] and contrastive [0.5]")
  private Optional<Double> margin = Optional.empty();

  @Option(names = "--both-directions", description = "in mnrl, documents find their queries, too")
  private boolean bothDirections;

  @Option(
      names = "--matryoshka",
      paramLabel = "N,N…",
      split = ",",
      description =
          "train the first N numbers of each vector as well, such as 384,128,64, so that vectors"
              + " can be cut to that length")
  private List<Integer> matryoshka = List.of();

  @Option(
      names = "--mini-batch-size",
      paramLabel = "N",
      description =
          "texts in memory at once; the loss stays that of the whole batch, and the network runs"
              + " twice [32 with cached-mnrl, else all]")
  private Optional<Integer> miniBatch = Optional.empty();

  @Option(
      names = "--pooling",
      paramLabel = "KIND",
      description =
          "mean of all tokens, or cls, the first one [as the model's files say, else mean]")
  private Optional<Pooling> pooling = Optional.empty();

  @Option(
      names = "--query-prompt",
      paramLabel = "TEXT",
      description = "text before every query, such as 'query: ' [as the model's files say]")
  private Optional<String> queryPrompt = Optional.empty();

  @Option(
      names = "--document-prompt",
      paramLabel = "TEXT",
      description = "text before every document, such as 'passage: ' [as the model's files say]")
  private Optional<String> documentPrompt = Optional.empty();

  /// Refuses these options for another task.
  ///
  /// @param given names of the options on the command line, without dashes
  static void requireNone(Set<String> given) {
    given.stream()
        .filter(NAMES::contains)
        .sorted()
        .findFirst()
        .ifPresent(
            name -> {
              throw new InputException(
                  "--%s: is for sentence embeddings; add --task embedding, or leave it out"
                      .formatted(name));
            });
  }

  /// The task with the chosen loss.
  ///
  /// @param fitted the task with the loss that the data suggest
  /// @param given names of the options on the command line, without dashes
  /// @throws InputException if an option means nothing for the loss
  EmbeddingTask task(EmbeddingTask fitted, Set<String> given) {
    EmbeddingLoss inner = loss.map(this::of).orElseGet(() -> suggested(fitted.loss()));
    requireUse(given, "scale", inner, "mnrl", "cosent");
    requireUse(given, "margin", inner, "triplet", "contrastive");
    requireUse(given, "both-directions", inner, "mnrl");
    EmbeddingLoss whole =
        matryoshka.isEmpty() ? inner : new EmbeddingLoss.Matryoshka(inner, matryoshka);
    miniBatch
        .filter(texts -> texts < 1)
        .ifPresent(
            texts -> {
              throw new InputException("--mini-batch-size %s: give 1 or more".formatted(texts));
            });
    boolean cached = loss.equals(Optional.of(Loss.CACHED_MNRL));
    return fitted.withLoss(whole).withMiniBatch(miniBatch.orElse(cached ? MINI_BATCH : 0));
  }

  private static void requireUse(
      Set<String> given, String option, EmbeddingLoss loss, String... names) {
    if (given.contains(option) && Stream.of(names).noneMatch(loss.name()::equals)) {
      throw new InputException(
          "--%s: has no effect on the loss %s, only on %s; leave it out"
              .formatted(option, loss.name(), String.join(" and ", names)));
    }
  }

  private EmbeddingLoss suggested(EmbeddingLoss byData) {
    return byData.needsScores() ? of(Loss.COSENT) : of(Loss.MNRL);
  }

  private EmbeddingLoss of(Loss chosen) {
    return switch (chosen) {
      case MNRL, CACHED_MNRL ->
          new EmbeddingLoss.MultipleNegativesRanking(scale.orElse(SCALE), bothDirections);
      case COSENT -> new EmbeddingLoss.Cosent(scale.orElse(SCALE));
      case COSINE -> new EmbeddingLoss.CosineSimilarity();
      case TRIPLET -> new EmbeddingLoss.Triplet(margin.orElse(EUCLIDEAN_MARGIN));
      case CONTRASTIVE -> new EmbeddingLoss.Contrastive(margin.orElse(COSINE_MARGIN));
    };
  }

  /// The task on a base model: its files say how a vector is made, unless the options do.
  EmbeddingTask on(EmbeddingTask task, PretrainedModel base, Console console) {
    if (base.embedding().isEmpty() && pooling.isEmpty()) {
      console.say(
          "model %s: no files of sentence-transformers say how it makes a vector of a text; taking the mean (--pooling cls for the first token)"
              .formatted(base.name()));
    }
    EmbeddingForm form = base.embedding().orElse(EmbeddingForm.DEFAULT);
    EmbeddingForm chosen = pooling.map(form::withPooling).orElse(form);
    return task.withForm(
            chosen.withPrompts(
                queryPrompt.orElse(form.queryPrompt()),
                documentPrompt.orElse(form.documentPrompt())))
        .on(base);
  }

  /// The effective values that depend on others, by option name without dashes.
  static Map<String, Object> settings(EmbeddingTask task) {
    Map<String, Object> settings = new LinkedHashMap<>();
    EmbeddingLoss inner =
        task.loss() instanceof EmbeddingLoss.Matryoshka m ? m.inner() : task.loss();
    settings.put("loss", inner.name());
    switch (inner) {
      case EmbeddingLoss.MultipleNegativesRanking m -> {
        settings.put("scale", m.scale());
        settings.put("both-directions", m.bothDirections());
      }
      case EmbeddingLoss.Cosent c -> settings.put("scale", c.scale());
      case EmbeddingLoss.Triplet t -> settings.put("margin", t.margin());
      case EmbeddingLoss.Contrastive c -> settings.put("margin", c.margin());
      case EmbeddingLoss.CosineSimilarity _, EmbeddingLoss.Matryoshka _ -> {}
    }
    if (task.loss() instanceof EmbeddingLoss.Matryoshka m) {
      List<String> lengths = new ArrayList<>();
      m.dimensions().forEach(n -> lengths.add(n.toString()));
      settings.put("matryoshka", String.join(",", lengths));
    }
    if (task.miniBatch() > 0) {
      settings.put("mini-batch-size", task.miniBatch());
    }
    task.form()
        .ifPresent(
            form -> {
              settings.put("pooling", form.pooling().toString());
              settings.put("query-prompt", form.queryPrompt());
              settings.put("document-prompt", form.documentPrompt());
            });
    return settings;
  }
}
