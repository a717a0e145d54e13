/// The loops: every kernel once as plain scalar Java and once on the vector unit.
///
/// [jada.tensor.kernel.Kernels] is the door. [jada.tensor.kernel.ScalarKernels] is the oracle, the
/// baseline and the textbook. Its vector twin computes the same with `jdk.incubator.vector`, which
/// no other package of the project imports. Matrix products are in [jada.tensor.kernel.Gemm].
///
/// Kernels work on `float[]` ranges, allocate nothing, check nothing but with `assert`, and run on
/// the calling thread; whoever calls them cuts the work into blocks. Out-parameters come last and
/// are overwritten unless the documentation says accumulated. An output may be the same array as an
/// input where both are indexed alike.
package jada.tensor.kernel;
