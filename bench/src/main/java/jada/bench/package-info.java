/// JMH benchmarks, one subject a file. Each checks its answer against the scalar twin or plain loops
/// in its set-up, names its baseline, and says at its foot how to run it. How they are measured is
/// in [Measured].
///
///     mvn -q -DskipTests package
///     java -jar bench/target/benchmarks.jar                                          # all, for hours
///     java -jar bench/target/benchmarks.jar Linear                                   # one subject
///     java -jar bench/target/benchmarks.jar Linear -f 1 -wi 2 -i 3 -w 300ms -r 300ms # a look
///
/// A fork may compile well or badly: read the minimum and the median of at least five forks. Times
/// of different runs are not comparable; ratios within one run are.
///
/// The classes called Timing are programs: two of them measure Jada against itself
/// ([BudgetTiming], [GrowthTiming]), the others are Jada's side of the scripts in `compare/`.
/// `README.md` of this module says what is measured and how.
package jada.bench;
