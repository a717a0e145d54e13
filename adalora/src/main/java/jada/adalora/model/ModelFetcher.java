package jada.adalora.model;

import jada.adalora.data.Progress;
import java.nio.file.Path;

/// Fetches the artifact of a known base model. The library has no fetcher; a module that can fetch
/// provides one through [java.util.ServiceLoader], as jada-cli does.
public interface ModelFetcher {
  /// The artifact as a local file.
  ///
  /// @param artifact Maven coordinates, group:artifact:version
  /// @param progress receives the number of bytes received
  /// @throws jada.nn.files.InputException if it cannot be fetched
  Path fetch(String artifact, Progress progress);
}
