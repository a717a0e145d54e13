/// Dense float tensors and the kernels behind them.
@SuppressWarnings("module") // names modules above this one, which javac has not seen yet
module jada.tensor {
  // Present when the JVM was started with --add-modules jdk.incubator.vector; without it the scalar
  // twins compute.
  requires static jdk.incubator.vector;

  exports jada.tensor;
  exports jada.tensor.kernel to
      jada.autograd,
      jada.nn,
      jada.adalora,
      jada.cli;
}
