package jada.adalora.training;

import jada.nn.files.AtomicFolder;
import jada.nn.files.InputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Where and when a run makes checkpoints.
///
/// @param folder in which the folders `step-N` are made
/// @param every steps from one to the next; 0: only where the run is stopped
record CheckpointPlan(Path folder, int every) {
  static final String LOCK = ".lock";

  CheckpointPlan {
    if (every < 0) {
      throw new IllegalArgumentException(
          "checkpoint-every: must be 0 (only when stopped) or more, got " + every);
    }
  }

  /// Whether one is due after so many steps.
  boolean due(int steps) {
    return every > 0 && steps % every == 0;
  }

  /// Locks the folder until the result is closed, and removes the remains of a process that was
  /// killed while writing. The system releases the lock of a process that has ended.
  ///
  /// @throws InputException if another run is using it, or it cannot be written
  Possession take() {
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locked(channel)) {
        channel.close();
        throw new InputException(
            folder + ": is in use by another run; wait for it, or name another folder");
      }
      AtomicFolder.removeLeftovers(folder);
      return new Possession(Optional.of(channel));
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be written (%s); choose a writable folder with enough room"
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  /// The lock for the whole run: that of the folder, or none if checkpoints are only made when the
  /// run is stopped.
  Possession takeForRun() {
    return every > 0 ? take() : Possession.NONE;
  }

  /// The lock while a checkpoint is written.
  Possession takeForCheckpoint() {
    return every > 0 ? Possession.NONE : take();
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // a run in this very process
    }
  }

  /// The right to write into the folder.
  record Possession(Optional<FileChannel> channel) implements AutoCloseable {
    static final Possession NONE = new Possession(Optional.empty());

    @Override
    public void close() {
      try {
        if (channel.isPresent()) {
          channel.get().close();
        }
      } catch (IOException e) {
        throw new InputException("checkpoint folder: cannot be released: " + e.getMessage(), e);
      }
    }
  }
}
