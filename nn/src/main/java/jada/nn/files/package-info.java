/// Files, read as untrusted and written atomically: the base of all readers and writers of Jada.
///
/// | for | there is |
/// |---|---|
/// | what a user gave and cannot be used | [jada.nn.files.InputException], one line: what, the rule, the remedy |
/// | safetensors: a JSON header of names, types, shapes and offsets, then the numbers | [jada.nn.files.Safetensors], [jada.nn.files.SafetensorsWriter] |
/// | what `torch.save` wrote: a zip with a pickle, of which nothing is run | [jada.nn.files.TorchFile] |
/// | JSON, with limits on depth, length and numbers | [jada.nn.files.JsonFile] |
/// | a file that appears complete or not at all | [jada.nn.files.AtomicFile] |
/// | several files that belong together | [jada.nn.files.StagedFiles], [jada.nn.files.AtomicFolder] |
///
/// Every reader treats its file as untrusted until checked: lengths are compared with the size of
/// the file before memory is allocated, sums and products cannot overflow, nesting and counts have
/// limits. What cannot be used ends in an [jada.nn.files.InputException]; nothing else is ever
/// thrown for what a file contains.
///
/// Every writer writes to a temporary place, forces the bytes to disk and renames, so a target is
/// either unchanged or complete.
package jada.nn.files;
