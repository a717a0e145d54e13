/// Models with adapters: loading, adapting, prediction, evaluation.
///
/// [jada.adalora.model.Models] loads a base model by name or from a folder.
/// [jada.adalora.model.AdaLora] adds adapters and a head for a [jada.adalora.model.Task]; the
/// result is an [jada.adalora.model.AdaptedModel]. [jada.adalora.model.Predictor] predicts for
/// texts, [jada.adalora.model.Evaluator] evaluates it on labelled examples with the
/// [jada.adalora.model.Metrics].
///
/// {@snippet :
/// PretrainedModel base = Models.load("all-minilm-l6-v2");
/// AdaptedModel model = AdaLora.adapt(base, Task.classification("ham", "spam"), AdaLoraConfig.defaults());
/// }
///
/// Training is in [jada.adalora.training][jada.adalora.training], the files of an adapter are in
/// [jada.adalora.peft][jada.adalora.peft].
package jada.adalora.model;
