package jada.adalora;

import jada.nn.Linear;
import jada.tensor.RandomSource;

/// [LoraLinear] in every adapted matrix, all of the rank target_r.
final class LoraType implements AdapterType {
  @Override
  public String name() {
    return "lora";
  }

  @Override
  public String peftType() {
    return "LORA";
  }

  @Override
  public Adapter start(Linear layer, AdaLoraConfig config, RandomSource random) {
    int rank = config.targetRank();
    float scale = (float) (config.alpha() / rank);
    return LoraLinear.start(
        layer.name(), layer.weight(), layer.bias(), rank, scale, config.loraDropout(), random);
  }

  @Override
  public String toString() {
    return name();
  }
}
