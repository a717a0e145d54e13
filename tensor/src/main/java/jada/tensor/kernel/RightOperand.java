package jada.tensor.kernel;

/// The right factor B of a product: as it is stored, or packed beforehand.
public sealed interface RightOperand permits Operand, PackedOperand {}
