/// Studies that anyone can repeat: arms × tasks × budgets × seeds from one small file.
///
/// A *plan* (`StudyPlan`) is a JSON file. An *arm* is a way to train, a *budget* an average rank,
/// and a *cell* one run: an arm on a task with a budget and a seed. [Study][jada.bench.study.Study]
/// runs the cells that have no line yet in results.jsonl, [StudyPage][jada.bench.study.StudyPage]
/// makes tables and plots of the lines. The README of bench tells how to use both.
package jada.bench.study;
