package jada.nn;

import jada.autograd.Variable;
import jada.nn.files.InputException;
import jada.tensor.Shape;
import java.util.function.Function;

/// The weights of a model under construction, by name and expected shape.
///
/// @param part what of the model is built, for messages
/// @param family whose names the modules have
/// @param source gives the weight of a name, or null where there is none, as `Map::get` does
/// @param linears makes the layers of matrices
record NamedWeights(
    String part, Family family, Function<String, Variable> source, LinearFactory linears) {

  /// The weight of the given name.
  ///
  /// @throws InputException if it is missing or has another shape
  Variable get(String name, int... dims) {
    Variable weight = source.apply(name);
    Shape expected = Shape.of(dims);
    if (weight == null) {
      throw new InputException(
          model()
              + ": weight "
              + name
              + " "
              + expected
              + " is missing; is the model file complete?");
    }
    if (!weight.shape().equals(expected)) {
      throw new InputException(
          model()
              + ": weight "
              + name
              + " is "
              + weight.shape()
              + ", the configuration needs "
              + expected
              + "; the configuration and the weights do not belong together");
    }
    return weight;
  }

  /// A matrix (out, in) and its bias as a layer. The factory gets the module's whole path.
  Layer linear(String name, int out, int in) {
    return linears.create(
        family.path(name), get(name + ".weight", out, in), get(name + ".bias", out));
  }

  LayerNorm layerNorm(String name, int channels, float epsilon) {
    return new LayerNorm(get(name + ".weight", channels), get(name + ".bias", channels), epsilon);
  }

  private String model() {
    return family.type() + " " + part;
  }
}
