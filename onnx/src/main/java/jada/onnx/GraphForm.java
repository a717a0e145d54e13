package jada.onnx;

import jada.nn.Bert;
import jada.nn.BlockNames;
import jada.nn.DistilBert;
import jada.nn.EncoderConfig;
import jada.nn.Family;
import jada.nn.Mpnet;
import jada.nn.Roberta;
import jada.nn.files.InputException;
import jada.nn.files.Quoted;

/// In what the graph of one family differs from that of another.
///
/// @param blocks the modules of a layer
/// @param types what is done with token types
/// @param positions from where positions count
/// @param relative whether attention adds a bias by distance
/// @param activation the operator between the two matrices of the head
record GraphForm(
    BlockNames blocks, Types types, Positions positions, boolean relative, String activation) {

  /// What is done with token types.
  enum Types {
    /// They are an input.
    GIVEN,
    /// There is one, whose vector is added to every token.
    ONE,
    NONE
  }

  /// From where positions count.
  enum Positions {
    FROM_ZERO,
    /// From the padding token's id + 1; padding has the padding token's.
    FROM_PADDING
  }

  /// The form of a configuration's family.
  ///
  /// @throws InputException if the family is none of Jada's own
  static GraphForm of(EncoderConfig config) {
    Family family = config.family();
    return switch (family) {
      case Bert _ -> new GraphForm(Bert.BLOCKS, Types.GIVEN, Positions.FROM_ZERO, false, "Tanh");
      case DistilBert _ ->
          new GraphForm(DistilBert.BLOCKS, Types.NONE, Positions.FROM_ZERO, false, "Relu");
      case Roberta _ ->
          new GraphForm(Bert.BLOCKS, Types.ONE, Positions.FROM_PADDING, false, "Tanh");
      case Mpnet _ -> new GraphForm(Mpnet.BLOCKS, Types.NONE, Positions.FROM_PADDING, true, "Tanh");
      default ->
          throw new InputException(
              "onnx: models of the family "
                  + Quoted.of(family.type())
                  + " cannot be written as ONNX; use one of bert, distilbert, roberta,"
                  + " xlm-roberta, camembert and mpnet");
    };
  }
}
