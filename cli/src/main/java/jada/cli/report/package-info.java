/// Reports: the history recorded during a run, and one HTML page that shows it afterwards.
///
/// [jada.cli.report.Recorder] listens to a run and keeps its history, which
/// [jada.cli.report.RunHistory] writes to one file and reads back. From that file, the record of
/// the run and the saved adapter, [jada.cli.report.Report] makes a self-contained page, without
/// server or network. [jada.cli.report.LivePage] draws the same charts while a run goes on, for
/// browsers on the same machine.
///
/// Letters: T steps of the run, t a step, M adapted matrices, r triplets of each at the start, N =
/// M·r triplets in all. A triplet's place among the N is matrix · r + its index at the start.
package jada.cli.report;
