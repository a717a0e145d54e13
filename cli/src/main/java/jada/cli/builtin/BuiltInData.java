package jada.cli.builtin;

import jada.adalora.data.Progress;
import jada.adalora.data.Split;
import jada.cli.artifact.Artifacts;
import jada.cli.artifact.Coordinates;
import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The built-in data: which of twelve Apache libraries does this documentation describe? The texts
/// are read from the libraries' source artifacts; the label is the library's name, such as
/// `commons-io`. See the package documentation for how they are chosen.
public final class BuiltInData {
  /// Changes whenever the same sources would give other examples.
  private static final String FORMAT = "jada-built-in-1";

  /// Files given to the parser at once: enough that its start-up is shared, few enough that the
  /// progress moves and their syntax trees fit a small heap.
  private static final int BATCH = 100;

  private BuiltInData() {}

  /// The training and the held-out examples, the same on every machine. The first call fetches 19
  /// MB of sources and parses them; later ones read the user's cache folder (`jada.cache`, or
  /// `$XDG_CACHE_HOME/jada`, or `~/.cache/jada`).
  ///
  /// @throws InputException if a source artifact cannot be fetched or is damaged
  public static Split load(Artifacts artifacts, Progress progress) {
    return load(
        Library.ALL,
        coordinates -> artifacts.resolve(coordinates, progress),
        SplitCache.userFolder(),
        progress);
  }

  static Split load(
      List<Library> libraries,
      Function<Coordinates, Path> resolver,
      Path cacheFolder,
      Progress progress) {
    String key =
        libraries.stream()
            .map(library -> library.sources().toString())
            .collect(Collectors.joining(" ", FORMAT + " ", ""));
    SplitCache cache = new SplitCache(cacheFolder, key);
    Optional<Split> cached = cache.read();
    if (cached.isPresent()) {
      return cached.get();
    }
    // All are fetched before the first is parsed: a missing connection shows at once.
    List<Path> jars = libraries.stream().map(Library::sources).map(resolver).toList();
    List<Choice.Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < jars.size(); i++) {
      candidates.addAll(candidates(libraries.get(i).label(), jars.get(i), progress));
    }
    Split split = Choice.of(candidates);
    cache.write(split);
    return split;
  }

  private static List<Choice.Candidate> candidates(String label, Path jar, Progress progress) {
    List<SourceFile> files = SourceFile.read(jar);
    List<Choice.Candidate> candidates = new ArrayList<>();
    progress.started("reading the documentation of " + label, "files", files.size());
    try {
      for (int from = 0; from < files.size(); from += BATCH) {
        int to = Math.min(from + BATCH, files.size());
        for (Comments.Found found : Comments.openings(files.subList(from, to))) {
          candidates.add(new Choice.Candidate(label, found.path(), found.opening()));
        }
        progress.advanced(to);
      }
    } finally {
      progress.finished();
    }
    return candidates;
  }
}
