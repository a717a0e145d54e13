package jada.nn.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Writes a folder completely or not at all.
///
/// The files are written into a hidden folder beside the target, forced to disk, and take the
/// target's name in one step.
public final class AtomicFolder {
  private static final int ATTEMPTS = 1000;

  private AtomicFolder() {}

  /// Lets `content` fill a folder beside the target and gives it the target's name.
  ///
  /// @param target must not exist, or be an empty folder
  /// @throws InputException if the target holds something or cannot be written; nothing is left
  ///   behind then
  public static void write(Path target, Consumer<Path> content) {
    Path absolute = target.toAbsolutePath().normalize();
    try {
      requireFree(target);
      if (absolute.getParent() == null) {
        throw new InputException(target + ": is the root; name a new folder");
      }
      Files.createDirectories(absolute.getParent());
      Path aside = reserve(absolute);
      try {
        content.accept(aside);
        force(aside);
        Files.deleteIfExists(absolute); // empty, as checked
        Files.move(aside, absolute, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        delete(aside);
      }
      AtomicFile.forceFolder(absolute.getParent());
    } catch (IOException e) {
      throw AtomicFile.unwritable(target, e);
    }
  }

  private static void requireFree(Path target) throws IOException {
    if (!Files.exists(target)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new InputException(target + ": is a file; name a new folder");
    }
    try (Stream<Path> entries = Files.list(target)) {
      if (entries.findAny().isPresent()) {
        throw new InputException(target + ": is not empty; name a new folder or empty this one");
      }
    }
  }

  private static Path reserve(Path target) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        return Files.createDirectory(
            target.resolveSibling("." + target.getFileName() + "." + i + ".tmp"));
      } catch (FileAlreadyExistsException e) {
        // Left by a crash or in use by another writer: not ours to touch.
      }
    }
    throw new IOException("too many temporary folders of earlier attempts beside it");
  }

  private static void force(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList()) {
        if (Files.isRegularFile(path)) {
          try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
          }
        } else {
          AtomicFile.forceFolder(path);
        }
      }
    }
  }

  /// Removes a folder with its content. It is renamed first, so that nobody finds a part of it
  /// under its name. Does nothing if there is none.
  ///
  /// @throws InputException if it cannot be removed
  public static void remove(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    if (!Files.isDirectory(absolute)) {
      return;
    }
    try {
      Path aside = reserve(absolute);
      Files.move(absolute, aside.resolve("old"), StandardCopyOption.ATOMIC_MOVE);
      delete(aside);
    } catch (IOException e) {
      throw new InputException(
          folder + ": cannot be removed (" + e.getMessage() + "); remove it by hand", e);
    }
  }

  /// Removes what interrupted calls of [#write] and [#remove] have left in a folder. Only for a
  /// folder that no other process writes to.
  ///
  /// @throws InputException if it cannot be removed
  public static void removeLeftovers(Path parent) {
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(parent, ".*.tmp")) {
      for (Path leftover : leftovers) {
        delete(leftover);
      }
    } catch (IOException e) {
      throw new InputException(
          parent + ": cannot be tidied (" + e.getMessage() + "); remove .*.tmp in it by hand", e);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(folder)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
