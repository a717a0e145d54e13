/// JMH benchmarks, one subject a file. Each checks its answer against plain loops in its set-up, names its baseline, and says at its foot how to run it.
///
///     mvn -q -DskipTests package
///     java -jar bench/target/benchmarks.jar              # all
///     java -jar bench/target/benchmarks.jar Linear -f 5  # one, in five forks
///
/// A fork may compile well or badly: read the minimum and the median of at least five forks. Times
/// of different runs are not comparable; ratios within one run are.
package jada.bench;
