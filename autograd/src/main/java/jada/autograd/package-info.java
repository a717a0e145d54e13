/// Reverse-mode automatic differentiation: the derivative of a scalar result with respect to every
/// parameter it was computed from.
///
/// # The idea
///
/// A model is a chain of operations that ends in a scalar loss L. An operation y = f(x) knows one thing
/// about derivatives: from the gradient of its output, G = ∂L/∂y, it computes the gradient of its
/// input,
///
///     ∂L/∂x = Jᵀ·G,    J = ∂y/∂x  (the vector-Jacobian product, vjp)
///
/// without ever forming J. Start with ∂L/∂L = 1, visit the operations in reverse order, and add the
/// gradients that reach the same input on several paths: that is all.
///
///     Parameter w = Parameter.of("w", Tensor.normal(Shape.of(2, 4), 0.02f, random));
///     Variable logits = Fused.linear(x, w, bias);                     // (T,4) -> (T,2)
///     Variable loss = Fused.crossEntropy(logits, labels);             // ()
///     Tensor dw = Gradients.of(loss).of(w);                           // (2,4)
///
/// # The types
///
/// A [jada.autograd.Variable] is one of three things. A [jada.autograd.Constant] is frozen. A
/// [jada.autograd.Parameter] is trained. A [jada.autograd.Result] was computed: it has a value, the
/// name of its operation, and an [jada.autograd.Edge] for each input: the input and its vjp. There are
/// no flags to set and no gradient fields to clear.
///
/// An operation is one expression, forward and derivative side by side:
///
///     /// Y = A·B.  A (m,k), B (k,n), Y (m,n).
///     public static Variable matmul(Variable a, Variable b) {
///       return Result.of("matmul", a.value().matmul(b.value()),
///           edge(a, g -> g.matmulTransposed(b.value())),    // dA = G·Bᵀ  (m,n)(n,k)
///           edge(b, g -> a.value().transposedMatmul(g)));   // dB = Aᵀ·G  (k,m)(m,n)
///     }
///
/// To add one: write such a method in [jada.autograd.Ops] or [jada.autograd.Fused] and a line in
/// the test `Operations`, which checks it with [jada.autograd.GradCheck] and fails if an operation is
/// missing.
///
/// # What frozen means
///
/// The vjp for a frozen input is dropped when the result is created, together with everything it would
/// have read. A result is itself frozen if all its inputs are. So the backward pass ends at the first
/// trained layer: nothing below it is visited or kept. In an adapted model, where the large weights are
/// constants, this is most of the saving.
///
/// Edges lead to operations, not to results. A value stays in memory as long as its result is
/// referenced or some derivative reads the value; the graph itself keeps no values.
///
/// # Work that derivatives share
///
/// Some derivatives of one operation share a part. With y = x·Wᵀ + ((x·Qᵀ) ⊙ λ)·Pᵀ those of x, λ and Q
/// all need V = G·P; those of attention all recompute the probabilities. The shared part is written
/// once, as a function of G, and passed to the edges that need it:
///
///     Shared<Tensor> v = g -> g.matmul(p.value());                    // V = G·P  (T,out)(out,r)
///     return Result.of("svdLinear", y,
///         edge(lambda, v, (g, gp) -> u.multiply(gp).sumRows()),       // dλ = Σ_t U ⊙ V  (r)
///         edge(q, v, (g, gp) -> ...),
///         edge(p, g -> ...));                                         // does not need it
///
/// [jada.autograd.Shared] holds no state. The backward pass computes it at most once per operation, when
/// the first live edge needs it, and drops the result when it leaves the operation.
///
/// # The backward pass
///
/// [jada.autograd.Gradients] visits operations by depth, deepest first, where the depth of an
/// operation is one more than that of its deepest input. All users of an operation are deeper than
/// it, so its gradient is complete when it is visited. There is no sorting pass and no recursion, and
/// only the frontier is held in memory. Contributions are added in the order in which they are
/// computed, so the bits of the sums depend on the graph alone. The pass releases each operation's
/// saved values behind itself; `Gradients.keepingGraph` does not.
///
/// # Two levels of operations
///
/// [jada.autograd.Ops] has the primitives. [jada.autograd.Fused] has the operations of the
/// transformer, each as one fused operation, for speed. [jada.autograd.Composed] has the same
/// operations composed of primitives, for reading, and a test checks that values and gradients agree.
/// [jada.autograd.draw.Graph] draws a graph.
///
/// # Letters
///
/// T tokens of a batch, B sequences, L tokens of one sequence, C channels, d channels of a head, K
/// classes, V words; W a weight (out,in), b a bias; P (out,r), λ (r), Q (r,in) the triplets of an
/// adapter of rank r; G the gradient of an output, dX that of X; ⊙ the elementwise product. `(T,in)
/// (in,out)` beside a product gives the shapes of its factors.
package jada.autograd;
