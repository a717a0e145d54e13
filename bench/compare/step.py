"""Times training steps of Jada and of PyTorch + PEFT in turn and prints one table.

Neither side knows of the other; each round runs both, one after the other, so that a machine that
is busy for a minute is busy for both. A row is the median over the rounds; the ratio is the median
of the rounds' ratios, Jada's over PyTorch's.

    python3 bench/compare/step.py --peer-python peers-venv/bin/python --peer-step step.py \\
        --model minilm --method adalora --batch 16 --length 64

The script of the peer takes `minilm|distilbert adalora|lora BATCH LENGTH STEPS THREADS` and prints
`min N ms med N ms ... rss N MB`; so does jada.bench.StepTiming, which adds the share of the machine's
multiply-add peak that a step reaches and the bytes that it allocates.
"""
import re
import statistics

from sides import Row, java, output, parser, print_table, row

BOTH = {"min": ("ms", "fastest step", ""), "med": ("ms", "median step", "≤ 0.50"), "rss": ("MB", "peak memory", "≤ 0.60")}
JADA = {"peak": ("%", "share of the multiply-add peak", "≥ 70 %"), "allocated": ("MB/step", "allocated", "almost nothing")}


def figures(command, names):
    """The figures of one run, by name."""
    out = output(command)
    found = {}
    for name, (unit, *_) in names.items():
        match = re.search(rf"\b{name} ([\d.]+) {unit}", out)
        if not match:
            raise SystemExit(f"{command[0]}: no '{name} N {unit}' in: {out!r}")
        found[name] = float(match.group(1))
    return found


def rows(a):
    """Fastest step, median step and peak memory of both sides; share of the peak and allocation of Jada."""
    def work(steps):
        return [a.model, a.method, *map(str, (a.batch, a.length, steps, a.threads))]

    jada = java(a, "StepTiming", *work(a.steps))
    peer = [a.peer_python, a.peer_step, *work(a.peer_steps)]
    rounds = [(figures(jada, BOTH | JADA), figures(peer, BOTH)) for _ in range(a.rounds)]
    what = f"{a.model} {a.method} {a.batch} × {a.length}, {a.threads} threads"
    table = [row(f"{what}: {title}", unit, [(ours[name], theirs[name]) for ours, theirs in rounds], goal)
             for name, (unit, title, goal) in BOTH.items()]
    for name, (unit, title, goal) in JADA.items():
        median = statistics.median(ours[name] for ours, _ in rounds)
        table.append(Row(f"{what}: {title}", f"{median:.1f} {unit}", goal=goal))
    return table


def options(p):
    p.add_argument("--peer-step", required=True, help="script that times the peer's steps")
    p.add_argument("--model", default="minilm", choices=["minilm", "distilbert"])
    p.add_argument("--method", default="adalora", choices=["adalora", "lora"])
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--length", type=int, default=64)
    p.add_argument("--steps", type=int, default=40, help="Jada's; half of them warm up")
    p.add_argument("--peer-steps", type=int, default=15)


if __name__ == "__main__":
    p = parser(__doc__)
    options(p)
    print_table(rows(p.parse_args()))
