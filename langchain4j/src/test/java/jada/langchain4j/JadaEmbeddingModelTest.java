package jada.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.document.Document;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelResponseContext;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingStoreIngestor;
import dev.langchain4j.store.embedding.IngestionResult;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Embedder;
import jada.adalora.model.Task;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.TinyBert;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JadaEmbeddingModelTest {
  private static final List<String> TEXTS =
      List.of("c e g", "d", "o n", "d d d d d d d d d d d", "e f", "g h i j", "k");
  private static final List<TextSegment> SEGMENTS = TEXTS.stream().map(TextSegment::from).toList();

  @TempDir private Path temp;

  private final Embedder embedder = Embedder.of(Tiny.encoder(Tiny.PROMPTED));
  private final JadaEmbeddingModel model = JadaEmbeddingModel.of(embedder);

  private static float[] numbers(List<Embedding> embeddings) {
    int d = embeddings.getFirst().dimension();
    float[] numbers = new float[embeddings.size() * d];
    for (int i = 0; i < embeddings.size(); i++) {
      System.arraycopy(embeddings.get(i).vector(), 0, numbers, i * d, d);
    }
    return numbers;
  }

  private static EmbeddingRequest.Builder request() {
    return EmbeddingRequest.builder().inputs(TEXTS.toArray(String[]::new));
  }

  @Test
  void a_string_is_a_query_and_segments_are_documents() {
    float[] query = embedder.queries(List.of("c e g")).array();
    float[] document = embedder.documents(List.of("c e g")).array();
    assertThat(query).isNotEqualTo(document);

    assertThat(model.embed("c e g").content().vector()).containsExactly(query);
    assertThat(model.embed(TextSegment.from("c e g")).content().vector()).containsExactly(document);
    assertThat(numbers(model.embedAll(SEGMENTS).content()))
        .containsExactly(embedder.documents(TEXTS).array());
  }

  @Test
  void a_request_says_what_its_texts_are() {
    EmbeddingResponse queries = model.embed(request().inputType(EmbeddingInputType.QUERY).build());
    EmbeddingResponse documents =
        model.embed(request().inputType(EmbeddingInputType.DOCUMENT).build());
    assertThat(numbers(queries.embeddings())).containsExactly(embedder.queries(TEXTS).array());
    assertThat(numbers(documents.embeddings())).containsExactly(embedder.documents(TEXTS).array());
    assertThat(queries.modelName()).isEqualTo("tiny-bert");
  }

  @Test
  void a_request_that_says_nothing_is_refused_where_the_prompts_differ() {
    assertThatThrownBy(() -> model.embed(request().build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "embedding model: the request does not say whether its texts are queries or documents,"
                + " and tiny-bert has a prompt for each (\"a \", \"b \"); set inputType to QUERY or"
                + " DOCUMENT");

    Embedder plain = Embedder.of(Tiny.encoder(EmbeddingForm.DEFAULT.withPrompts("a ", "a ")));
    assertThat(numbers(JadaEmbeddingModel.of(plain).embed(request().build()).embeddings()))
        .containsExactly(plain.queries(TEXTS).array());
  }

  @Test
  void a_request_may_ask_for_shorter_vectors() {
    EmbeddingRequest request = request().inputType(EmbeddingInputType.QUERY).dimensions(4).build();
    assertThat(numbers(model.embed(request).embeddings()))
        .containsExactly(embedder.withDimensions(4).queries(TEXTS).array());
    assertThatThrownBy(
            () -> model.embed(request().inputType(EmbeddingInputType.QUERY).dimensions(17).build()))
        .hasMessage("embedder: vectors of 17 numbers; the model's have 16");
  }

  @Test
  void another_model_cannot_be_asked_for() {
    assertThatThrownBy(() -> model.embed(request().modelName("other").build()))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("modelName");
  }

  /// What the two of LangChain4j call decides which prompt a text gets.
  @Test
  void ingestor_and_retriever_get_documents_and_queries() {
    KeptTexts store = new KeptTexts();
    IngestionResult ingested =
        EmbeddingStoreIngestor.builder()
            .embeddingModel(model)
            .embeddingStore(store)
            .build()
            .ingest(TEXTS.stream().map(Document::from).toList());
    assertThat(numbers(store.embeddings)).containsExactly(embedder.documents(TEXTS).array());
    assertThat(ingested.tokenUsage()).isEqualTo(model.embedAll(SEGMENTS).tokenUsage());

    List<Content> found = retriever(store, null).retrieve(Query.from("c e"));
    float[] query = embedder.queries(List.of("c e")).array();
    assertThat(store.lastQuery.vector()).containsExactly(query);
    assertThat(found.getFirst().textSegment().text()).isEqualTo(nearest(query));

    retriever(store, EmbeddingInputType.DOCUMENT).retrieve(Query.from("c e"));
    assertThat(store.lastQuery.vector())
        .containsExactly(embedder.documents(List.of("c e")).array());
  }

  @Test
  void a_retriever_that_offloads_gets_a_query_asynchronously() throws Exception {
    KeptTexts store = new KeptTexts();
    EmbeddingStoreContentRetriever.builder()
        .embeddingModel(model)
        .embeddingStore(store)
        .offloadBlocking(true)
        .build()
        .retrieveAsync(Query.from("c e"))
        .get(30, TimeUnit.SECONDS);
    assertThat(store.lastQuery.vector()).containsExactly(embedder.queries(List.of("c e")).array());
  }

  private EmbeddingStoreContentRetriever retriever(KeptTexts store, EmbeddingInputType type) {
    return EmbeddingStoreContentRetriever.builder()
        .embeddingModel(model)
        .embeddingStore(store)
        .embeddingInputType(type)
        .maxResults(2)
        .build();
  }

  private String nearest(float[] query) {
    Tensor documents = embedder.documents(TEXTS);
    int best = 0;
    double most = -2;
    for (int i = 0; i < TEXTS.size(); i++) {
      double cosine = 0;
      for (int j = 0; j < query.length; j++) {
        cosine += (double) query[j] * documents.get(i, j);
      }
      if (cosine > most) {
        most = cosine;
        best = i;
      }
    }
    return TEXTS.get(best);
  }

  @Test
  void counts_the_tokens_that_the_network_reads() {
    // [CLS] a c e g [SEP]
    assertThat(model.embed("c e g").tokenUsage().inputTokenCount()).isEqualTo(6);
    assertThat(model.embed("c e g").tokenUsage().totalTokenCount()).isEqualTo(6);
    // A long text is cut where the embedder cuts it.
    AdaptedModel short7 = Tiny.encoder(Tiny.PROMPTED);
    short7.cutTextsAt(7);
    JadaEmbeddingModel cut = JadaEmbeddingModel.of(Embedder.of(short7));
    assertThat(cut.embed("d ".repeat(90)).tokenUsage().inputTokenCount()).isEqualTo(7);
    Response<List<Embedding>> all =
        model.embedAll(List.of(TextSegment.from("c e g"), TextSegment.from("d")));
    assertThat(all.tokenUsage().inputTokenCount()).isEqualTo(6 + 4);
  }

  @Test
  void knows_its_length_and_its_name_without_computing() {
    assertThat(model.dimension()).isEqualTo(16);
    assertThat(model.modelName()).isEqualTo("tiny-bert");
    assertThat(JadaEmbeddingModel.of(embedder.withDimensions(4), "support").dimension())
        .isEqualTo(4);
    assertThat(JadaEmbeddingModel.of(embedder, "support").modelName()).isEqualTo("support");
  }

  @Test
  void listeners_hear_of_calls_and_change_nothing() {
    List<Integer> tokens = new ArrayList<>();
    EmbeddingModel heard =
        model.addListener(
            new EmbeddingModelListener() {
              @Override
              public void onResponse(EmbeddingModelResponseContext context) {
                tokens.add(context.response().tokenUsage().inputTokenCount());
              }
            });
    assertThat(heard.embed("c e g").content()).isEqualTo(model.embed("c e g").content());
    assertThat(heard.embedAll(SEGMENTS).content()).isEqualTo(model.embedAll(SEGMENTS).content());
    assertThat(tokens).hasSize(2).startsWith(6);
  }

  @Test
  void many_threads_may_use_it_at_once() throws Exception {
    float[] expected = embedder.documents(TEXTS).array();
    for (float[] answer : Tiny.together(() -> numbers(model.embedAll(SEGMENTS).content()))) {
      assertThat(answer).containsExactly(expected);
    }
    EmbeddingRequest cut = request().inputType(EmbeddingInputType.QUERY).dimensions(3).build();
    float[] shorter = embedder.withDimensions(3).queries(TEXTS).array();
    for (float[] answer : Tiny.together(() -> numbers(model.embed(cut).embeddings()))) {
      assertThat(answer).containsExactly(shorter);
    }
  }

  @Test
  void blank_texts_are_refused_by_their_place() {
    for (String blank : List.of("", " \n\t")) {
      assertThatThrownBy(() -> model.embed(blank))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("embedding model: text 1 of 1 is blank; leave it out");
    }
    EmbeddingRequest request =
        EmbeddingRequest.builder()
            .inputs("c", " ", "d")
            .inputType(EmbeddingInputType.DOCUMENT)
            .build();
    assertThatThrownBy(() -> model.embed(request))
        .hasMessage("embedding model: text 2 of 3 is blank; leave it out");
    assertThatThrownBy(() -> model.embedAll(Arrays.asList(TextSegment.from("c"), null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("embedding model: segment 2 of 2 is null; leave it out");
  }

  @Test
  void no_segments_have_no_vectors() {
    assertThat(model.embedAll(List.of()).content()).isEmpty();
  }

  @Test
  void loads_an_adapter_with_the_base_model_that_it_names() throws IOException {
    PretrainedModel base =
        Tiny.inFolder(TinyBert.encoder().withEmbedding(Tiny.PROMPTED), temp.resolve("base"));
    AdaptedModel adapted = Tiny.trained(base, Task.embedding());
    PeftFolder.save(adapted, temp.resolve("support"));
    try (JadaEmbeddingModel loaded = JadaEmbeddingModel.load(temp.resolve("support"))) {
      assertThat(loaded.modelName()).isEqualTo("support");
      assertThat(numbers(loaded.embedAll(SEGMENTS).content()))
          .containsExactly(Embedder.of(adapted).documents(TEXTS).array());
      assertThat(loaded.embed("c e g").content().vector())
          .containsExactly(Embedder.of(adapted).queries(List.of("c e g")).array());
    }
  }

  @Test
  void loads_a_merged_model_whose_folder_has_the_name_of_a_known_one() throws IOException {
    AdaptedModel adapted = Tiny.encoder(Tiny.PROMPTED);
    Path folder = temp.resolve("minilm");
    PeftFolder.saveMerged(adapted, folder);
    Path relative = Path.of("").toAbsolutePath().relativize(folder.toAbsolutePath());
    try (JadaEmbeddingModel loaded = JadaEmbeddingModel.load(relative)) {
      assertThat(loaded.modelName()).isEqualTo("minilm");
      assertThat(numbers(loaded.embedAll(SEGMENTS).content()))
          .containsExactly(embedder.documents(TEXTS).array(), within(1e-6f));
    }
  }

  @Test
  void a_folder_is_not_taken_for_a_name() {
    assertThat(ModelFolder.of(Path.of("minilm")).folder()).isAbsolute();
  }

  /// As sentence-transformers leaves it: no file is Jada's.
  @Test
  void loads_a_sentence_encoder_that_others_saved() throws IOException {
    PretrainedModel base = TinyBert.encoder().withEmbedding(Tiny.PROMPTED);
    HuggingFaceFolder.write(Files.createDirectories(temp.resolve("others")), base);
    try (JadaEmbeddingModel loaded = JadaEmbeddingModel.load(temp.resolve("others"))) {
      assertThat(loaded.embed("c e g").content().dimension()).isEqualTo(16);
      assertThat(loaded.embed("c e g").content())
          .isNotEqualTo(loaded.embed(TextSegment.from("c e g")).content());
    }
  }

  @Test
  void says_what_is_wrong_with_a_folder() {
    Path nothing = temp.resolve("nothing");
    assertThatThrownBy(() -> JadaEmbeddingModel.load(nothing))
        .isInstanceOf(InputException.class)
        .hasMessage(
            nothing.resolve("adapter_config.json")
                + ": no such file; is this the folder of an adapter?");

    Path judge = temp.resolve("judge");
    PeftFolder.save(Tiny.judge(Task.regression()), judge);
    assertThatThrownBy(() -> JadaEmbeddingModel.load(judge))
        .isInstanceOf(InputException.class)
        .hasMessage(
            judge
                + ": makes no sentence embeddings; a model that judges pairs of texts is for"
                + " JadaScoringModel");

    Path alone = temp.resolve("alone");
    PeftFolder.save(Tiny.encoder(Tiny.PROMPTED), alone);
    assertThatThrownBy(() -> JadaEmbeddingModel.load(alone))
        .isInstanceOf(InputException.class)
        .hasMessage(
            alone
                + ": names the base model tiny-bert, which is neither known nor a folder here; load"
                + " the two with PeftFolder.load(base, folder), and take what it gives");
  }

  @Test
  void closing_drops_memory_and_calls_still_work() {
    Embedding before = model.embed("c e g").content();
    model.close();
    model.close();
    assertThat(model.embed("c e g").content()).isEqualTo(before);
  }
}
