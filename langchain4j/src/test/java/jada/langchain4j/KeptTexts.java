package jada.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.CosineSimilarity;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.RelevanceScore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A store that keeps all it gets in lists, and the vector of the last search.
final class KeptTexts implements EmbeddingStore<TextSegment> {
  final List<Embedding> embeddings = new ArrayList<>();
  final List<TextSegment> segments = new ArrayList<>();
  Embedding lastQuery;

  @Override
  public void addAll(List<String> ids, List<Embedding> vectors, List<TextSegment> texts) {
    embeddings.addAll(vectors);
    segments.addAll(texts);
  }

  @Override
  public EmbeddingSearchResult<TextSegment> search(EmbeddingSearchRequest request) {
    lastQuery = request.queryEmbedding();
    List<EmbeddingMatch<TextSegment>> matches = new ArrayList<>();
    for (int i = 0; i < embeddings.size(); i++) {
      double cosine = CosineSimilarity.between(lastQuery, embeddings.get(i));
      matches.add(
          new EmbeddingMatch<>(
              RelevanceScore.fromCosineSimilarity(cosine),
              String.valueOf(i),
              embeddings.get(i),
              segments.get(i)));
    }
    matches.sort(
        Comparator.comparing((EmbeddingMatch<TextSegment> match) -> match.score()).reversed());
    return new EmbeddingSearchResult<>(
        matches.subList(0, Math.min(request.maxResults(), matches.size())));
  }

  @Override
  public String add(Embedding embedding) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void add(String id, Embedding embedding) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String add(Embedding embedding, TextSegment segment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<String> addAll(List<Embedding> vectors) {
    throw new UnsupportedOperationException();
  }
}
