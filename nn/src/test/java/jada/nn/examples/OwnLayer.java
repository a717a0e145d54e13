package jada.nn.examples;

import jada.autograd.Constant;
import jada.autograd.Fused;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.nn.Batch;
import jada.nn.ClassificationHead;
import jada.nn.Encoder;
import jada.nn.Layer;
import jada.nn.Linear;
import jada.nn.LinearFactory;
import jada.nn.SequenceClassifier;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.optim.AdamW;
import jada.tensor.RandomSource;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An adapter of one's own: the values of attention are multiplied by a trained vector, one number
/// a channel (as IA³ does; Liu et al. 2022). It is a [Layer], and the model's builder asks a
/// [LinearFactory] for the layer of each matrix, so no file of `nn` changes.
///
/// @param below the frozen matrix
/// @param scale s (out), trained, starts at 1
public record OwnLayer(Linear below, Parameter scale) implements Layer {
  /// y = s ⊙ (x·Wᵀ + b): (T, in) -> (T, out).
  @Override
  public Variable forward(Variable x) {
    return Ops.multiplyRow(below.forward(x), scale);
  }

  /// Run it: `OwnLayer FOLDER YES-SENTENCE NO-SENTENCE` with a folder in Hugging Face layout.
  public static void main(String[] args) {
    PretrainedModel model = HuggingFaceFolder.read(Path.of(args[0]));
    List<Parameter> trained = new ArrayList<>();
    LinearFactory linears =
        (name, weight, bias) -> {
          Linear linear = new Linear(name, weight, bias);
          if (!name.endsWith(".value")) {
            return linear;
          }
          Tensor ones = Tensor.full(Shape.of(weight.shape().dim(0)), 1);
          Parameter scale = Parameter.of(name + ".scale", ones);
          trained.add(scale);
          return new OwnLayer(linear, scale);
        };
    // What the checkpoint has not got, the head's classifier, is made and trained.
    Map<String, Tensor> head = ClassificationHead.initial(model.config(), 2, RandomSource.of(1));
    SequenceClassifier network =
        new SequenceClassifier(
            Encoder.build(model.config(), name -> Constant.of(model.weights().get(name)), linears),
            ClassificationHead.build(
                model.config(),
                2,
                name -> {
                  Parameter weight = Parameter.of(name, head.get(name));
                  trained.add(weight);
                  return weight;
                },
                LinearFactory.PLAIN));
    Batch batch =
        Batch.of(
            List.of(args[1], args[2]).stream().map(s -> model.tokenizer().encode(s, 128)).toList());

    AdamW optimizer = AdamW.of(List.of(new AdamW.Group(trained, 0)));
    for (int t = 0; t <= 40; t++) {
      Variable loss = Fused.crossEntropy(network.logits(batch), new int[] {1, 0});
      if (t % 20 == 0) {
        System.out.println("step " + t + " loss " + loss.value().item());
      }
      optimizer.step(Gradients.of(loss), 0.02);
    }
    System.out.println(trained.getFirst());
  }
}
