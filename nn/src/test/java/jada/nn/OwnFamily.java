package jada.nn;

import jada.autograd.Variable;
import jada.nn.files.ConfigJson;
import jada.nn.files.KeyLedger;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// A family that Jada does not know: BERT under another name, as a provider would bring it.
public final class OwnFamily implements Family {
  public OwnFamily() {}

  @Override
  public String type() {
    return "own";
  }

  @Override
  public KeyLedger keys() {
    return Families.BERT.keys();
  }

  @Override
  public EncoderConfig read(ConfigJson json) {
    return Families.BERT.read(json);
  }

  @Override
  public void write(EncoderConfig config, ObjectNode json) {
    Families.BERT.write(config, json);
  }

  @Override
  public List<String> tokenizers() {
    return Families.BERT.tokenizers();
  }

  @Override
  public String architecture(boolean classifies) {
    return Families.BERT.architecture(classifies);
  }

  @Override
  public Stream<WeightSpec> weights(EncoderConfig config) {
    return Families.BERT.weights(config);
  }

  @Override
  public Stream<WeightSpec> headWeights(EncoderConfig config, int outputs) {
    return Families.BERT.headWeights(config, outputs);
  }

  @Override
  public Encoder encoder(
      EncoderConfig config, Function<String, Variable> weights, LinearFactory linears) {
    return Families.BERT.encoder(config, weights, linears);
  }

  @Override
  public Head head(
      EncoderConfig config,
      int outputs,
      Function<String, Variable> weights,
      LinearFactory linears) {
    return Families.BERT.head(config, outputs, weights, linears);
  }

  @Override
  public List<String> headModules() {
    return Families.BERT.headModules();
  }

  @Override
  public List<String> besideEncoder() {
    return Families.BERT.besideEncoder();
  }

  @Override
  public List<String> attentionTargets() {
    return Families.BERT.attentionTargets();
  }

  @Override
  public List<String> layerMatrices() {
    return Families.BERT.layerMatrices();
  }
}
