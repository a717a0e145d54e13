"""Times training steps of Jada and of PyTorch + PEFT in turn and prints one table.

Neither side knows of the other; each round runs both, one after the other, so that a machine that
is busy for a minute is busy for both. A row is the median over the rounds; the ratio is the median
of the rounds' ratios, Jada's over PyTorch's.

    python3 bench/compare/step.py --peer-python peers-venv/bin/python --peer-script step.py \\
        --jar bench/target/benchmarks.jar --model minilm --method adalora --batch 16 --length 64

The script of the peer takes `minilm|distilbert adalora|lora BATCH LENGTH STEPS THREADS` and prints
`min N ms med N ms ... rss N MB`; so does jada.bench.StepTiming.
"""
import argparse
import re
import statistics
import subprocess

FIGURES = {"min": "ms", "med": "ms", "rss": "MB"}
NAMES = {"min": "fastest step, ms", "med": "median step, ms", "rss": "peak memory, MB"}


def figures(command):
    """The figures of one run, by name."""
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {}
    for name, unit in FIGURES.items():
        match = re.search(rf"\b{name} (\d+) {unit}", out)
        if not match:
            raise SystemExit(f"{command[0]}: no '{name} N {unit}' in: {out!r}")
        found[name] = float(match.group(1))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", required=True, help="Python with torch and peft")
    parser.add_argument("--peer-script", required=True, help="prints the peer's line")
    parser.add_argument("--java", default="java", help="JDK 25 or newer")
    parser.add_argument("--java-options", default="-XX:+UseParallelGC", help="as the launcher has them")
    parser.add_argument("--jar", default="bench/target/benchmarks.jar", help="class path of Jada")
    parser.add_argument("--model", default="minilm", choices=["minilm", "distilbert"])
    parser.add_argument("--method", default="adalora", choices=["adalora", "lora"])
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--length", type=int, default=64)
    parser.add_argument("--steps", type=int, default=40, help="Jada's; half of them warm up")
    parser.add_argument("--peer-steps", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    a = parser.parse_args()

    def work(steps):
        return [a.model, a.method, *map(str, (a.batch, a.length, steps, a.threads))]

    java = [a.java, "--add-modules", "jdk.incubator.vector", *a.java_options.split()]
    jada = java + ["-cp", a.jar, "jada.bench.StepTiming", *work(a.steps)]
    peer = [a.peer_python, a.peer_script, *work(a.peer_steps)]
    rounds = [(figures(jada), figures(peer)) for _ in range(a.rounds)]
    print(f"{a.model} {a.method} {a.batch} x {a.length}, {a.threads} threads, {a.rounds} rounds")
    print(f"{'':18} {'Jada':>8} {'PyTorch':>8} {'ratio':>6}")
    for name in FIGURES:
        ours = statistics.median(r[0][name] for r in rounds)
        theirs = statistics.median(r[1][name] for r in rounds)
        ratio = statistics.median(r[0][name] / r[1][name] for r in rounds)
        print(f"{NAMES[name]:18} {ours:8.0f} {theirs:8.0f} {ratio:6.2f}")


if __name__ == "__main__":
    main()
