/// A pretrained encoder with adapters and a head: made, asked, and judged.
///
/// [jada.adalora.model.Models] loads a base model by name or from a folder.
/// [jada.adalora.model.AdaLora] puts adapters beside its matrices and a head for a
/// [jada.adalora.model.Task] on top; the result is an [jada.adalora.model.AdaptedModel].
/// [jada.adalora.model.Predictor] asks it about texts, [jada.adalora.model.Evaluator] compares its
/// answers with labels, [jada.adalora.model.Metrics] says in numbers how well they agree.
///
/// {@snippet :
/// PretrainedModel base = Models.load("all-minilm-l6-v2");
/// AdaptedModel model = AdaLora.adapt(base, Task.classification("ham", "spam"), AdaLoraConfig.defaults());
/// }
///
/// Training is in [jada.adalora.training][jada.adalora.training], the files of an adapter are in
/// [jada.adalora.peft][jada.adalora.peft].
package jada.adalora.model;
