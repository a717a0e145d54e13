/// Dense float tensors: the type, its pure operations, threads, random numbers and linear algebra.
///
/// A [jada.tensor.Tensor] is a [jada.tensor.Shape] of one to four sizes (or none: a scalar) and one
/// `float[]` that holds the elements in row-major order without gaps. There are no views and no
/// strides in the public type, and no implicit broadcasting: where a row is added to every row of a
/// matrix, the operation says so in its name.
///
/// Operations are pure: they return new tensors and leave their operands alone. They compute on the
/// [jada.tensor.Workers] bound to the calling thread. The order of arithmetic does not depend on
/// the number of threads, so the same input gives the same bits on 1, 2 or 64 threads.
///
/// There are two decompositions. [jada.tensor.Qr], A = Q·R with QᵀQ = I, gives orthonormal initial
/// factors; [jada.tensor.Svd], A = U·diag(σ)·Vᵀ, shows the singular values of a low-rank update.
///
/// The inner loops, scalar and on the vector unit, are in `jada.tensor.kernel`. Start reading at
/// [jada.tensor.Tensor#matmul].
///
/// Letters used in the documentation: `m`, `n`, `k` sizes of matrices; `T` tokens, `C` channels.
package jada.tensor;
