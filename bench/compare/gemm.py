"""Times matrix products of Jada and PyTorch in turns on the shapes of MiniLM and BERT-base.

    python3 bench/compare/gemm.py --peer-python peers-venv/bin/python

C (m,n) = A (m,k)·B. Both sides stay up and take turns of a tenth of a second, so that what disturbs the
machine disturbs both. Every round starts new processes, because a JVM compiles the same code well or badly.
Three forms: `linear`, A·Wᵀ as a layer computes it, with the packing of W; `prepacked`, the same with W packed
before, against the same product of PyTorch; `gradient`, A·W, with packing.

Figures are GFLOP/s, medians; a ratio is Jada's rate over PyTorch's, the median over all turns.
"""
import statistics

from sides import HERE, Row, Side, java, parser, print_table

SHAPES = ["1024x384x384", "1024x1536x384", "1024x384x1536", "1024x768x768", "1024x3072x768", "1024x768x3072"]
FORMS = ["linear", "prepacked", "gradient"]
SUMMED = ["linear", "prepacked"]
COLLECTORS = {"G1": "-XX:+UseG1GC", "Parallel": "-XX:+UseParallelGC", "Z": "-XX:+UseZGC"}
WARM_UP = 1.0


def rate(side, shape, form, threads, seconds):
    return float(side.ask(f"{shape} {form} {threads} {seconds}").split()[0])


def measure(a, collector, into):
    """One round: appends (Jada, PyTorch) to into[collector, shape, form, threads]."""
    with Side(java(a, "GemmTiming", options=COLLECTORS[collector])) as jada, \
            Side([a.peer_python, str(HERE / "torch_gemm.py")]) as torch:
        for form in FORMS:
            rate(jada, a.shapes[0], form, 1, WARM_UP)
        for shape in a.shapes:
            for form in FORMS:
                for threads in a.counts:
                    rate(jada, shape, form, threads, 2 * a.seconds)
                    rate(torch, shape, form, threads, 2 * a.seconds)
                for _ in range(a.turns):
                    for threads in a.counts:
                        pair = (rate(jada, shape, form, threads, a.seconds),
                                rate(torch, shape, form, threads, a.seconds))
                        into.setdefault((collector, shape, form, threads), []).append(pair)


def ratio(pairs):
    return statistics.median(ours / theirs for ours, theirs in pairs)


def rows(a):
    """For each of two forms and each number of threads one row over all shapes, and the gain of the last."""
    measured = {}
    for _ in range(a.rounds):
        for collector in a.collectors:
            measure(a, collector, measured)
    for threads in a.counts:
        print(f"\n{threads} thread{'s' * (threads > 1)}, GFLOP/s\n\n| collector | m×n×k | PyTorch |"
              + "".join(f" {form} | ratio |" for form in FORMS))
        print("|---|---|---|" + "---|---|" * len(FORMS))
        for collector in a.collectors:
            for shape in a.shapes:
                cells = [measured[collector, shape, form, threads] for form in FORMS]
                theirs = statistics.median(pair[1] for pair in cells[0])
                print(f"| {collector} | {shape} | {theirs:.0f} |" + "".join(
                    f" {statistics.median(pair[0] for pair in cell):.0f} | {ratio(cell):.2f} |" for cell in cells))
    print()
    table = []
    for collector in a.collectors:
        for form in SUMMED:
            for threads in a.counts:
                of = [measured[collector, shape, form, threads] for shape in a.shapes]
                mean = [statistics.geometric_mean(statistics.median(pair[side] for pair in pairs) for pairs in of)
                        for side in (0, 1)]
                table.append(Row(f"matrix product, {form}, geometric mean of {len(a.shapes)} shapes, "
                                 f"{threads} thread(s), {collector}",
                                 f"{mean[0]:.0f} GFLOP/s", f"{mean[1]:.0f} GFLOP/s",
                                 statistics.geometric_mean(ratio(pairs) for pairs in of),
                                 "≥ 0.95" if threads == 1 else ""))
            one, most = a.counts[0], a.counts[-1]
            if most > one:
                # Turns of one and of two threads follow each other.
                gain = [[statistics.median(many[side] / single[side] for single, many in
                                           zip(measured[collector, shape, form, one],
                                               measured[collector, shape, form, most])) for shape in a.shapes]
                        for side in (0, 1)]
                means = [statistics.geometric_mean(g) for g in gain]
                table.append(Row(f"{most} threads over {one}, {form}, {collector}", f"{means[0]:.2f} ×",
                                 f"{means[1]:.2f} ×", means[0] / means[1], "Jada's ≥ 1.85 ×"))
    return table


def options(p):
    p.add_argument("--shapes", nargs="+", default=SHAPES)
    p.add_argument("--collectors", nargs="+", default=list(COLLECTORS), choices=list(COLLECTORS))
    p.add_argument("--counts", nargs="+", type=int, default=[1, 2], help="numbers of threads")
    p.add_argument("--seconds", type=float, default=0.1, help="length of a turn")
    p.add_argument("--turns", type=int, default=5, help="in each round")


if __name__ == "__main__":
    p = parser(__doc__)
    options(p)
    print_table(rows(p.parse_args()))
