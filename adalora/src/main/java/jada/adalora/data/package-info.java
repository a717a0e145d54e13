/// Labelled text: reading it, and naming its classes.
///
/// A [jada.adalora.data.DatasetReader] turns a file into a [jada.adalora.data.Dataset] of
/// [jada.adalora.data.Example]s or, without labels, into [jada.nn.text.Input]s.
/// [jada.adalora.data.Labels] numbers the classes of the training data and refuses a label it has
/// never seen. For sentence embeddings a reader makes examples of texts that belong together.
///
/// Whatever a file may hold, the answer is a dataset or one [jada.nn.files.InputException] whose
/// message names file and line and says what to do; a program that wants to go on catches that one
/// type.
///
/// {@snippet :
/// Dataset train = new DatasetReader().read(Path.of("train.tsv"));
/// Dataset dev = new DatasetReader().read(Path.of("dev.tsv"));
/// Labels labels = Labels.of(train);
/// int[] expected = labels.indices(dev);
/// }
package jada.adalora.data;
