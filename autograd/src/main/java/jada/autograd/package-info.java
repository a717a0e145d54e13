/// Reverse-mode automatic differentiation over tensors.
package jada.autograd;
