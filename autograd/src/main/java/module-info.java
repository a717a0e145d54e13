/// Reverse-mode automatic differentiation.
module jada.autograd {
  requires transitive jada.tensor;

  exports jada.autograd;
  exports jada.autograd.draw;
}
