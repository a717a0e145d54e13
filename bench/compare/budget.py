"""Compares Jada's AdaLoRA with Jada's LoRA and says what the three parts of AdaLoRA take of a step.

    python3 bench/compare/budget.py

Everything takes turns in one JVM, see jada.bench.BudgetTiming; each round starts a new one, and a figure is the
median of the rounds.
"""
import statistics

from sides import Row, java, output, parser, print_table


def tables(a):
    """The cells of one run's rows, by their first cell."""
    lines = output(java(a, "BudgetTiming", "minilm", 16, 64, a.steps, a.threads)).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return {name: (float(millis), float(share.removesuffix(" %"))) for name, millis, share in cells
            if millis != "ms"}


def rows(a):
    """AdaLoRA's steps against LoRA's; the parts."""
    runs = [tables(a) for _ in range(a.rounds)]
    median = {name: [statistics.median(run[name][i] for run in runs) for i in (0, 1)] for name in runs[0]}
    lora = next(name for name in median if name.startswith("LoRA"))
    rows = []
    for name, (millis, share) in median.items():
        if name.startswith("AdaLoRA"):
            goal = "≤ 1.05" if "dropped" in name else ""
            rows.append(Row(f"minilm 16 × 64: {name}; against Jada's {lora}", f"{millis:.0f} ms",
                            f"{median[lora][0]:.0f} ms", share, goal))
        elif name != lora:
            rows.append(Row(f"minilm 16 × 64: {name}", f"{millis:.2f} ms, {share:.2f} % of a step"))
    return rows


def options(p):
    p.add_argument("--steps", type=int, default=30, help="turns of each, in a round")


if __name__ == "__main__":
    p = parser(__doc__, peer=False)
    options(p)
    print_table(rows(p.parse_args()), peer="Jada's LoRA")
