package jada.nn.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Moves several files into a folder together: none is visible there before all are complete.
///
/// They are written to a hidden folder inside the target, so that the last step is only a change of
/// names. If anything fails, the target is as it was.
///
/// Names of several files cannot change in one step. So the main file, for example
/// `adapter_config.json`, is removed first and moved in last: if the process dies in between, the
/// folder is refused; it never passes as complete with half of the old files and half of the new.
/// All of both are still there, and [#interruptedSave] says where.
public final class StagedFiles implements AutoCloseable {
  private static final int ATTEMPTS = 1000;
  private static final String STAGING = ".saving-";

  /// In the hidden folder: the files that were replaced.
  static final String REPLACED = "replaced";

  private final Path folder;
  private final boolean created;
  private final Path staging;
  private final Mover mover;

  private StagedFiles(Path folder, boolean created, Path staging, Mover mover) {
    this.folder = folder;
    this.created = created;
    this.staging = staging;
    this.mover = mover;
  }

  /// Gives a file another name, in one step.
  interface Mover {
    void move(Path from, Path to) throws IOException;
  }

  /// Files for the given folder, which is made if it does not exist.
  ///
  /// @throws InputException if it cannot be made or written to
  public static StagedFiles in(Path folder) {
    return in(folder, (from, to) -> Files.move(from, to, StandardCopyOption.ATOMIC_MOVE));
  }

  /// The same with another way to rename files.
  static StagedFiles in(Path folder, Mover mover) {
    boolean created = Files.notExists(folder);
    try {
      Files.createDirectories(folder);
      return new StagedFiles(folder, created, reserve(folder), mover);
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  /// Where the content of the file of this name is to be written.
  public Path path(String name) {
    return staging.resolve(name);
  }

  /// Moves the files to their places, in this order, in place of those of the same names.
  ///
  /// @param names the main file last; one in a folder of its own has that before it, as in
  ///   `1_Pooling/config.json`
  /// @throws InputException if a folder is in the way of one, or they cannot be moved; the target
  ///   is then as it was
  public void publish(List<String> names) {
    for (String name : names) {
      if (Files.isDirectory(folder.resolve(name))) {
        throw new InputException(
            folder.resolve(name) + ": is a folder where a file is to be written; remove it");
      }
    }
    Path replaced = path(REPLACED);
    Deque<Move> done = new ArrayDeque<>();
    try {
      Files.createDirectory(replaced);
      for (String name : names.reversed()) {
        if (Files.exists(folder.resolve(name))) {
          Files.createDirectories(replaced.resolve(name).getParent());
          move(folder.resolve(name), replaced.resolve(name), done);
        }
      }
      for (String name : names) {
        Files.createDirectories(folder.resolve(name).getParent());
        move(path(name), folder.resolve(name), done);
      }
      AtomicFile.forceFolder(folder);
    } catch (IOException e) {
      undo(done, e);
      throw unwritable(folder, e);
    }
  }

  /// A file that has changed its name.
  private record Move(Path from, Path to) {}

  private void move(Path from, Path to, Deque<Move> done) throws IOException {
    mover.move(from, to);
    done.push(new Move(from, to));
  }

  private static void undo(Deque<Move> done, IOException cause) {
    for (Move move : done) {
      try {
        Files.move(move.to(), move.from(), StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }

  /// Removes what was not published, and the folder if it was made here and is empty.
  @Override
  public void close() {
    try {
      try (Stream<Path> left = Files.walk(staging)) {
        for (Path file : left.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
      if (created) {
        Files.delete(folder);
      }
    } catch (DirectoryNotEmptyException e) {
      // The folder holds what was published: the usual end.
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  /// What to do about a folder whose main file is missing if a process died there while it replaced
  /// one set of files by another: all files of both are still there.
  ///
  /// @return part of a sentence; empty if there is no trace of such a process
  public static Optional<String> interruptedSave(Path folder) {
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(
              path ->
                  path.getFileName().toString().startsWith(".")
                      && Files.isDirectory(path.resolve(REPLACED)))
          .findFirst()
          .map(
              aside ->
                  "saving was interrupted: for the new adapter move the files in %s up into this folder, for the old one those in %s"
                      .formatted(aside, aside.resolve(REPLACED)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Path reserve(Path folder) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        return Files.createDirectory(folder.resolve(STAGING + i));
      } catch (FileAlreadyExistsException e) {
        // Left by a crash or in use by another writer: not ours to touch.
      }
    }
    throw new IOException("too many .saving- folders of earlier attempts in it");
  }

  private static InputException unwritable(Path folder, IOException cause) {
    String reason =
        switch (cause) {
          case FileAlreadyExistsException _ -> "a file of that name is in the way";
          case AccessDeniedException _ -> "access denied";
          default -> String.valueOf(cause.getMessage()).replaceAll("\\R", " ");
        };
    return new InputException(
        folder + ": cannot be written (" + reason + "); choose a writable folder with enough room",
        cause);
  }
}
