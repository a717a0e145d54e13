package jada.nn.files;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// Weights by name as `torch.save` writes them since PyTorch 1.6, such as `pytorch_model.bin`.
///
/// The format: a zip archive in which nothing is compressed. `…/data.pkl` is a pickle of a dict of
/// tensors, each a view (offset, sizes and strides, in elements) of a storage; `…/data/KEY` holds
/// the elements of a storage. Nothing that the pickle asks for is called ([Pickle]). Floats of 32
/// and 16 bits and bfloat16 can be read.
public final class TorchFile implements TensorFile {
  static final String REMEDY = "save the model as safetensors: model.save_pretrained(folder)";

  /// A byte of a pickle may take some 60 bytes of memory; a model of a thousand layers has 2 MB.
  private static final int MOST_PICKLE = 4_000_000;

  /// How often the elements of the file may be read, on average: tied weights share theirs.
  private static final int MOST_SHARING = 4;

  private static final int BUFFER = 1 << 20;
  private static final int MAX_RANK = 4;
  private static final int MOST_SIZES = 64; // torch's own limit
  private static final String PICKLE = "data.pkl";

  private static final Map<String, Dtype> STORAGES =
      Map.ofEntries(
          Map.entry("FloatStorage", Dtype.F32),
          Map.entry("HalfStorage", Dtype.F16),
          Map.entry("BFloat16Storage", Dtype.BF16),
          Map.entry("DoubleStorage", Dtype.F64),
          Map.entry("LongStorage", Dtype.I64),
          Map.entry("IntStorage", Dtype.I32),
          Map.entry("ShortStorage", Dtype.I16),
          Map.entry("CharStorage", Dtype.I8),
          Map.entry("ByteStorage", Dtype.U8),
          Map.entry("BoolStorage", Dtype.BOOL));

  /// Elements under a key.
  private record Storage(Dtype dtype, String key, long elements) {}

  /// A tensor: a view of a storage.
  private record View(Storage storage, long offset, List<Long> sizes, List<Long> strides) {}

  private final Path file;
  private final String prefix;
  private final SequencedMap<String, View> views;

  private TorchFile(Path file, String prefix, SequencedMap<String, View> views) {
    this.file = file;
    this.prefix = prefix;
    this.views = views;
  }

  /// Opens a file: reads what it says of its tensors and checks it.
  ///
  /// @throws InputException if the file cannot be read, is of another format, or asks for more than
  ///   tensors by name
  public static TorchFile open(Path file) {
    InputFile.require(file);
    try (ZipFile zip = zip(file)) {
      List<? extends ZipEntry> pickles =
          zip.stream().filter(entry -> entry.getName().matches("[^/]+/data\\.pkl")).toList();
      if (pickles.size() != 1) {
        throw new InputException(
            file + ": holds " + pickles.size() + " files data.pkl, not one; " + REMEDY);
      }
      String name = pickles.getFirst().getName();
      String prefix = name.substring(0, name.length() - PICKLE.length());
      requireLittleEndian(file, zip, prefix);
      byte[] bytes = bytes(file, zip, pickles.getFirst(), MOST_PICKLE);
      String source = file + "!/" + PICKLE;
      Object root = Pickle.read(source, bytes, new TorchCalls(source));
      TorchFile opened = new TorchFile(file, prefix, views(file, root));
      for (Map.Entry<String, View> view : opened.views.entrySet()) {
        opened.check(zip, view.getKey(), view.getValue());
      }
      opened.checkSharing(Files.size(file));
      return opened;
    } catch (ZipException e) {
      throw new InputException(
          file
              + ": is not a file of torch.save since PyTorch 1.6 ("
              + Quoted.of(e.getMessage())
              + "); "
              + REMEDY,
          e);
    } catch (IOException e) {
      throw InputFile.unreadable(file, e);
    }
  }

  private static ZipFile zip(Path file) throws IOException {
    try {
      return new ZipFile(file.toFile());
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      throw new ZipException(e.getMessage()); // names that are no UTF-8, no file of the disk
    }
  }

  /// What torch's pickles of weights ask for.
  ///
  /// @param source named in errors
  private record TorchCalls(String source) implements Pickle.Calls {
    @Override
    public Optional<Object> call(Pickle.Global function, List<Object> arguments) {
      return switch (function.toString()) {
        case "collections.OrderedDict" ->
            arguments.isEmpty() ? Optional.of(new LinkedHashMap<>()) : Optional.empty();
        case "torch._utils._rebuild_tensor_v2" -> view(arguments);
        case "torch._utils._rebuild_parameter" -> arguments.stream().findFirst();
        default -> Optional.empty();
      };
    }

    /// (storage, offset, sizes, strides, whether it has a gradient, hooks, and in rare files a dict
    /// of what is still to be done to the elements, such as a change of sign)
    private static Optional<Object> view(List<Object> arguments) {
      boolean asItIs =
          arguments.size() < 7 || arguments.get(6) instanceof Map<?, ?> todo && todo.isEmpty();
      return asItIs
              && arguments.size() >= 4
              && arguments.get(0) instanceof Storage storage
              && arguments.get(1) instanceof Long offset
              && wholeNumbers(arguments.get(2)) instanceof Optional<List<Long>> sizes
              && wholeNumbers(arguments.get(3)) instanceof Optional<List<Long>> strides
              && sizes.isPresent()
              && strides.isPresent()
              && sizes.get().size() == strides.get().size()
          ? Optional.of(new View(storage, offset, sizes.get(), strides.get()))
          : Optional.empty();
    }

    private static Optional<List<Long>> wholeNumbers(Object tuple) {
      return tuple instanceof Pickle.Tuple(List<Object> items)
              && items.size() <= MOST_SIZES
              && items.stream().allMatch(Long.class::isInstance)
          ? Optional.of(items.stream().map(Long.class::cast).toList())
          : Optional.empty();
    }

    /// ("storage", class of the storage, key, device, number of elements)
    @Override
    public Optional<Object> stored(Object id) {
      if (id instanceof Pickle.Tuple(List<Object> named)
          && named.size() == 5
          && named.get(1) instanceof Pickle.Global kind
          && !STORAGES.containsKey(kind.name())) {
        throw new InputException(
            source + ": a storage " + Quoted.of(kind.toString()) + " is not read; " + REMEDY);
      }
      return id instanceof Pickle.Tuple(List<Object> parts)
              && parts.size() == 5
              && "storage".equals(parts.get(0))
              && parts.get(1) instanceof Pickle.Global type
              && type.module().equals("torch")
              && STORAGES.containsKey(type.name())
              && parts.get(2) instanceof String key
              && parts.get(4) instanceof Long elements
          ? Optional.of(new Storage(STORAGES.get(type.name()), key, elements))
          : Optional.empty();
    }
  }

  private static SequencedMap<String, View> views(Path file, Object root) {
    if (!(root instanceof Map<?, ?> map)) {
      throw new InputException(file + ": holds no dict of weights; " + REMEDY);
    }
    SequencedMap<String, View> views = new LinkedHashMap<>();
    map.forEach(
        (name, value) -> {
          if (name instanceof String text && value instanceof View view) {
            views.put(text, view);
          }
        });
    if (views.isEmpty()) {
      throw new InputException(
          file
              + ": holds no weights by name; if it is a checkpoint of a training run, the weights"
              + " are in one of its parts: "
              + REMEDY);
    }
    return views;
  }

  private static void requireLittleEndian(Path file, ZipFile zip, String prefix)
      throws IOException {
    ZipEntry entry = zip.getEntry(prefix + "byteorder");
    if (entry != null) {
      String order = new String(bytes(file, zip, entry, 16), StandardCharsets.US_ASCII);
      if (!order.equals("little")) {
        throw new InputException(
            file + ": its numbers are " + Quoted.of(order) + " endian; " + REMEDY);
      }
    }
  }

  /// Checks that the storage is there in its size and that the view lies within it.
  private void check(ZipFile zip, String name, View view) {
    ZipEntry entry = zip.getEntry(prefix + "data/" + view.storage.key);
    if (entry == null) {
      throw new InputException(at(name) + "its elements are not in the file; fetch it again");
    }
    long elements = view.storage.elements;
    if (elements < 0
        || elements > Integer.MAX_VALUE
        || entry.getSize() != elements * width(view.storage)) {
      throw new InputException(
          at(name)
              + "its storage has "
              + entry.getSize()
              + " bytes for "
              + elements
              + " elements of type "
              + view.storage.dtype
              + "; fetch the file again");
    }
    if (!isPlain(entry)) {
      throw new InputException(at(name) + "is compressed, which torch.save never does; " + REMEDY);
    }
    if (!liesWithin(view)) {
      throw new InputException(
          at(name)
              + "offset "
              + view.offset
              + ", sizes "
              + view.sizes
              + " and strides "
              + view.strides
              + " reach beyond its "
              + elements
              + " elements; fetch the file again");
    }
  }

  private static boolean isPlain(ZipEntry entry) {
    return entry.getMethod() == ZipEntry.STORED && entry.getCompressedSize() == entry.getSize();
  }

  /// Bytes of an element.
  private static int width(Storage storage) {
    return storage.dtype.bits() / 8;
  }

  /// Refuses a file that claims more elements than it has room for, and a small one that many
  /// weights read again and again.
  ///
  /// @param bytes of the file
  private void checkSharing(long bytes) {
    Map<String, Storage> storages = new HashMap<>();
    double read = 0;
    for (View view : views.values()) {
      storages.put(view.storage.key, view.storage);
      read += view.sizes.stream().mapToDouble(size -> size).reduce(1, (a, b) -> a * b);
    }
    double claimed = storages.values().stream().mapToDouble(s -> s.elements * width(s)).sum();
    if (claimed > bytes) {
      throw new InputException(
          file
              + ": claims %s bytes of elements in a file of %s; fetch it again"
                  .formatted((long) claimed, bytes));
    }
    double there = storages.values().stream().mapToDouble(Storage::elements).sum();
    if (read > MOST_SHARING * there) {
      throw new InputException(
          file
              + ": its weights have %s elements, of which the file holds %s; "
                  .formatted((long) read, (long) there)
              + REMEDY);
    }
  }

  /// Whether the view has no more elements than its storage, and all of them lie in it.
  private static boolean liesWithin(View view) {
    long elements = view.storage.elements;
    long count = 1;
    long last = view.offset;
    if (view.offset < 0 || view.offset > elements) {
      return false;
    }
    for (int i = 0; i < view.sizes.size(); i++) {
      long size = view.sizes.get(i);
      long stride = view.strides.get(i);
      if (size == 0) {
        return view.sizes.stream().allMatch(s -> s >= 0 && s <= Integer.MAX_VALUE);
      }
      if (size < 0 || stride < 0 || size > elements || stride > elements) {
        return false;
      }
      count *= size; // at most elements², below 2⁶²
      last += (size - 1) * stride;
      if (count > elements || last >= elements) {
        return false;
      }
    }
    return last < elements;
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public Set<String> names() {
    return views.keySet();
  }

  @Override
  public List<Long> sizes(String name) {
    return view(name).sizes;
  }

  @Override
  public Tensor tensor(String name) {
    View view = view(name);
    if (!view.storage.dtype.isReadable()) {
      throw new InputException(
          at(name) + "dtype " + view.storage.dtype + " is not a float type; " + REMEDY);
    }
    if (view.sizes.size() > MAX_RANK) {
      throw new InputException(
          at(name) + "shape " + view.sizes + " has more than 4 dimensions; " + REMEDY);
    }
    int[] sizes = view.sizes.stream().mapToInt(Math::toIntExact).toArray();
    int[] strides = view.strides.stream().mapToInt(Math::toIntExact).toArray();
    Shape shape = Shape.of(sizes);
    float[] elements = new float[shape.size()];
    if (elements.length == 0) {
      return Tensor.of(shape, elements);
    }
    try (ZipFile zip = zip(file)) {
      ZipEntry entry = zip.getEntry(prefix + "data/" + view.storage.key);
      if (entry == null || entry.getSize() != view.storage.elements * width(view.storage)) {
        throw new InputException(at(name) + "the file changed since it was opened; try again");
      }
      try (InputStream in = zip.getInputStream(entry)) {
        in.skipNBytes(view.offset * width(view.storage));
        if (isContiguous(sizes, strides)) {
          read(in, view.storage, elements);
        } else {
          float[] span = new float[1 + last(sizes, strides)];
          read(in, view.storage, span);
          gather(span, sizes, strides, elements);
        }
      }
    } catch (IOException e) {
      throw InputFile.unreadable(file, e);
    }
    return Tensor.of(shape, elements);
  }

  /// Whether the elements lie in the order of the tensor, without gaps.
  private static boolean isContiguous(int[] sizes, int[] strides) {
    int next = 1;
    for (int d = sizes.length - 1; d >= 0; d--) {
      if (sizes[d] > 1 && strides[d] != next) {
        return false;
      }
      next *= sizes[d];
    }
    return true;
  }

  /// The place of the last element behind the first.
  private static int last(int[] sizes, int[] strides) {
    int last = 0;
    for (int d = 0; d < sizes.length; d++) {
      last += (sizes[d] - 1) * strides[d];
    }
    return last;
  }

  private static void read(InputStream in, Storage storage, float[] elements) throws IOException {
    int width = width(storage);
    byte[] bytes = new byte[(int) Math.min(BUFFER, (long) elements.length * width)];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int done = 0; done < elements.length; ) {
      int count = Math.min(bytes.length / width, elements.length - done);
      if (in.readNBytes(bytes, 0, count * width) < count * width) {
        throw new EOFException("the file ends before its tensors do");
      }
      done = storage.dtype.decode(buffer.clear().limit(count * width), elements, done);
    }
  }

  private static void gather(float[] from, int[] sizes, int[] strides, float[] elements) {
    int[] index = new int[sizes.length];
    for (int i = 0; i < elements.length; i++) {
      int at = 0;
      for (int d = 0; d < sizes.length; d++) {
        at += index[d] * strides[d];
      }
      elements[i] = from[at];
      for (int d = sizes.length - 1; d >= 0 && ++index[d] == sizes[d]; d--) {
        index[d] = 0;
      }
    }
  }

  private static byte[] bytes(Path file, ZipFile zip, ZipEntry entry, int most) throws IOException {
    if (entry.getSize() > most || !isPlain(entry)) {
      throw new InputException(
          file
              + ": "
              + Quoted.of(entry.getName())
              + " is compressed or has more than "
              + most
              + " bytes; "
              + REMEDY);
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readNBytes(most);
    }
  }

  private View view(String name) {
    View view = views.get(name);
    if (view == null) {
      throw new InputException(
          file
              + ": holds no tensor "
              + Quoted.of(name)
              + " among its "
              + views.size()
              + "; check that the file belongs to this model");
    }
    return view;
  }

  private String at(String name) {
    return file + ": tensor " + Quoted.of(name) + ": ";
  }
}
