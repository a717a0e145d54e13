package jada.autograd;

/// What an edge leads to: a parameter, or the operation that computed a result. Deliberately not
/// the result itself: the graph then keeps alive only the values that some derivative reads.
sealed interface Source permits Parameter, Node {}
