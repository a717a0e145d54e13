package jada.nn.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/// Writes a file completely or not at all.
///
/// The content goes to a temporary file beside the target, is forced to disk, and takes the
/// target's name in one step. A reader sees the old content or the new, even after a crash.
public final class AtomicFile {
  private static final int ATTEMPTS = 1000;

  private AtomicFile() {}

  /// Writes the content.
  @FunctionalInterface
  public interface Content {
    /// Writes everything from the channel's start.
    void writeTo(FileChannel channel) throws IOException;
  }

  /// Writes what `content` produces to `target`, replacing a file of that name.
  ///
  /// @throws InputException if the folder is missing or not writable, or the disk has no room; the
  ///   target is then unchanged and no temporary file remains
  public static void write(Path target, Content content) {
    if (Files.isDirectory(target)) {
      throw new InputException(target + ": is a folder; name a file to write");
    }
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.getParent();
    Path temporary = null;
    try {
      try {
        temporary = reserve(absolute);
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
          content.writeTo(channel);
          channel.force(true);
        }
        Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
        temporary = null;
      } finally {
        if (temporary != null) {
          Files.deleteIfExists(temporary);
        }
      }
      forceFolder(folder);
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  /// Writes text as UTF-8.
  ///
  /// @throws InputException as [#write]
  public static void writeText(Path target, String text) {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    write(
        target,
        channel -> {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
  }

  /// Writes several texts into a folder, each as [#writeText].
  ///
  /// @param texts by their paths in the folder; folders on the way are made
  /// @throws InputException as [#write]
  public static void writeTexts(Path folder, Map<String, String> texts) {
    texts.forEach(
        (name, text) -> {
          Path file = folder.resolve(name);
          try {
            Files.createDirectories(file.getParent());
          } catch (IOException e) {
            throw unwritable(file, e);
          }
          writeText(file, text);
        });
  }

  /// Forces the names in a folder to disk, so that they survive a power cut, where the system can
  /// open a folder.
  public static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows cannot open folders; the rename alone must do there.
    }
  }

  /// The one-line error for a failed write.
  static InputException unwritable(Path target, IOException cause) {
    String reason =
        switch (cause) {
          case NoSuchFileException _ -> "its folder does not exist";
          case AccessDeniedException _ -> "access denied";
          default -> String.valueOf(cause.getMessage()).replaceAll("\\R", " ");
        };
    return new InputException(
        target + ": cannot be written (" + reason + "); choose a writable folder with enough room",
        cause);
  }

  // Not Files.createTempFile: it makes files that only their owner may read.
  private static Path reserve(Path target) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      Path candidate = target.resolveSibling("." + target.getFileName() + "." + i + ".tmp");
      try {
        return Files.createFile(candidate);
      } catch (FileAlreadyExistsException e) {
        // Left by a crash or in use by another writer: not ours to touch.
      }
    }
    throw new IOException("too many temporary files of earlier attempts beside it");
  }
}
