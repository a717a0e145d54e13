package jada.nn;

import jada.autograd.Variable;
import jada.tensor.Shape;
import java.util.function.Function;

/// The weights of a model under construction, asked for by name and expected shape.
///
/// @param model what is built, for messages
/// @param source gives the weight of a name, or null where there is none, as `Map::get` does
/// @param linears makes the layers of matrices
record NamedWeights(String model, Function<String, Variable> source, LinearFactory linears) {

  /// The weight of the given name.
  ///
  /// @throws InputException if it is missing or has another shape
  Variable get(String name, int... dims) {
    Variable weight = source.apply(name);
    Shape expected = Shape.of(dims);
    if (weight == null) {
      throw new InputException(
          model + ": weight " + name + " " + expected + " is missing; is the model file complete?");
    }
    if (!weight.shape().equals(expected)) {
      throw new InputException(
          model
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

  /// A matrix (out, in) and its bias as a layer.
  ///
  /// @param prefix put before the name for the factory only
  Layer linear(String prefix, String name, int out, int in) {
    return linears.create(prefix + name, get(name + ".weight", out, in), get(name + ".bias", out));
  }

  LayerNorm layerNorm(String name, int channels, float epsilon) {
    return new LayerNorm(get(name + ".weight", channels), get(name + ".bias", channels), epsilon);
  }
}
