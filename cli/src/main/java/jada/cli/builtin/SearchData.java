package jada.cli.builtin;

import jada.adalora.data.Example;
import jada.adalora.data.Progress;
import jada.adalora.data.Split;
import jada.cli.artifact.Artifacts;
import jada.nn.files.InputException;
import jada.nn.text.Input;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Built-in data for sentence embeddings: find the method that a sentence describes. The query is
/// the first sentence of a method's documentation, the document is the method's signature with the
/// rest of its documentation; both come from the sources that [BuiltInData] reads. There are no
/// labels and no hard negatives. What is searched for the held-out queries are the held-out
/// documents.
public final class SearchData {
  /// Changes whenever the same sources would give other examples.
  private static final String FORMAT = "jada-search-1";

  /// These limits give about 4,000 and 1,000 pairs; only three libraries have fewer than 400.
  static final Choice CHOICE = new Choice("built-in search", 500, 6, 5);

  private SearchData() {}

  /// The training and the held-out pairs, the same on every machine. The first call fetches 19 MB
  /// of sources and parses them; later ones read the user's cache folder, as those of
  /// [BuiltInData#load] do.
  ///
  /// @throws InputException if a source artifact cannot be fetched or is damaged
  public static Split load(Artifacts artifacts, Progress progress) {
    return load(LibrarySources.of(artifacts, progress), SplitCache.userFolder());
  }

  static Split load(LibrarySources sources, Path cacheFolder) {
    return new SplitCache(
            cacheFolder.resolve("built-in-search.tsv"), CHOICE.name(), sources.key(FORMAT))
        .get(() -> CHOICE.of(candidates(sources.read(SearchData::described))));
  }

  /// A documented method of a library.
  record Described(String label, Methods.Found method) {
    /// What makes two queries the same.
    private String query() {
      return method.query().toLowerCase(Locale.ROOT);
    }

    /// Overloads share it.
    private String name() {
      return label + "\n" + method.path() + "\n" + method.name();
    }

    private Choice.Candidate candidate() {
      Input pair = Input.of(method.query(), method.document());
      return new Choice.Candidate(label, method.path(), new Example(pair, List.of()));
    }
  }

  private static List<Described> described(String label, List<SourceFile> files) {
    return Methods.described(files).stream().map(method -> new Described(label, method)).toList();
  }

  /// Of overloads with the same query the first; none of methods with other names that share one,
  /// for such a query has several answers.
  static List<Choice.Candidate> candidates(List<Described> all) {
    Map<String, Described> firsts = new LinkedHashMap<>();
    Set<String> shared = new HashSet<>();
    for (Described described : all) {
      Described first = firsts.putIfAbsent(described.query(), described);
      if (first != null && !first.name().equals(described.name())) {
        shared.add(described.query());
      }
    }
    firsts.keySet().removeAll(shared);
    return firsts.values().stream().map(Described::candidate).toList();
  }
}
