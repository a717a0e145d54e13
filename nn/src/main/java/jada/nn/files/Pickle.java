package jada.nn.files;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the part of Python's pickle format that `torch.save` writes for weights by name.
///
/// A pickle is a program for a stack machine that may call any function of Python. This reader
/// calls nothing: a call is handed to [Calls], which knows a few names and refuses all others.
/// Opcodes and their meaning: CPython, Lib/pickletools.py.
///
/// Values are Java's: text is a [String], a whole number a [Long], a dict a [Map], a list a [List],
/// a tuple a [Tuple], None [#NONE].
final class Pickle {
  /// Python's None.
  static final Object NONE = new Object();

  private static final Object MARK = new Object();
  private static final int MOST_PROTOCOL = 5;

  /// A tuple.
  record Tuple(List<Object> items) {}

  /// A function or class of Python, by module and name.
  record Global(String module, String name) {
    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /// What a pickle may ask for beside plain values.
  interface Calls {
    /// The value of a call; empty if it is not allowed.
    Optional<Object> call(Global function, List<Object> arguments);

    /// The object that is stored elsewhere under this id; empty if the id makes no sense.
    Optional<Object> stored(Object id);
  }

  private final String source;
  private final ByteBuffer in;
  private final Calls calls;
  private final Deque<Object> stack = new ArrayDeque<>();
  private final Map<Integer, Object> memo = new HashMap<>();

  private Pickle(String source, byte[] bytes, Calls calls) {
    this.source = source;
    this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    this.calls = calls;
  }

  /// The value that a pickle describes.
  ///
  /// @param source named in errors
  /// @throws InputException if it is damaged or asks for what is not allowed
  static Object read(String source, byte[] bytes, Calls calls) {
    return new Pickle(source, bytes, calls).run();
  }

  private Object run() {
    try {
      while (true) {
        int opcode = in.get() & 0xff;
        if (opcode == '.') {
          return pop();
        }
        step(opcode);
      }
    } catch (BufferUnderflowException e) {
      throw damaged("ends in the middle", e);
    }
  }

  private void step(int opcode) {
    switch (opcode) {
      case 0x80 -> requireProtocol(in.get());
      case 0x95 -> in.getLong(); // FRAME: a hint for readers that buffer
      case '(' -> stack.push(MARK);
      case 'N' -> stack.push(NONE);
      case 0x88 -> stack.push(true);
      case 0x89 -> stack.push(false);
      case 'J' -> stack.push((long) in.getInt());
      case 'K' -> stack.push((long) (in.get() & 0xff));
      case 'M' -> stack.push((long) (in.getShort() & 0xffff));
      case 0x8a -> stack.push(wholeNumber(in.get() & 0xff));
      case 'G' -> stack.push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
      case 'X' -> stack.push(text(in.getInt()));
      case 0x8c -> stack.push(text(in.get() & 0xff));
      case ')' -> stack.push(new Tuple(List.of()));
      case 0x85 -> stack.push(new Tuple(popped(1)));
      case 0x86 -> stack.push(new Tuple(popped(2)));
      case 0x87 -> stack.push(new Tuple(popped(3)));
      case 't' -> stack.push(new Tuple(poppedToMark()));
      case ']' -> stack.push(new ArrayList<>());
      case 'a' -> append(popped(1));
      case 'e' -> append(poppedToMark());
      case '}' -> stack.push(new LinkedHashMap<>());
      case 's' -> put(popped(2));
      case 'u' -> put(poppedToMark());
      case 'q' -> memo.put(in.get() & 0xff, top());
      case 'r' -> memo.put(in.getInt(), top());
      case 0x94 -> memo.put(memo.size(), top());
      case 'h' -> stack.push(remembered(in.get() & 0xff));
      case 'j' -> stack.push(remembered(in.getInt()));
      case 'c' -> stack.push(new Global(line(), line()));
      case 0x93 -> global(popped(2));
      case 'Q' -> stack.push(stored(pop()));
      case 'R', 0x81 -> call(popped(2)); // of a function, of a class
      case 'b' -> build(popped(2));
      default ->
          throw new InputException(
              source
                  + ": holds opcode 0x"
                  + Integer.toHexString(opcode)
                  + " of Python's pickle, which no weights need; "
                  + TorchFile.REMEDY);
    }
  }

  private void requireProtocol(int protocol) {
    if (protocol > MOST_PROTOCOL) {
      throw new InputException(
          source + ": is a pickle of protocol " + protocol + "; " + TorchFile.REMEDY);
    }
  }

  private Object top() {
    if (stack.isEmpty()) {
      throw damaged("takes a value that is not there", null);
    }
    return stack.peek();
  }

  private Object pop() {
    Object value = top();
    if (value == MARK) {
      throw damaged("takes a value that is not there", null);
    }
    return stack.pop();
  }

  /// So many values, the one that was pushed first at the front.
  private List<Object> popped(int count) {
    Object[] values = new Object[count];
    for (int i = count; i-- > 0; ) {
      values[i] = pop();
    }
    return List.of(values);
  }

  private List<Object> poppedToMark() {
    List<Object> values = new ArrayList<>();
    while (top() != MARK) {
      values.add(stack.pop());
    }
    stack.pop();
    return values.reversed();
  }

  private void append(List<Object> values) {
    list(top()).addAll(values);
  }

  @SuppressWarnings("unchecked")
  private List<Object> list(Object value) {
    if (value instanceof ArrayList<?>) {
      return (List<Object>) value;
    }
    throw damaged("appends to what is no list", null);
  }

  private void put(List<Object> keysAndValues) {
    Map<Object, Object> map = map(top());
    if (keysAndValues.size() % 2 != 0) {
      throw damaged("has a key without a value", null);
    }
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      Object key = keysAndValues.get(i);
      if (!(key instanceof String || key instanceof Long)) {
        throw damaged("has a key that is neither text nor a whole number", null);
      }
      map.put(key, keysAndValues.get(i + 1));
    }
  }

  @SuppressWarnings("unchecked")
  private Map<Object, Object> map(Object value) {
    if (value instanceof LinkedHashMap<?, ?>) {
      return (Map<Object, Object>) value;
    }
    throw damaged("puts a value into what is no dict", null);
  }

  private Object remembered(int index) {
    Object value = memo.get(index);
    if (value == null) {
      throw damaged("refers to a value that is not there", null);
    }
    return value;
  }

  private void global(List<Object> moduleAndName) {
    if (moduleAndName.get(0) instanceof String module
        && moduleAndName.get(1) instanceof String name) {
      stack.push(new Global(module, name));
      return;
    }
    throw damaged("names a function by what is no text", null);
  }

  private Object stored(Object id) {
    return calls
        .stored(id)
        .orElseThrow(
            () -> damaged("refers to a storage that is not described as torch does", null));
  }

  private void call(List<Object> functionAndArguments) {
    if (functionAndArguments.get(0) instanceof Global function
        && functionAndArguments.get(1) instanceof Tuple arguments) {
      stack.push(calls.call(function, arguments.items()).orElseThrow(() -> forbidden(function)));
      return;
    }
    throw damaged("calls what is no function", null);
  }

  /// The state of an object, which only a dict may have here: torch notes versions of modules
  /// there.
  private void build(List<Object> objectAndState) {
    map(objectAndState.get(0));
    stack.push(objectAndState.get(0));
  }

  private InputException forbidden(Global function) {
    return new InputException(
        source
            + ": asks Python to call "
            + Quoted.of(function.toString())
            + ", which weights do not need and Jada never does; "
            + TorchFile.REMEDY);
  }

  private long wholeNumber(int bytes) {
    if (bytes > Long.BYTES) {
      throw damaged("holds a number of more than 64 bits", null);
    }
    long value = 0;
    int last = 0;
    for (int i = 0; i < bytes; i++) {
      last = in.get();
      value |= (last & 0xffL) << 8 * i;
    }
    return bytes < Long.BYTES && last < 0 ? value | -1L << 8 * bytes : value;
  }

  private String text(int length) {
    if (length < 0 || length > in.remaining()) {
      throw damaged("has a text that is longer than the file", null);
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String line() {
    StringBuilder line = new StringBuilder();
    for (int c = in.get(); c != '\n'; c = in.get()) {
      line.append((char) (c & 0xff));
    }
    return line.toString();
  }

  private InputException damaged(String how, Exception cause) {
    return new InputException(
        source + ": is not a sound pickle: " + how + "; fetch or save it again", cause);
  }
}
