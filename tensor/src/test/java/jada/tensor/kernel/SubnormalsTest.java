package jada.tensor.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import jada.tensor.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SubnormalsTest {
  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

  /// Does what a native library may do, and then asks for workers twice.
  static final class Main {
    /// The flags FTZ and DAZ of the register MXCSR, which follows 28 bytes of glibc's fenv_t.
    private static final int FLAGS = 0x8040;

    private static final int MXCSR = 28;

    private Main() {}

    @SuppressWarnings("restricted") // calls of native code
    public static void main(String[] args) throws Throwable {
      Linker linker = Linker.nativeLinker();
      SymbolLookup libm = SymbolLookup.libraryLookup("libm.so.6", Arena.global());
      FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, ADDRESS);
      MethodHandle read = linker.downcallHandle(libm.findOrThrow("fegetenv"), type);
      MethodHandle write = linker.downcallHandle(libm.findOrThrow("fesetenv"), type);
      MemorySegment environment = Arena.global().allocate(MXCSR + Integer.BYTES, 8);
      int failed = (int) read.invokeExact(environment);
      environment.set(JAVA_INT, MXCSR, environment.get(JAVA_INT, MXCSR) | FLAGS);
      failed += (int) write.invokeExact(environment);
      Workers.of(1).close();
      Workers.of(1).close();
      System.out.println("failed calls " + failed);
    }
  }

  @Test
  void logs_once_that_native_code_makes_the_thread_flush_to_zero() throws Exception {
    assertThat(ChildJvm.logged(Main.class, NATIVE))
        .singleElement(STRING)
        .contains("WARNING", "below 1.2e-38", "-XX:+RestoreMXCSROnJNICalls");
  }

  @Test
  void logs_nothing_once_the_jvm_is_told_to_switch_back() throws Exception {
    assertThat(ChildJvm.logged(Main.class, NATIVE, "-XX:+RestoreMXCSROnJNICalls")).isEmpty();
  }
}
