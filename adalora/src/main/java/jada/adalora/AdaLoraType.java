package jada.adalora;

import jada.nn.Linear;
import jada.tensor.RandomSource;
import java.util.Collection;
import java.util.List;

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
  public RankControl rankControl(
      AdaLoraConfig config, Collection<Adapter> adapters, int totalSteps) {
    List<SvdLinear> own = adapters.stream().map(SvdLinear.class::cast).toList();
    return own.isEmpty() ? RankControl.NONE : new AdaptiveRanks(config, own, totalSteps);
  }

  @Override
  public String toString() {
    return name();
  }
}
