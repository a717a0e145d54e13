package jada.tensor.kernel;

/// The right factor B of a product: in place, or packed beforehand.
public sealed interface RightOperand permits Operand, PackedOperand {}
