package jada.cli.builtin;

import jada.adalora.data.Progress;
import jada.cli.artifact.Artifacts;
import jada.cli.artifact.Coordinates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The source files of libraries, fetched and read when they are asked for.
///
/// @param libraries the libraries, in the order in which they are read
/// @param resolver gives the file of an artifact
/// @param progress hears how the reading advances
record LibrarySources(
    List<Library> libraries, Function<Coordinates, Path> resolver, Progress progress) {
  /// Files given to the parser at once: enough that its start-up is shared, few enough that the
  /// progress moves and their syntax trees fit a small heap.
  private static final int BATCH = 100;

  LibrarySources {
    libraries = List.copyOf(libraries);
  }

  /// The sources of [Library#ALL].
  static LibrarySources of(Artifacts artifacts, Progress progress) {
    return new LibrarySources(
        Library.ALL, coordinates -> artifacts.resolve(coordinates, progress), progress);
  }

  /// The format and what is read: what a cache compares to know whether it is up to date.
  String key(String format) {
    return libraries.stream()
        .map(library -> library.sources().toString())
        .collect(Collectors.joining(" ", format + " ", ""));
  }

  /// What a parser finds in the files, library by library in the order of their paths.
  ///
  /// @param parser is given the library's label and some of its files
  <T> List<T> read(BiFunction<String, List<SourceFile>, List<T>> parser) {
    // All are fetched before the first is parsed: a missing connection shows at once.
    List<Path> jars = libraries.stream().map(Library::sources).map(resolver).toList();
    List<T> found = new ArrayList<>();
    for (int i = 0; i < jars.size(); i++) {
      found.addAll(read(libraries.get(i).label(), jars.get(i), parser));
    }
    return found;
  }

  private <T> List<T> read(
      String label, Path jar, BiFunction<String, List<SourceFile>, List<T>> parser) {
    List<SourceFile> files = SourceFile.read(jar);
    List<T> found = new ArrayList<>();
    progress.started("reading the documentation of " + label, "files", files.size());
    try {
      for (int from = 0; from < files.size(); from += BATCH) {
        int to = Math.min(from + BATCH, files.size());
        found.addAll(parser.apply(label, files.subList(from, to)));
        progress.advanced(to);
      }
    } finally {
      progress.finished();
    }
    return found;
  }
}
