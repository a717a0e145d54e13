/// Reverse-mode automatic differentiation: from a number that a computation ends in, back to the
/// derivative of that number with respect to every parameter that went in.
///
/// # The idea
///
/// A model is a chain of operations that ends in a loss L, one number. An operation y = f(x) knows
/// one thing about derivatives: given G = ∂L/∂y, how much L moves with each element of its output,
/// it can say how much L moves with each element of its input,
///
///     ∂L/∂x = Jᵀ·G,    J = ∂y/∂x  (the vector-Jacobian product, vjp)
///
/// without ever writing J down. Start with ∂L/∂L = 1 at the end, visit the operations against the
/// direction of the computation, add what arrives at the same place by several ways: that is all.
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
/// name of its operation, and an [jada.autograd.Edge] for each input, which is the input and its
/// vjp. There are no flags to set and no gradient fields to clear.
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
/// the test `Operations`, which feeds it to [jada.autograd.GradCheck] and will not let it be
/// forgotten.
///
/// # What frozen means
///
/// The vjp towards a frozen input is dropped when the result is made, and so is whatever it would
/// have read. A result all of whose inputs are frozen is itself frozen. So the backward walk ends
/// at the first trained layer: nothing below it is visited, and nothing below it was kept. In an
/// adapted model, where the large weights are constants, this is most of the saving.
///
/// Edges lead to operations, not to results. The value of a result lives as long as somebody holds
/// the result, or some derivative reads the value; the graph as such keeps no values.
///
/// # Work that derivatives share
///
/// Some derivatives of one operation have a part in common. With y = x·Wᵀ + ((x·Qᵀ) ⊙ λ)·Pᵀ those
/// of x, λ and Q all begin with V = G·P; those of attention all begin by computing the
/// probabilities again. Such a part is named once, as a function of G, and the edges that want it
/// say so:
///
///     Shared<Tensor> v = g -> g.matmul(p.value());                    // V = G·P  (T,out)(out,r)
///     return Result.of("svdLinear", y,
///         edge(lambda, v, (g, gp) -> u.multiply(gp).sumRows()),       // dλ = Σ_t U ⊙ V  (r)
///         edge(q, v, (g, gp) -> ...),
///         edge(p, g -> ...));                                         // does not want it
///
/// [jada.autograd.Shared] holds no state. The walk keeps what it computed while it visits this one
/// operation, at most once, only if a live edge asks, and lets go of it when it moves on.
///
/// # The walk
///
/// [jada.autograd.Gradients] visits operations by depth, deepest first, where the depth of an
/// operation is one more than that of its deepest input. All users of an operation are deeper than
/// it, so its gradient is complete when its turn comes; no sorting pass, no recursion, and only the
/// frontier is held. Contributions are added in the order in which the walk makes them, so the bits
/// of the sums depend on the graph alone. The walk takes the graph apart behind itself, which sets
/// free what each operation saved; `Gradients.keepingGraph` leaves it standing.
///
/// # Two levels of operations
///
/// [jada.autograd.Ops] has the primitives. [jada.autograd.Fused] has the operations of the
/// transformer in one piece each, for speed; [jada.autograd.Composed] has the same ones composed of
/// primitives, for reading, and a test holds them equal in value and gradients.
/// [jada.autograd.Graph] draws what was built.
///
/// # Letters
///
/// T tokens of a batch, B sequences, L tokens of one sequence, C channels, d channels of a head, K
/// classes, V words; W a weight (out,in), b a bias; P (out,r), λ (r), Q (r,in) the triplets of an
/// adapter of rank r; G the gradient of an output, dX that of X; ⊙ the elementwise product. `(T,in)
/// (in,out)` beside a product are the shapes of its factors.
package jada.autograd;
