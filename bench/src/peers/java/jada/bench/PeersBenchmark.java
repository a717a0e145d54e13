package jada.bench;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import jada.tensor.kernel.Dispatcher;
import jada.tensor.kernel.Gemm;
import jada.tensor.kernel.Operand;
import java.util.concurrent.TimeUnit;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// The product C (m,n) = A (m,k)·B (k,n) by Jada and by what else computes it on a JVM, each on one
/// thread into memory that is there, all with the same operands and checked against the same scalar
/// twin. The row `gflop` is GFLOP/s. Baseline: `JADA`, with the packing of B in every call.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
    value = 5,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class PeersBenchmark extends Measured {
  /// m×n×k.
  @Param({"512x512x512", "1024x384x384", "1024x1536x384", "1024x384x1536", "1024x768x768"})
  public String shape;

  /// Who multiplies.
  @Param public Library library;

  private GemmOperands operands;
  private Product product;

  /// A product with its operands and result where the library wants them.
  interface Product {
    /// Computes C, row after row.
    void run();

    /// C, row after row.
    float[] result();
  }

  /// The libraries.
  public enum Library {
    /// [Gemm].
    JADA {
      @Override
      Product of(GemmOperands of) {
        float[] c = new float[of.m() * of.n()];
        Operand a = Operand.of(of.a().array(), 0, of.k());
        Operand b = Operand.of(of.b().array(), 0, of.n());
        return into(
            c,
            () -> Gemm.multiply(Dispatcher.SEQUENTIAL, of.m(), of.n(), of.k(), a, b, c, 0, of.n()));
      }
    },
    /// netlib's best pure Java: VectorBLAS where it runs.
    NETLIB_JAVA {
      @Override
      Product of(GemmOperands of) {
        return blas(JavaBLAS.getInstance(), of);
      }
    },
    /// The system's BLAS through netlib: fails where there is none.
    NETLIB_NATIVE {
      @Override
      Product of(GemmOperands of) {
        return blas(NativeBLAS.getInstance(), of);
      }
    },
    /// EJML's dense float matrices.
    EJML {
      @Override
      Product of(GemmOperands of) {
        FMatrixRMaj a = FMatrixRMaj.wrap(of.m(), of.k(), of.a().array());
        FMatrixRMaj b = FMatrixRMaj.wrap(of.k(), of.n(), of.b().array());
        FMatrixRMaj c = new FMatrixRMaj(of.m(), of.n());
        return into(c.data, () -> CommonOps_FDRM.mult(a, b, c));
      }
    },
    /// ND4J on its CPU backend, which multiplies with OpenBLAS; native.
    ND4J {
      @Override
      Product of(GemmOperands of) {
        Nd4j.getEnvironment().setMaxMasterThreads(1);
        Nd4j.getEnvironment().setMaxThreads(1);
        INDArray a = Nd4j.create(of.a().array(), new long[] {of.m(), of.k()}, 'c');
        INDArray b = Nd4j.create(of.b().array(), new long[] {of.k(), of.n()}, 'c');
        // Column-major, as its BLAS writes it: a row-major result would be copied.
        INDArray c = Nd4j.create(new long[] {of.m(), of.n()}, 'f');
        return new Product() {
          @Override
          public void run() {
            a.mmuli(b, c);
          }

          @Override
          public float[] result() {
            return c.dup('c').data().asFloat();
          }
        };
      }
    };

    abstract Product of(GemmOperands of);

    /// BLAS counts columns first, where a row-major matrix is its own transpose: Cᵀ = Bᵀ·Aᵀ.
    private static Product blas(BLAS blas, GemmOperands of) {
      float[] a = of.a().array();
      float[] b = of.b().array();
      float[] c = new float[of.m() * of.n()];
      return into(
          c,
          () ->
              blas.sgemm("N", "N", of.n(), of.m(), of.k(), 1, b, of.n(), a, of.k(), 0, c, of.n()));
    }

    private static Product into(float[] c, Runnable multiply) {
      return new Product() {
        @Override
        public void run() {
          multiply.run();
        }

        @Override
        public float[] result() {
          return c;
        }
      };
    }
  }

  /// Makes the operands and checks the product against the scalar twin.
  @Setup
  public void prepare() {
    operands = GemmOperands.of(shape);
    product = library.of(operands);
    product.run();
    operands.check(library + " " + shape, product.result());
  }

  /// A·B.
  @Benchmark
  public Object multiply(Rate rate) {
    rate.gflop += operands.gflop();
    product.run();
    return product;
  }
}

// mvn -q -Ppeers -DskipTests package
// OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
//   java -jar bench/target/peers/benchmarks.jar PeersBenchmark -foe false -p
// shape=1024x384x384
