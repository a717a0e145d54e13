package jada.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.embedding.response.EmbeddingResponseMetadata;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Embedder;
import jada.adalora.model.EncodedExamples;
import jada.nn.checkpoint.EmbeddingForm;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Sentence embeddings for LangChain4j, made by a model that Jada trained, with the vectors of its
/// [Embedder].
///
///     JadaEmbeddingModel model = JadaEmbeddingModel.load(Path.of("support-adapter"));
///     EmbeddingStoreIngestor.builder()
///         .embeddingModel(model)
///         .embeddingStore(store)
///         .build()
///         .ingest(documents);
///     ContentRetriever retriever = EmbeddingStoreContentRetriever.builder()
///         .embeddingModel(model)
///         .embeddingStore(store)
///         .build();
///
/// Many models want one text before a query and another before a document
/// ([EmbeddingForm#queryPrompt()], [EmbeddingForm#documentPrompt()]). They are put there by the
/// call:
///
/// - [#embed(String)] takes a query: LangChain4j's `EmbeddingStoreContentRetriever` calls it;
/// - [#embed(TextSegment)] and [#embedAll(List)] take documents: its `EmbeddingStoreIngestor` calls
///   the latter, and segments are what stores keep;
/// - `embed(EmbeddingRequest)` does what the request's [EmbeddingInputType] says, which ingestor and
///   retriever can be told, too. A request that says nothing is refused where the two prompts
///   differ: a vector with the wrong one finds the wrong texts, and nobody notices.
///
/// A request may also ask for the first k numbers of the vectors
/// ([EmbeddingRequestParameters#DIMENSIONS]), which are made of length 1 again
/// ([Embedder#withDimensions]). Token usage counts the tokens that the network reads, prompts and
/// special tokens included.
///
/// Any number of threads may use the same model at once. It computes on the thread that calls;
/// LangChain4j's asynchronous calls want `offloadBlocking(true)` of the retriever.
public final class JadaEmbeddingModel implements EmbeddingModel, AutoCloseable {
  private final Embedder embedder;
  private final String modelName;
  private final Map<Integer, Embedder> shorter = new ConcurrentHashMap<>();

  private JadaEmbeddingModel(Embedder embedder, String modelName) {
    this.embedder = embedder;
    this.modelName = Objects.requireNonNull(modelName, "modelName");
  }

  /// A model with the vectors of an embedder, named after the embedder's base model.
  public static JadaEmbeddingModel of(Embedder embedder) {
    return of(embedder, embedder.model().base().name());
  }

  /// A model with the vectors of an embedder.
  ///
  /// @param modelName for [#modelName()], which LangChain4j's responses and listeners get
  public static JadaEmbeddingModel of(Embedder embedder, String modelName) {
    return new JadaEmbeddingModel(embedder, modelName);
  }

  /// The model in a folder, named after the folder: an adapter, with the base model that it names,
  /// or a whole sentence encoder in Hugging Face layout with the files of sentence-transformers.
  ///
  /// @throws InputException if the folder or the base model is not there, a file is damaged, or it
  ///   makes no sentence embeddings
  public static JadaEmbeddingModel load(Path folder) {
    ModelFolder files = ModelFolder.of(folder);
    if (!files.embeds()) {
      throw new InputException(
          files.folder()
              + ": makes no sentence embeddings; a model that judges pairs of texts is for"
              + " JadaScoringModel");
    }
    return of(Embedder.of(files.load()), files.name());
  }

  /// The vector of a query.
  ///
  /// @throws IllegalArgumentException if the text is blank
  @Override
  public Response<Embedding> embed(String text) {
    EmbeddingResponse response =
        embed(EmbeddingRequest.builder().input(text).inputType(EmbeddingInputType.QUERY).build());
    return Response.from(response.embeddings().getFirst(), response.tokenUsage());
  }

  /// The vector of a document.
  @Override
  public Response<Embedding> embed(TextSegment segment) {
    Response<List<Embedding>> response = embedAll(List.of(segment));
    return Response.from(response.content().getFirst(), response.tokenUsage());
  }

  /// The vectors of documents in their order; none for none.
  ///
  /// @throws IllegalArgumentException if one is null
  @Override
  public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
    if (segments.isEmpty()) {
      return Response.from(List.of());
    }
    Segments.requireAll("embedding model", segments);
    EmbeddingResponse response =
        embed(
            EmbeddingRequest.builder()
                .textSegments(segments)
                .inputType(EmbeddingInputType.DOCUMENT)
                .build());
    return Response.from(response.embeddings(), response.tokenUsage());
  }

  /// The vectors that a request asks for. LangChain4j calls it when it has checked the request.
  ///
  /// @throws IllegalArgumentException if a text is blank, the request does not say whether it has
  ///   queries or documents and the prompts differ, or it asks for more numbers than vectors have
  @Override
  public EmbeddingResponse doEmbed(EmbeddingRequest request) {
    List<String> texts = request.inputs().stream().map(EmbeddingInput::text).toList();
    requireWords(texts);
    boolean queries = hasQueries(request);
    Embedder chosen = withDimensions(request.dimensions());
    Tensor vectors = queries ? chosen.queries(texts) : chosen.documents(texts); // (n, d)
    EmbeddingForm form = embedder.form();
    int tokens = tokens(texts, queries ? form.queryPrompt() : form.documentPrompt());
    return EmbeddingResponse.builder()
        .embeddings(rows(vectors))
        .metadata(
            EmbeddingResponseMetadata.builder()
                .modelName(modelName)
                .tokenUsage(new TokenUsage(tokens))
                .build())
        .build();
  }

  private static void requireWords(List<String> texts) {
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i).isBlank()) {
        throw new IllegalArgumentException(
            "embedding model: text %s of %s is blank; leave it out".formatted(i + 1, texts.size()));
      }
    }
  }

  private boolean hasQueries(EmbeddingRequest request) {
    EmbeddingForm form = embedder.form();
    if (request.inputType() == null && !form.queryPrompt().equals(form.documentPrompt())) {
      throw new IllegalArgumentException(
          "embedding model: the request does not say whether its texts are queries or documents,"
              + " and %s has a prompt for each (\"%s\", \"%s\"); set inputType to QUERY or DOCUMENT"
                  .formatted(modelName, form.queryPrompt(), form.documentPrompt()));
    }
    return request.inputType() == EmbeddingInputType.QUERY;
  }

  /// @param k null for all numbers
  private Embedder withDimensions(Integer k) {
    return k == null || k == embedder.dimensions()
        ? embedder
        : shorter.computeIfAbsent(k, embedder::withDimensions);
  }

  /// Tokenizing twice is cheap beside the network.
  private int tokens(List<String> texts, String prompt) {
    AdaptedModel model = embedder.model();
    int tokens = 0;
    for (String text : texts) {
      Input input = Input.of(prompt + text);
      tokens += EncodedExamples.encode(input, model.base(), model.maxLength()).length();
    }
    return tokens;
  }

  private static List<Embedding> rows(Tensor vectors) {
    int d = vectors.shape().columns();
    List<Embedding> rows = new ArrayList<>();
    for (int from = 0; from < vectors.size(); from += d) {
      rows.add(Embedding.from(Arrays.copyOfRange(vectors.array(), from, from + d)));
    }
    return rows;
  }

  /// What a request may ask for: queries or documents, and shorter vectors.
  @Override
  public Set<EmbeddingParameter<?>> supportedParameters() {
    return Set.of(EmbeddingRequestParameters.INPUT_TYPE, EmbeddingRequestParameters.DIMENSIONS);
  }

  /// d, the length of a vector.
  @Override
  public int dimension() {
    return embedder.dimensions();
  }

  /// The name that it was given.
  @Override
  public String modelName() {
    return modelName;
  }

  /// Closes the embedder, which drops the memory that is kept for later calls.
  @Override
  public void close() {
    embedder.close();
    shorter.values().forEach(Embedder::close);
  }
}
