package jada.nn;

import jada.autograd.Variable;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// A family whose encoder is [BertEncoder]: it differs from others only in the names of its modules
/// and in the form of its head.
abstract class NamedFamily implements Family {
  private final BlockNames blocks;
  private final HeadForm head;

  NamedFamily(BlockNames blocks, HeadForm head) {
    this.blocks = blocks;
    this.head = head;
  }

  @Override
  public Stream<WeightSpec> weights(EncoderConfig config) {
    return blocks.weights(config);
  }

  @Override
  public Stream<WeightSpec> headWeights(EncoderConfig config, int outputs) {
    return head.weights(config, outputs);
  }

  @Override
  public Encoder encoder(
      EncoderConfig config, Function<String, Variable> weights, LinearFactory linears) {
    return BertEncoder.of(config, blocks, weights, linears, Optional.empty());
  }

  @Override
  public Head head(
      EncoderConfig config,
      int outputs,
      Function<String, Variable> weights,
      LinearFactory linears) {
    return ClassificationHead.of(config, head, outputs, weights, linears);
  }

  @Override
  public List<String> headModules() {
    return head.modules();
  }

  @Override
  public List<String> layerMatrices() {
    return blocks.matrices();
  }
}
