/// Labelled text: reading it, naming its classes, and judging predictions.
///
/// A [jada.adalora.data.DatasetReader] turns a file into a [jada.adalora.data.Dataset] of
/// [jada.adalora.data.Example]s or, without labels, into [jada.adalora.data.Input]s.
/// [jada.adalora.data.Labels] numbers the classes of the training data and refuses a label it has
/// never seen. [jada.adalora.data.Metrics] compares predictions with the truth as GLUE does.
///
/// Whatever a file may hold, the answer is a dataset or one [jada.nn.InputException] whose message
/// names file and line and says what to do; a program that wants to go on catches that one type.
///
/// {@snippet :
/// Dataset train = new DatasetReader().read(Path.of("train.tsv"));
/// Dataset dev = new DatasetReader().read(Path.of("dev.tsv"));
/// Labels labels = Labels.of(train);
/// int[] expected = labels.indices(dev);
/// }
package jada.adalora.data;
