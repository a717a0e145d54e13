package jada.cli.builtin;

import jada.adalora.data.Progress;
import jada.adalora.data.Split;
import jada.cli.artifact.Artifacts;
import jada.nn.files.InputException;
import java.nio.file.Path;
import java.util.List;

/// The built-in data: which of twelve Apache libraries does this documentation describe? The texts
/// are read from the libraries' source artifacts; the label is the library's name, such as
/// `commons-io`. See the package documentation for how they are chosen.
public final class BuiltInData {
  /// Changes whenever the same sources would give other examples.
  private static final String FORMAT = "jada-built-in-1";

  static final Choice CHOICE = new Choice("built-in", 1_200, 12, 6);

  private BuiltInData() {}

  /// The training and the held-out examples, the same on every machine. The first call fetches 19
  /// MB of sources and parses them; later ones read the user's cache folder (`jada.cache`, or
  /// `$XDG_CACHE_HOME/jada`, or `~/.cache/jada`).
  ///
  /// @throws InputException if a source artifact cannot be fetched or is damaged
  public static Split load(Artifacts artifacts, Progress progress) {
    return load(LibrarySources.of(artifacts, progress), SplitCache.userFolder());
  }

  static Split load(LibrarySources sources, Path cacheFolder) {
    return new SplitCache(
            cacheFolder.resolve("built-in-data.tsv"), CHOICE.name(), sources.key(FORMAT))
        .get(() -> CHOICE.of(sources.read(BuiltInData::candidates)));
  }

  private static List<Choice.Candidate> candidates(String label, List<SourceFile> files) {
    return Comments.openings(files).stream()
        .map(found -> Choice.Candidate.labelled(label, found.path(), found.opening()))
        .toList();
  }
}
