package jada.adalora;

import jada.nn.Linear;
import jada.tensor.RandomSource;

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
    return SvdLinear.start(layer, config, config.initRank(), random);
  }

  @Override
  public String toString() {
    return name();
  }
}
