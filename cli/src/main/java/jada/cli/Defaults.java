package jada.cli;

import jada.adalora.AdaLoraConfig;
import jada.adalora.data.EmptyTexts;
import jada.adalora.data.OddLabels;
import jada.adalora.training.TrainingOptions;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Gives the options the defaults of the library, so that they are defined in one place.
final class Defaults implements IDefaultValueProvider {
  private final Map<String, Object> values = new TreeMap<>();

  Defaults() {
    values.putAll(of(AdaLoraConfig.defaults()));
    TrainingOptions options = TrainingOptions.defaults();
    values.put("--epochs", options.epochs());
    values.put("--max-steps", options.maxSteps());
    values.put("--batch-size", options.batchSize());
    values.put("--accumulate", options.accumulate());
    values.put("--class-weights", options.classWeights());
    values.put("--label-smoothing", options.labelSmoothing());
    values.put("--eval-every", options.evalEvery());
    values.put("--keep", options.keep());
    values.put("--patience", options.patience());
    values.put("--schedule", options.schedule());
    values.put("--weight-decay", options.weightDecay());
    values.put("--warmup-ratio", options.warmupRatio());
    values.put("--max-grad-norm", options.maxGradNorm());
    values.put("--seed", options.seed());
    values.put("--threads", options.threads());
    values.put("--encoding", StandardCharsets.UTF_8);
    values.put("--checkpoint-every", 0);
    values.put("--empty", EmptyTexts.REFUSE);
    values.put("--odd-labels", OddLabels.REFUSE);
  }

  /// The values of a configuration by the option that sets them; without those whose default
  /// depends on another option.
  static Map<String, Object> of(AdaLoraConfig config) {
    Map<String, Object> values = new TreeMap<>();
    values.put("--method", config.method());
    values.put("--target-modules", config.targetModules());
    values.put("--target-r", config.targetRank());
    values.put("--lora-dropout", config.loraDropout());
    values.put("--orth-reg-weight", config.orthRegWeight());
    values.put("--beta1", config.beta1());
    values.put("--beta2", config.beta2());
    values.put("--tinit", config.tinit());
    values.put("--tfinal", config.tfinal());
    values.put("--delta-t", config.deltaT());
    values.put("--importance", config.importance());
    values.put("--init", config.init());
    values.put("--orth-penalty", config.orthPenalty());
    values.put("--compact", config.compact());
    values.put("--budget-unit", config.budgetUnit());
    values.put("--scaling", config.scaling());
    values.put("--lambda-rate", config.lambdaRate());
    values.put("--gauge", config.gauge());
    return values;
  }

  @Override
  public String defaultValue(ArgSpec argument) {
    if (argument instanceof OptionSpec option
        && values.get(option.longestName()) instanceof Object value) {
      return value instanceof Enum<?> constant ? Choices.name(constant) : value.toString();
    }
    return null; // picocli's word for: no default
  }
}
