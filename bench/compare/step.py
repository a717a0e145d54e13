"""Times training steps of Jada and of PyTorch + PEFT in turn and prints one table.

Neither side knows of the other; each round runs both, one after the other, so that a machine that
is busy for a minute is busy for both. A row is the median over the rounds; the ratio is the median
of the rounds' ratios, Jada's over PyTorch's.

    python3 bench/compare/step.py --peer-python peers-venv/bin/python --peer-step step.py \\
        --model minilm --method adalora --batch 16 --length 64

The script of the peer takes `minilm|distilbert adalora|lora BATCH LENGTH STEPS THREADS` and prints
`min N ms med N ms ... rss N MB`; so does jada.bench.StepTiming.
"""
import re

from sides import java, output, parser, print_table, row

FIGURES = {"min": ("ms", "fastest step"), "med": ("ms", "median step"), "rss": ("MB", "peak memory")}
GOALS = {"med": "≤ 0.50", "rss": "≤ 0.60"}


def figures(command):
    """The figures of one run, by name."""
    out = output(command)
    found = {}
    for name, (unit, _) in FIGURES.items():
        match = re.search(rf"\b{name} (\d+) {unit}", out)
        if not match:
            raise SystemExit(f"{command[0]}: no '{name} N {unit}' in: {out!r}")
        found[name] = float(match.group(1))
    return found


def rows(a):
    """Fastest step, median step and peak memory."""
    def work(steps):
        return [a.model, a.method, *map(str, (a.batch, a.length, steps, a.threads))]

    jada = java(a, "StepTiming", *work(a.steps))
    peer = [a.peer_python, a.peer_step, *work(a.peer_steps)]
    rounds = [(figures(jada), figures(peer)) for _ in range(a.rounds)]
    what = f"{a.model} {a.method} {a.batch} × {a.length}, {a.threads} threads"
    return [row(f"{what}: {title}", unit, [(ours[name], theirs[name]) for ours, theirs in rounds],
                GOALS.get(name, "")) for name, (unit, title) in FIGURES.items()]


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
