/// A run made visible: what is kept of it while it trains.
///
/// [jada.adalora.report.Recorder] listens to a run and keeps its history, which
/// [jada.adalora.report.RunHistory] writes to one file and reads back.
///
/// Letters: T steps of the run, t a step, M adapted matrices, r triplets of each at the start, N =
/// M·r triplets in all. A triplet's place among the N is matrix · r + its index at the start.
package jada.adalora.report;
