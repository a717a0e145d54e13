package jada.cli.artifact;

import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.context.Runtimes;
import jada.adalora.data.Progress;
import jada.nn.files.InputException;
import java.nio.file.Path;
import org.apache.maven.settings.building.DefaultSettingsBuilderFactory;
import org.apache.maven.settings.building.DefaultSettingsBuildingRequest;
import org.apache.maven.settings.building.SettingsBuildingException;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.RepositorySystemSession;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.metadata.Metadata;
import org.eclipse.aether.repository.LocalArtifactRequest;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.resolution.ResolutionErrorPolicy;
import org.eclipse.aether.resolution.ResolutionErrorPolicyRequest;
import org.eclipse.aether.transfer.ArtifactNotFoundException;
import org.eclipse.aether.transfer.ChecksumFailureException;
import org.eclipse.aether.transfer.RepositoryOfflineException;

/// Fetches single files from Maven repositories the way the user's own Maven would: settings.xml
/// (the user's, and the installation's where `maven.home` or `MAVEN_HOME` says where it is) with
/// its mirrors, proxies and credentials, whether to stay offline, and the local repository, also
/// one named by `-Dmaven.repo.local`.
///
/// Only the file that was asked for is fetched, never what it depends on. A file that is already in
/// the local repository is used without any network. A file without a matching checksum in its
/// repository is refused.
public final class Artifacts implements AutoCloseable {
  private static final String REMEDY =
      "connect once so that Jada can fetch it, or work from local files (--model DIR, --train"
          + " FILE)";

  private final Context context;
  private final boolean offline;

  private Artifacts(Context context, boolean offline) {
    this.context = context;
    this.offline = offline;
  }

  /// Artifacts by the user's own Maven settings.
  ///
  /// @throws InputException if a settings file cannot be read
  public static Artifacts ofUserSettings() {
    return of(ContextOverrides.create());
  }

  static Artifacts of(ContextOverrides.Builder overrides) {
    try {
      Context context =
          Runtimes.INSTANCE
              .getRuntime()
              .create(
                  overrides
                      .withUserSettings(true)
                      .checksumPolicy(ContextOverrides.ChecksumPolicy.FAIL)
                      .build());
      return new Artifacts(context, isOffline(context));
    } catch (IllegalStateException | SettingsBuildingException e) {
      throw new InputException(
          "Maven settings cannot be used: %s; correct settings.xml".formatted(Causes.last(e)), e);
    }
  }

  /// Whether settings.xml says `<offline>true</offline>`, which MIMA leaves to its caller.
  private static boolean isOffline(Context context) throws SettingsBuildingException {
    DefaultSettingsBuildingRequest request = new DefaultSettingsBuildingRequest();
    request.setSystemProperties(System.getProperties());
    request.setUserSettingsFile(context.mavenUserHome().settingsXml().toFile());
    if (context.mavenSystemHome() != null) { // there is none where Maven is not installed
      request.setGlobalSettingsFile(context.mavenSystemHome().settingsXml().toFile());
    }
    return new DefaultSettingsBuilderFactory()
        .newInstance()
        .build(request)
        .getEffectiveSettings()
        .isOffline();
  }

  /// The file of an artifact in the local repository, fetched first if it is not there.
  ///
  /// @throws InputException if the file is not there and cannot be fetched; the message names the
  ///   artifact, what failed, and what to do
  public Path resolve(Coordinates coordinates, Progress progress) {
    ArtifactRequest request =
        new ArtifactRequest(artifact(coordinates), context.remoteRepositories(), "");
    Transfers transfers = new Transfers(progress);
    try {
      return context
          .repositorySystem()
          .resolveArtifact(session(transfers), request)
          .getArtifact()
          .getFile()
          .toPath();
    } catch (ArtifactResolutionException e) {
      throw new InputException(
          "%s: cannot be fetched: %s; %s".formatted(coordinates, reason(e), REMEDY), e);
    } finally {
      transfers.close();
    }
  }

  /// Whether the file is in the local repository already.
  public boolean has(Coordinates coordinates) {
    RepositorySystemSession session = context.repositorySystemSession();
    LocalArtifactRequest request =
        new LocalArtifactRequest(artifact(coordinates), context.remoteRepositories(), "");
    return session.getLocalRepositoryManager().find(session, request).getFile() != null;
  }

  private static DefaultArtifact artifact(Coordinates coordinates) {
    return new DefaultArtifact(
        coordinates.group(),
        coordinates.artifact(),
        coordinates.classifier().orElse(""),
        coordinates.extension(),
        coordinates.version());
  }

  @Override
  public void close() {
    context.close();
  }

  private RepositorySystemSession session(Transfers transfers) {
    DefaultRepositorySystemSession session =
        new DefaultRepositorySystemSession(context.repositorySystemSession());
    session.setTransferListener(transfers);
    session.setOffline(offline);
    // A failure of an hour ago must not stand in the way of a user who is online again.
    session.setResolutionErrorPolicy(
        new ResolutionErrorPolicy() {
          @Override
          public int getArtifactPolicy(
              RepositorySystemSession s, ResolutionErrorPolicyRequest<Artifact> r) {
            return CACHE_DISABLED;
          }

          @Override
          public int getMetadataPolicy(
              RepositorySystemSession s, ResolutionErrorPolicyRequest<Metadata> r) {
            return CACHE_DISABLED;
          }
        });
    return session;
  }

  private static String reason(ArtifactResolutionException e) {
    for (Exception cause : e.getResult().getExceptions()) {
      if (Causes.find(cause, ChecksumFailureException.class)) {
        return "its checksum is wrong (%s)".formatted(Causes.last(cause));
      }
      if (Causes.find(cause, RepositoryOfflineException.class)) {
        return "the Maven settings say offline";
      }
      if (!(cause instanceof ArtifactNotFoundException)) {
        return Causes.last(cause);
      }
    }
    return "no configured Maven repository has it";
  }
}
