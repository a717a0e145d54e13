package jada.adalora.training;

import jada.nn.files.AtomicFile;
import jada.nn.files.AtomicFolder;
import jada.nn.files.Checksum;
import jada.nn.files.InputException;
import jada.nn.files.JsonFile;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Everything that a run needs to go on as if it had never been interrupted, in a folder `step-N`
/// after N optimizer steps. An instance exists only for a checkpoint whose checksums are correct.
///
/// - `manifest.json`: format, number of steps, and of every other file its size and SHA-256
/// - `state.safetensors`: parameters, the optimizer's moments, what importance scores depend on
/// - `state.json`: what the run was made of, masks, counters, scores
/// - files of the listeners, such as the trace
///
/// The folder is written under another name, forced to disk and renamed: it exists with all its
/// files or not at all. Two checkpoints are kept, so that there is one to go back to if a disk
/// damages the newest.
///
/// No state of a random number generator is needed: batches, dropout masks and starts are functions
/// of the seed and of the step, epoch or name they belong to.
public final class Checkpoint {
  /// The file that a complete checkpoint has.
  public static final String MANIFEST = "manifest.json";

  private static final String FORMAT = "jada checkpoint";
  private static final int VERSION = 1;
  private static final int KEPT = 2;
  private static final Pattern NAME = Pattern.compile("step-(0|[1-9][0-9]{0,9})");
  private final Path folder;
  private final int steps;
  private final SequencedMap<String, Path> files;

  private Checkpoint(Path folder, int steps, SequencedMap<String, Path> files) {
    this.folder = folder;
    this.steps = steps;
    this.files = files;
  }

  /// Opens a checkpoint and checks all its files.
  ///
  /// @param folder of the checkpoint itself, `…/step-N`
  /// @throws InputException if it is none, is not complete, or a file is not what was written; the
  ///   message names an older checkpoint beside it if there is a sound one
  public static Checkpoint open(Path folder) {
    try {
      return checked(folder);
    } catch (InputException e) {
      throw new InputException(e.getMessage() + before(folder), e);
    }
  }

  /// Opens the newest checkpoint in a folder of checkpoints, as [#open] does. It never falls back
  /// silently to an older one.
  ///
  /// @throws InputException if there is none, or the newest is damaged
  public static Checkpoint latest(Path folder) {
    List<Path> all = all(folder);
    if (all.isEmpty()) {
      throw new InputException(
          folder + ": holds no complete checkpoint (step-N); start the run anew");
    }
    return open(all.getLast());
  }

  /// The checkpoints in a folder, oldest first; none if there is no such folder.
  static List<Path> all(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(path -> NAME.matcher(path.getFileName().toString()).matches())
          .sorted(Comparator.comparingLong(Checkpoint::number))
          .toList();
    } catch (IOException e) {
      throw new InputException(
          folder + ": cannot be read (" + e.getMessage() + "); check the folder", e);
    }
  }

  private static long number(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().substring("step-".length()));
  }

  private static String before(Path folder) {
    Path parent = folder.toAbsolutePath().getParent();
    Path name = folder.getFileName();
    if (parent == null || name == null || !NAME.matcher(name.toString()).matches()) {
      return "";
    }
    for (Path older : all(parent).reversed()) {
      if (number(older) < number(folder)) {
        try {
          checked(older);
          return "; go on from the one before, " + folder.resolveSibling(older.getFileName());
        } catch (InputException e) {
          // Damaged too: an older one may be sound.
        }
      }
    }
    return "";
  }

  private static Checkpoint checked(Path folder) {
    Path file = folder.resolve(MANIFEST);
    if (!Files.isRegularFile(file)) {
      throw new InputException(folder + ": is no complete checkpoint: it has no " + MANIFEST);
    }
    JsonFile manifest = JsonFile.read(file);
    manifest.require(FORMAT.equals(manifest.text("format")), "format", '"' + FORMAT + '"');
    manifest.require(
        manifest.integer("version") == VERSION,
        "version",
        VERSION + ", the one this version of Jada reads");
    int steps = manifest.integer("steps");
    manifest.require(steps >= 0, "steps", "0 or more");
    JsonNode listed = manifest.node("files");
    manifest.require(listed.isObject(), "files", "an object");
    SequencedMap<String, Path> files = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : listed.properties()) {
      String name = entry.getKey();
      // A name must be that of a file in this folder; it cannot lead out of it.
      manifest.require(name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*"), "files", "plain names");
      requireUnchanged(folder.resolve(name), entry.getValue());
      files.put(name, folder.resolve(name));
    }
    for (String needed : List.of(TrainingState.TENSORS, TrainingState.STATE)) {
      manifest.require(files.containsKey(needed), "files", "a list with " + needed);
    }
    return new Checkpoint(folder, steps, files);
  }

  private static void requireUnchanged(Path file, JsonNode expected) {
    String damaged = "; the checkpoint is damaged";
    if (!Files.isRegularFile(file)) {
      throw new InputException(file + ": is missing" + damaged);
    }
    try {
      long size = Files.size(file);
      if (expected.path("bytes").asLong(-1) != size) {
        throw new InputException(
            "%s: has %s bytes, the manifest says %s%s"
                .formatted(file, size, shown(expected.path("bytes")), damaged));
      }
      String sha256 = Checksum.of(file);
      if (!expected.path("sha256").isString()
          || !expected.path("sha256").stringValue().equals(sha256)) {
        throw new InputException(
            "%s: has SHA-256 %s, the manifest says %s%s"
                .formatted(file, sha256, shown(expected.path("sha256")), damaged));
      }
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read (%s)%s".formatted(file, e.getMessage(), damaged), e);
    }
  }

  private static String shown(JsonNode value) {
    String text = value.toString().replaceAll("[^ -~]", "?");
    return text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }

  /// Writes `step-N` into a folder, and removes the oldest so that two are left.
  ///
  /// @param content writes the files
  /// @throws InputException if it cannot be written; the checkpoints before are then as they were
  static Path write(Path folder, int steps, Consumer<Path> content) {
    Path target = folder.resolve("step-" + steps);
    AtomicFolder.remove(target);
    AtomicFolder.write(
        target,
        aside -> {
          content.accept(aside);
          AtomicFile.writeText(aside.resolve(MANIFEST), manifest(aside, steps));
        });
    List<Path> all = all(folder);
    int now = all.indexOf(target);
    // Later ones belong to a run that was abandoned for an older checkpoint.
    all.subList(now + 1, all.size()).forEach(AtomicFolder::remove);
    all.subList(0, Math.max(0, now + 1 - KEPT)).forEach(AtomicFolder::remove);
    return target;
  }

  private static String manifest(Path folder, int steps) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("format", FORMAT).put("version", VERSION).put("steps", steps);
    ObjectNode files = root.putObject("files");
    try (Stream<Path> list = Files.list(folder)) {
      for (Path file : list.sorted().toList()) {
        files
            .putObject(file.getFileName().toString())
            .put("bytes", Files.size(file))
            .put("sha256", Checksum.of(file));
      }
    } catch (IOException e) {
      throw new InputException(folder + ": cannot be read again (" + e.getMessage() + ")", e);
    }
    return JsonFile.text(root);
  }

  /// Whether a folder holds a checkpoint, sound or not.
  public static boolean isIn(Path folder) {
    return !all(folder).isEmpty();
  }

  /// Refuses a folder into which another run is writing now.
  ///
  /// @throws InputException if there is such a run
  public static void requireUnused(Path folder) {
    if (Files.isDirectory(folder)) {
      new CheckpointPlan(folder, 0).take().close();
    }
  }

  /// Removes all checkpoints in a folder, and the folder if nothing else is in it.
  ///
  /// @throws InputException if a run is writing there now, or they cannot be removed
  public static void removeAll(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (CheckpointPlan.Possession _ = new CheckpointPlan(folder, 0).take()) {
      all(folder).forEach(AtomicFolder::remove);
    }
    try {
      Files.deleteIfExists(folder.resolve(CheckpointPlan.LOCK));
      Files.delete(folder);
    } catch (DirectoryNotEmptyException e) {
      // The folder holds other files, which stay.
    } catch (IOException e) {
      throw new InputException(
          folder + ": cannot be removed (" + e.getMessage() + "); remove it by hand", e);
    }
  }

  /// The folder of this checkpoint.
  public Path folder() {
    return folder;
  }

  /// Optimizer steps done before it was made.
  public int steps() {
    return steps;
  }

  /// A file of this name, if the checkpoint has one; its content is what was written.
  public Optional<Path> file(String name) {
    return Optional.ofNullable(files.get(name));
  }
}
