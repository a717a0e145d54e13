/// The command line `jada`: option parsing, progress, the files of a run, and errors in one line.
///
/// [jada.cli.Main] runs one command. Results go to standard output in UTF-8, everything meant for
/// people to standard error. The exit status is 0 when the work is done, 1 when it failed, 2 when
/// the command line or an input is wrong, and 130 or 143 when a signal stopped it.
///
/// A run's files appear all at once: they are written aside by [jada.cli.RunFolder] and moved to
/// their place when they are complete. While it goes on, checkpoints
/// ([jada.adalora.training.Checkpoint]) are made in a folder inside; `--resume` goes on from the
/// last one with the options of the run, `--repeat` does a run once more from its record
/// ([jada.cli.EarlierRun]). Both refuse other options, data and models by name.
package jada.cli;
