"""What the scripts of this folder share: how either side is run, and how a result is written down."""
import argparse
import dataclasses
import statistics
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclasses.dataclass
class Row:
    """One measured comparison. `ours` and `theirs` are medians; `ratio` is the median of the ratios of the
    rounds, Jada's over the other's; `goal` says what it should be, for example `≤ 0.50`. Where only Jada was
    measured, `theirs` and `ratio` are missing."""
    what: str
    ours: str
    theirs: str = ""
    ratio: float | None = None
    goal: str = ""


def print_table(rows, peer="PyTorch"):
    """Prints the rows as a Markdown table."""
    print(f"| what | Jada | {peer} | ratio | goal |\n|---|---|---|---|---|")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        print(f"| {row.what} | {row.ours} | {row.theirs} | {ratio} | {row.goal} |", flush=True)


def row(what, unit, pairs, goal="", digits=0):
    """A row from pairs (Jada's figure, the other's), one of each round."""
    ours, theirs = (statistics.median(column) for column in zip(*pairs))
    ratio = statistics.median(a / b for a, b in pairs)
    return Row(what, f"{ours:,.{digits}f} {unit}", f"{theirs:,.{digits}f} {unit}", ratio, goal)


def parser(doc, rounds=3, peer=True):
    """A parser of the options that all scripts have.

    rounds: how often everything is repeated unless told otherwise; peer: whether the other side is Python
    """
    p = argparse.ArgumentParser(description=doc.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    if peer:
        p.add_argument("--peer-python", required=True, help="Python with torch, transformers, peft, onnxruntime")
    p.add_argument("--java", default="java", help="JDK 25 or newer")
    p.add_argument("--java-options", default="-XX:+UseSerialGC -Xmn32m", help="as the launcher has them")
    p.add_argument("--jar", default="bench/target/benchmarks.jar", help="class path of Jada")
    p.add_argument("--rounds", type=int, default=rounds)
    p.add_argument("--threads", type=int, default=2)
    return p


def java(a, main, *arguments, options=None):
    """The command that runs a main class of jada.bench."""
    chosen = a.java_options if options is None else options
    return [a.java, "--add-modules", "jdk.incubator.vector", *chosen.split(), "-cp", a.jar,
            f"jada.bench.{main}", *map(str, arguments)]


def output(command):
    """What a command prints."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


class Side:
    """A process that answers a line with a line, so that two can take turns without starting anew."""

    def __init__(self, command):
        self.command = command
        self.errors = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, bufsize=1)

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            raise SystemExit(f"{' '.join(self.command)}\nended:\n{self.errors.read()[-2000:]}")
        return line.strip()

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        return self.line()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.errors.close()


def model_folder(a, wanted):
    """A folder with all-MiniLM-L6-v2 for both sides, made by jada.bench.ModelCopy where it is not there yet."""
    folder = Path(wanted)
    if not (folder / "model.onnx").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        output(java(a, "ModelCopy", "all-minilm-l6-v2", folder))
    return folder


def first_lines(file, count, folder):
    """A copy of the first lines of a file; all of them for 0."""
    lines = Path(file).read_text(encoding="utf-8").splitlines(keepends=True)
    copy = Path(folder) / f"first-{count}.tsv"
    copy.write_text("".join(lines[:count] if count else lines), encoding="utf-8")
    return copy
