package jada.nn.checkpoint;

import jada.nn.files.Checksum;
import jada.nn.files.ConfigJson;
import jada.nn.files.InputException;
import jada.nn.files.InputFile;
import jada.nn.files.Quoted;
import jada.nn.files.Safetensors;
import jada.nn.files.TensorFile;
import jada.nn.files.TorchFile;
import jada.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// The weights of a folder, in one file or split over several.
///
/// Of these the first that is there is read, as transformers does:
///
/// 1. `model.safetensors`
/// 2. `model.safetensors.index.json`, whose `weight_map` says in which file each weight is
/// 3. `pytorch_model.bin`
/// 4. `pytorch_model.bin.index.json`
final class WeightFiles {
  private static final String INDEX = ".index.json";
  private static final String MAP = "weight_map";

  private final Path main;
  private final Map<String, TensorFile> byName; // weight -> its file
  private final List<TensorFile> files; // in the order of their names

  private WeightFiles(Path main, Map<String, TensorFile> byName, List<TensorFile> files) {
    this.main = main;
    this.byName = byName;
    this.files = files;
  }

  /// One format: the name of its file, and how it is opened.
  private record Format(String name, Function<Path, TensorFile> open) {
    Optional<WeightFiles> in(Path folder) {
      Path whole = folder.resolve(name);
      if (Files.exists(whole)) {
        return Optional.of(whole(open.apply(whole)));
      }
      Path index = folder.resolve(name + INDEX);
      return Files.exists(index) ? Optional.of(split(index, open)) : Optional.empty();
    }
  }

  private static final List<Format> FORMATS =
      List.of(
          new Format("model.safetensors", Safetensors::open),
          new Format("pytorch_model.bin", TorchFile::open));

  /// Finds and opens the weights of a folder.
  ///
  /// @throws InputException if there are none, or a file of them is not sound
  static WeightFiles of(Path folder) {
    return find(folder)
        .orElseThrow(
            () ->
                new InputException(
                    folder
                        + ": holds no model.safetensors and no pytorch_model.bin; name the folder"
                        + " of a model in Hugging Face layout"));
  }

  /// The same; empty if there are none.
  static Optional<WeightFiles> find(Path folder) {
    return FORMATS.stream().flatMap(format -> format.in(folder).stream()).findFirst();
  }

  /// The weights of one file.
  static WeightFiles whole(TensorFile file) {
    Map<String, TensorFile> byName = new LinkedHashMap<>();
    file.names().forEach(name -> byName.put(name, file));
    return new WeightFiles(file.file(), byName, List.of(file));
  }

  private static WeightFiles split(Path index, Function<Path, TensorFile> open) {
    ConfigJson json = ConfigJson.read(index);
    JsonNode map = json.object(MAP).orElseThrow(() -> json.refusal(MAP, "is missing"));
    TreeMap<String, TensorFile> files = new TreeMap<>();
    Map<String, TensorFile> byName = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      if (!entry.getValue().isString() || !isPlain(entry.getValue().stringValue())) {
        throw json.refusal(
            MAP, "names " + Quoted.of(entry.getValue().toString()) + ", not a file of this folder");
      }
      String name = entry.getValue().stringValue();
      TensorFile file = files.computeIfAbsent(name, _ -> open.apply(index.resolveSibling(name)));
      file.sizes(entry.getKey()); // throws if it is not there
      byName.put(entry.getKey(), file);
    }
    for (TensorFile file : files.values()) {
      for (String name : file.names()) {
        if (byName.get(name) != file) {
          throw new InputException(
              file.file()
                  + ": holds "
                  + Quoted.of(name)
                  + ", which "
                  + index.getFileName()
                  + " does not list for this file; use index and files of the same model");
        }
      }
    }
    return new WeightFiles(index, byName, List.copyOf(files.values()));
  }

  /// Whether a name is that of a file, without a way out of the folder.
  private static boolean isPlain(String name) {
    return name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*");
  }

  /// What errors name: the file, or the index of several.
  String source() {
    return main.toString();
  }

  /// The names of all weights.
  Set<String> names() {
    return byName.keySet();
  }

  /// The number of elements of all weights. A double, because files may claim any sizes.
  double elements() {
    return names().stream()
        .mapToDouble(name -> sizes(name).stream().mapToDouble(n -> n).reduce(1, (a, b) -> a * b))
        .sum();
  }

  List<Long> sizes(String name) {
    return byName.get(name).sizes(name);
  }

  Tensor tensor(String name) {
    return byName.get(name).tensor(name);
  }

  /// SHA-256 of the file; of several that of their checksums and names, a line each, as `sha256sum`
  /// prints them.
  String checksum() {
    try {
      if (files.size() == 1 && !main.toString().endsWith(INDEX)) {
        return Checksum.of(main);
      }
      StringBuilder sums = new StringBuilder();
      for (TensorFile file : files) {
        sums.append(Checksum.of(file.file()) + "  " + file.file().getFileName() + "\n");
      }
      return Checksum.of(sums.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw InputFile.unreadable(main, e);
    }
  }
}
