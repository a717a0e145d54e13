/// The inner loops: every kernel once as plain scalar Java and once on the vector unit.
///
/// [jada.tensor.kernel.Kernels] is the entry point. [jada.tensor.kernel.ScalarKernels] is the
/// oracle, the baseline and the textbook. Its vector twin uses `jdk.incubator.vector`, which no
/// other package of the project imports. Matrix products are in [jada.tensor.kernel.Gemm].
///
/// Kernels work on `float[]` ranges, allocate nothing, check their arguments only with `assert`,
/// and run on the calling thread; the caller splits the work into blocks. Out-parameters come last
/// and are overwritten unless the documentation says accumulated. An output may be the same array
/// as an input if both are indexed alike.
///
/// Words of matrix products, as BLIS uses them: the *micro-kernel* computes a *micro-tile* of `mr`
/// × `nr` elements of C in registers; a *micro-panel* holds `mr` rows of A or `nr` columns of B in
/// the order in which the micro-kernel reads them; the *macro-kernel* runs over a packed block of
/// `mc` rows and `kc` columns of A; `nc` columns of B are packed at a time.
package jada.tensor.kernel;
