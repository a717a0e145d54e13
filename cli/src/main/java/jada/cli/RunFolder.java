package jada.cli;

import jada.adalora.training.Checkpoint;
import jada.cli.report.Report;
import jada.cli.report.RunHistory;
import jada.nn.files.AtomicFile;
import jada.nn.files.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The output folder of a run, in which all files appear together.
///
/// Files are written into a temporary folder, forced to disk, and moved to their place by
/// [#publish]. A folder that does not exist yet appears by one rename. Into one that exists the
/// files are moved one by one, `adapter_config.json`, by which a folder is known as an adapter,
/// last; files that are not Jada's stay. Closing without publishing leaves nothing behind but
/// checkpoints, which are in a folder inside and complete at any time.
final class RunFolder implements AutoCloseable {
  /// The file that marks a folder as an adapter.
  static final String CONFIG = "adapter_config.json";

  static final String RECORD = Report.RECORD;
  static final String TRACE = "trace.jsonl";

  /// Holds the checkpoints while the run goes on.
  static final String CHECKPOINTS = "checkpoint";

  /// The file that marks a folder as a whole model, which --method full writes.
  static final String MODEL_CONFIG = "config.json";

  /// The files that a run writes.
  private static final List<String> FILES =
      List.of(
          CONFIG,
          "adapter_model.safetensors",
          "labels.json",
          "jada.json",
          RECORD,
          TRACE,
          RunHistory.FILE,
          Report.FILE);

  /// The files that it writes in place of an adapter.
  private static final List<String> MODEL_FILES =
      List.of(
          MODEL_CONFIG,
          "model.safetensors",
          "tokenizer.json",
          "vocab.txt",
          "vocab.json",
          "merges.txt",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json");

  private static final String ROOM = ".room";

  private final boolean force;
  private Path target;
  private Path place;
  private final List<Path> parents = new ArrayList<>();
  private final boolean resumes;
  private Path aside;
  private boolean published;

  private RunFolder(Path target, boolean force, boolean resumes) {
    this.target = target;
    this.force = force;
    this.resumes = resumes;
    this.place = target.toAbsolutePath().normalize();
    String name = ".jada-%s.partial".formatted(ProcessHandle.current().pid());
    // Inside a folder that exists: it may be a disk of its own, whose root cannot be renamed.
    aside = Files.isDirectory(place) ? place.resolve(name) : place.resolveSibling(name);
  }

  /// The folder of a resumed run; its files belong to the run.
  static RunFolder ofRunToResume(Path target) {
    return check(target, true, true);
  }

  /// Checks that a run may write into a folder; changes nothing.
  ///
  /// @param force whether files of an earlier run may be replaced
  /// @throws InputException if there is a file of that name, the place cannot be written, or there
  ///   are files of an earlier run and `force` is not set
  static RunFolder check(Path target, boolean force) {
    return check(target, force, false);
  }

  private static RunFolder check(Path target, boolean force, boolean resumes) {
    NewFolder.requireNoDanglingLink(target);
    if (Files.exists(target) && !Files.isDirectory(target)) {
      throw new InputException("--out " + target + ": is a file; name a folder");
    }
    requireFree(target, force);
    Path existing = target.toAbsolutePath().normalize();
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing)) {
      throw new InputException(
          "--out %s: %s is a file; name another folder".formatted(target, existing));
    }
    if (!Files.isWritable(existing)) {
      throw new InputException(
          "--out %s: %s cannot be written; check its permissions or name another folder"
              .formatted(target, existing));
    }
    return new RunFolder(target, force, resumes);
  }

  private static void requireFree(Path target, boolean force) {
    boolean run = Files.exists(target.resolve(RECORD));
    if (!run && Files.exists(target.resolve(MODEL_CONFIG))) {
      throw new InputException(
          "--out %s: holds a model that no run wrote; name another folder".formatted(target));
    }
    if (!force && Checkpoint.isIn(target.resolve(CHECKPOINTS))) {
      throw new InputException(
          "--out %s: holds a run that was interrupted; go on with --resume %s, or add --force to replace it"
              .formatted(target, target));
    }
    for (String file : FILES) {
      if (!force && Files.exists(target.resolve(file))) {
        throw new InputException(
            "--out %s: holds %s of an earlier run; name another folder, or add --force to replace it"
                .formatted(target, file));
      }
    }
  }

  /// Makes the temporary folder, into which the files of the run are written.
  ///
  /// @throws OutputException if it cannot be made
  /// @throws InputException if another run is using it
  Path open() {
    try {
      createParents(aside.getParent());
      if (!resumes) {
        removeCheckpoints();
      }
      deleteTree(aside);
      Files.createDirectory(aside);
      return aside;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// Makes the folder itself at once, for checkpoints, with the temporary folder in it. The remains
  /// of a killed process are removed.
  ///
  /// @throws OutputException if it cannot be made
  /// @throws InputException if another run is using it
  Path openInPlace() {
    try {
      createParents(place);
      Checkpoint.requireUnused(checkpoints());
      try (DirectoryStream<Path> left = Files.newDirectoryStream(place, ".jada-*.partial")) {
        for (Path folder : left) {
          deleteTree(folder);
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
    aside = place.resolve(aside.getFileName());
    return open();
  }

  /// The record of a run that was killed before its first checkpoint, in the temporary folder that
  /// it has left: inside its folder, or beside the place of that.
  ///
  /// @throws InputException if the run is still going on
  static Optional<Path> recordLeftBy(Path target) {
    Path place = target.toAbsolutePath().normalize();
    for (Path folder : List.of(place, place.getParent())) {
      if (!Files.isDirectory(folder)) {
        continue;
      }
      try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, ".jada-*.partial")) {
        for (Path aside : left) {
          Path record = aside.resolve(RECORD);
          if (Files.isRegularFile(record) && isOf(place, record)) {
            requireEnded(target, aside);
            return Optional.of(record);
          }
        }
      } catch (IOException e) {
        throw new InputException("%s: %s".formatted(folder, ErrorLine.reason(e)), e);
      }
    }
    return Optional.empty();
  }

  private static boolean isOf(Path place, Path record) {
    String out = Json.read(record).at("/options/out").asString("");
    return Path.of(out).toAbsolutePath().normalize().equals(place)
        || record.startsWith(place); // which may have been moved
  }

  private static void requireEnded(Path target, Path aside) {
    String pid = aside.getFileName().toString().replaceAll("[^0-9]", "");
    boolean running =
        pid.matches("[0-9]{1,18}")
            && ProcessHandle.of(Long.parseLong(pid))
                .flatMap(process -> process.info().command())
                .filter(command -> command.contains("java"))
                .isPresent();
    if (running) {
      throw new InputException(
          "--resume %s: process %s is still at it; wait for its end, or stop it"
              .formatted(target, pid));
    }
  }

  /// Removes the temporary folder of a killed run.
  ///
  /// @param record in the folder that is removed
  static void removeLeft(Path record) {
    try {
      deleteTree(record.getParent());
    } catch (IOException e) {
      throw new OutputException("%s: %s".formatted(record.getParent(), ErrorLine.reason(e)), e);
    }
  }

  /// Reserves disk space for the files of the end of the run, so that the run is not lost if the
  /// disk fills up meanwhile.
  ///
  /// @throws OutputException if there is not that much
  void takeRoom(long bytes) {
    try (OutputStream out = Files.newOutputStream(aside.resolve(ROOM))) {
      byte[] piece = new byte[1 << 16];
      for (long left = bytes; left > 0; left -= piece.length) {
        out.write(piece, 0, (int) Math.min(left, piece.length));
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// Releases the reserved space, to be written now.
  void giveRoom() {
    try {
      Files.deleteIfExists(aside.resolve(ROOM));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// The folder of the checkpoints.
  Path checkpoints() {
    return target.resolve(CHECKPOINTS);
  }

  /// Removes the checkpoints of a finished or earlier run.
  void removeCheckpoints() {
    Checkpoint.removeAll(checkpoints());
  }

  private void createParents(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      createParents(folder.getParent());
      Files.createDirectory(folder);
      parents.addFirst(folder);
    }
  }

  /// The final place of the files.
  Path target() {
    return target;
  }

  /// Moves the files to their place; beside it, to `name-2`, if another run has filled it
  /// meanwhile.
  ///
  /// @throws OutputException if they cannot be forced to the disk or moved; the place is then
  ///   unchanged
  synchronized void publish() {
    try {
      for (Path file : files()) {
        force(file);
      }
      if (!force && holdsRun(place)) {
        target = free(target);
        place = target.toAbsolutePath().normalize();
      }
      if (Files.isDirectory(place)) {
        replaceEarlierRun();
        deleteTree(aside);
      } else {
        Files.move(aside, place, StandardCopyOption.ATOMIC_MOVE);
      }
      AtomicFile.forceFolder(place);
      AtomicFile.forceFolder(place.getParent());
      published = true;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static boolean holdsRun(Path folder) {
    return FILES.stream().anyMatch(file -> Files.exists(folder.resolve(file)));
  }

  private static Path free(Path taken) {
    int number = 2;
    while (Files.exists(beside(taken, number))) {
      number++;
    }
    return beside(taken, number);
  }

  private static Path beside(Path taken, int number) {
    return taken.resolveSibling(taken.getFileName() + "-" + number);
  }

  /// Files of an earlier run are moved into a folder of their own, and moved back if one of the new
  /// ones cannot be moved. If the process dies in between, the folder is no adapter, and
  /// [jada.nn.files.StagedFiles#interruptedSave] says where the files are.
  private void replaceEarlierRun() throws IOException {
    Path earlier = aside.resolve("replaced");
    Files.createDirectory(earlier);
    List<Path> left = new ArrayList<>();
    List<Path> come = new ArrayList<>();
    try {
      for (Path file : earlierRun()) {
        Files.move(file, earlier.resolve(file.getFileName()));
        left.add(file);
      }
      for (Path file : files()) {
        Path to = place.resolve(file.getFileName());
        Files.move(file, to);
        come.add(to);
      }
    } catch (IOException e) {
      for (Path file : come) {
        Files.move(file, aside.resolve(file.getFileName()));
      }
      for (Path file : left.reversed()) {
        Files.move(earlier.resolve(file.getFileName()), file);
      }
      Files.delete(earlier);
      throw e;
    }
  }

  /// The files of an earlier run. Those of a whole model are included only if a run wrote it, as
  /// the record shows, which comes last.
  private List<Path> earlierRun() {
    List<String> names = new ArrayList<>(FILES);
    if (Files.exists(place.resolve(RECORD))) {
      names.addAll(MODEL_FILES);
    }
    names.remove(RECORD);
    names.add(RECORD);
    return names.stream().map(place::resolve).filter(Files::isRegularFile).toList();
  }

  /// The temporary files, the one that marks an adapter last.
  private List<Path> files() throws IOException {
    try (Stream<Path> list = Files.list(aside)) {
      return list.filter(Files::isRegularFile)
          .sorted(
              Comparator.comparing(
                      (Path file) -> file.endsWith(CONFIG) || file.endsWith(MODEL_CONFIG))
                  .thenComparing(Comparator.naturalOrder()))
          .toList();
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /// Writing into the folder has failed.
  OutputException failed(IOException e) {
    return new OutputException(
        "--out %s: cannot be written: %s".formatted(target, ErrorLine.reason(e)), e);
  }

  /// Deletes what was made, unless it was published; folders with other files stay.
  @Override
  public synchronized void close() {
    if (published) {
      return;
    }
    try {
      deleteTree(aside);
      if (!Checkpoint.isIn(checkpoints())) {
        removeCheckpoints();
      }
      for (Path parent : parents) {
        if (isEmpty(parent)) {
          Files.delete(parent);
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.findAny().isEmpty();
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
