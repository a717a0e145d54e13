package jada.adalora.peft;

import jada.adalora.LoraLinear;
import jada.adalora.Method;
import jada.autograd.Constant;
import jada.nn.Family;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.InputException;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// What an adapter's file changes in the base model beside its matrices of low rank:
///
///     b' = the bias in the file         (bias "all" or "lora_only", modules_to_save)
///     b' = b + s·b_B                    (lora_bias: the bias of the product by B)
///     W' = the weight in the file       (modules_to_save)
///     E' = E + s·(B·A)ᵀ                 (LoRA on a table of embeddings)
///     W' = diag(m/‖W + ΔW‖)·(W + ΔW)    (DoRA, Liu et al. 2024: a length m for each row)
///
/// A layer that has an adapter is called `<module>.base_layer` in names of its own weights, as PEFT
/// wraps it.
final class ChangedWeights {
  private static final String BASE_LAYER = ".base_layer.";
  private static final String MAGNITUDE = ".lora_magnitude_vector";

  private final PretrainedModel base;
  private final PeftConfig config;
  private final SavedTensors tensors;
  private boolean hasEmbeddings;

  ChangedWeights(PretrainedModel base, PeftConfig config, SavedTensors tensors) {
    this.base = base;
    this.config = config;
    this.tensors = tensors;
  }

  /// The changed weights by name without prefix.
  ///
  /// @param taken those of the head, which are taken already
  /// @throws InputException if a tensor does not fit its weight
  Map<String, Tensor> read(Set<String> taken) {
    Family family = base.config().family();
    // PEFT keeps the module that training began from, and with biases saves parts of both.
    tensors.forget(name -> name.contains(".original_module."));
    tensors.forget(
        name -> {
          String plain = name.replaceFirst("\\.modules_to_save(\\.default)?\\.", ".");
          return !plain.equals(name) && (tensors.has(plain) || taken.contains(family.bare(plain)));
        });
    Map<String, Tensor> changed = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> weight : base.weights().entrySet()) {
      if (!taken.contains(weight.getKey())) {
        String path = family.path(weight.getKey());
        int dot = path.lastIndexOf('.');
        read(path.substring(0, dot), path.substring(dot + 1), weight, changed);
      }
    }
    return changed;
  }

  private void read(
      String module, String kind, Map.Entry<String, Tensor> weight, Map<String, Tensor> changed) {
    Tensor value = weight.getValue();
    Shape shape = value.shape();
    String plain = module + "." + kind;
    if (tensors.has(module + BASE_LAYER + kind)) {
      value = tensors.take(module + BASE_LAYER + kind, shape);
    } else if (!isAdapted(module)
        && (tensors.has(plain) || config.peftTargets().isTrainedWhole(module))) {
      value = tensors.take(plain, shape); // fails if it is missing
    }
    if (config.method() == Method.LORA) {
      if (kind.equals("bias") && config.hasLoraBias() && tensors.has(module + ".lora_A.weight")) {
        Tensor bias = tensors.take(module + ".lora_B.bias", shape);
        value = value.add(bias.scale(config.scale(module)));
      } else if (kind.equals("weight") && tensors.has(module + ".lora_embedding_A")) {
        value = embeddings(module, value);
        hasEmbeddings = true;
      }
    }
    if (value != weight.getValue()) {
      changed.put(weight.getKey(), value);
    }
  }

  /// Whether [#read] has found an adapter on a table of embeddings.
  boolean hasEmbeddings() {
    return hasEmbeddings;
  }

  private boolean isAdapted(String module) {
    return tensors.has(module + ".lora_A.weight")
        || tensors.has(module + ".lora_A")
        || tensors.has(module + ".lora_embedding_A");
  }

  /// A table (V, C) with LoRA's A (r, V) and B (C, r).
  private Tensor embeddings(String module, Tensor table) {
    int rows = table.shape().dim(0);
    int channels = table.shape().dim(1);
    int r = config.rank(module);
    Tensor a = tensors.take(module + ".lora_embedding_A", r, rows);
    Tensor b = tensors.take(module + ".lora_embedding_B", channels, r);
    Tensor whole = table.add(b.matmul(a).transpose().scale(config.scale(module))); // (V, C)
    return config.usesDora()
        ? scaleRows(whole.transpose(), rowFactors(module, whole.transpose())).transpose()
        : whole;
  }

  /// An adapter with the length that DoRA gives the rows of W + ΔW: both are multiplied by m/‖W +
  /// ΔW‖, which leaves ΔW a product of low rank. The weight of the result is no longer the base
  /// model's.
  LoraLinear withLengths(LoraLinear adapter, double dropout) {
    Tensor w = adapter.weight().value();
    float[] factors = rowFactors(adapter.name(), w.add(adapter.delta()));
    return new LoraLinear(
        adapter.name(),
        Constant.of(scaleRows(w, factors)),
        adapter.bias(),
        adapter.a().value(),
        scaleRows(adapter.b().value(), factors),
        adapter.scale(),
        dropout);
  }

  /// m/‖row‖ for each row of a matrix.
  private float[] rowFactors(String module, Tensor whole) {
    int rows = whole.shape().dim(0);
    int columns = whole.shape().dim(1);
    String name = module + MAGNITUDE;
    float[] lengths =
        tensors.take(tensors.has(name) ? name : name + ".weight", rows).array().clone();
    for (int i = 0; i < rows; i++) {
      double squares = 0;
      for (int j = 0; j < columns; j++) {
        squares += (double) whole.get(i, j) * whole.get(i, j);
      }
      lengths[i] = (float) (lengths[i] / Math.sqrt(squares));
      if (!Float.isFinite(lengths[i])) {
        throw new InputException(
            "%s: row %s of base matrix and adapter is 0 and cannot get the length that DoRA gives"
                    .formatted(module, i)
                + " it; adapter and base model do not belong together");
      }
    }
    return lengths;
  }

  private static Tensor scaleRows(Tensor matrix, float[] factors) {
    float[] scaled = matrix.array().clone();
    int columns = matrix.shape().dim(1);
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factors[i / columns];
    }
    return Tensor.of(matrix.shape(), scaled);
  }

  /// The name that a weight has in a file: that of the layer within, if it has an adapter.
  ///
  /// @param path the weight with the prefix of its family
  /// @param adapted the modules that have one
  static String nameInFile(String path, Set<String> adapted) {
    int dot = path.lastIndexOf('.');
    String module = path.substring(0, dot);
    return adapted.contains(module) ? module + BASE_LAYER + path.substring(dot + 1) : path;
  }
}
