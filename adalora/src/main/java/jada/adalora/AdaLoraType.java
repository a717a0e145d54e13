package jada.adalora;

import jada.nn.Linear;
import jada.nn.files.InputException;
import jada.tensor.RandomSource;
import jada.tensor.Shape;

/// [SvdLinear] in every adapted matrix, all of the rank init_r; [AdaptiveRanks] prunes them.
final class AdaLoraType implements AdapterType {
  @Override
  public String name() {
    return "adalora";
  }

  @Override
  public String peftType() {
    return "ADALORA";
  }

  @Override
  public void requireConsistent(AdaLoraConfig config) {
    config.requireConsistent();
  }

  @Override
  public Adapter start(Linear layer, AdaLoraConfig config, RandomSource random) {
    Shape shape = layer.weight().shape();
    int out = shape.dim(0);
    int in = shape.dim(1);
    boolean orthonormal = config.init() == TripletStart.ORTHONORMAL || config.gauge() != Gauge.NONE;
    if (orthonormal && config.initRank() > Math.min(out, in)) {
      throw new InputException(
          "init-r "
              + config.initRank()
              + ": "
              + layer.name()
              + " is "
              + shape
              + " and has no more than "
              + Math.min(out, in)
              + " orthonormal directions; lower init-r, or use the gaussian start"
              + (config.gauge() == Gauge.NONE ? "" : " without a gauge"));
    }
    Triplets triplets = config.init().triplets(out, in, config.initRank(), random);
    return SvdLinear.of(
        layer.name(), layer.weight(), layer.bias(), triplets, config.scale(), config.loraDropout());
  }

  @Override
  public String toString() {
    return name();
  }
}
