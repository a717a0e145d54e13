"""Times one epoch on real texts of Jada and of PyTorch + PEFT in turn.

    python3 bench/compare/epoch.py --peer-python peers-venv/bin/python --peer-train train.py \\
        --train sst2/train.tsv

Both sides start from the same all-MiniLM-L6-v2, which is written as a Hugging Face folder first. Texts keep
their real lengths: Jada trains on them end to end, the peer's loader pads to the longest of a batch. Measured
is the training alone: loading, tokenizing and scoring the held-out texts are left out on both sides.

The script of the peer takes `--model --tok --train --dev --method --epochs --B --maxlen` and prints a line that
begins with `epoch -1` right before the first step and one that begins with `epoch 0` after the last; between
the two it scores the held-out texts once, so it gets only one.
"""
import re
import subprocess
import tempfile
import time

from sides import first_lines, java, model_folder, output, parser, print_table, row


def jada_seconds(a, model, train):
    out = output(java(a, "TuneTiming", model, train, a.method, a.batch, a.length, a.threads))
    return float(re.search(r"([\d.]+) s$", out.strip()).group(1))


def peer_seconds(a, model, train, dev):
    command = [a.peer_python, "-u", a.peer_train, "--model", str(model), "--tok", str(model / "tokenizer.json"),
               "--train", str(train), "--dev", str(dev), "--method", a.method, "--epochs", "1", "--B", str(a.batch),
               "--maxlen", str(a.length), "--lr", "1e-3"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    seen = {}
    for line in process.stdout:
        seen.setdefault(" ".join(line.split()[:2]), time.perf_counter())
    if process.wait() != 0 or not {"epoch -1", "epoch 0"} <= seen.keys():
        raise SystemExit(f"{' '.join(command)}\nended with {process.returncode} after printing {list(seen)}")
    return seen["epoch 0"] - seen["epoch -1"]


def rows(a):
    """Seconds of an epoch."""
    with tempfile.TemporaryDirectory() as folder:
        model = model_folder(a, a.model_folder or f"{folder}/model")
        train, dev = first_lines(a.train, a.texts, folder), first_lines(a.train, 1, folder)
        pairs = [(jada_seconds(a, model, train), peer_seconds(a, model, train, dev)) for _ in range(a.rounds)]
    texts = f"{a.texts:,} texts" if a.texts else "all texts"
    what = f"one epoch of {a.name}, {texts}, {a.method}, batches of {a.batch}, {a.threads} threads"
    return [row(what, "s", pairs, "≤ 0.30", digits=1)]


def options(p):
    p.add_argument("--peer-train", required=True, help="script that trains the peer")
    p.add_argument("--train", required=True, help="texts and labels 0 and 1, tab-separated")
    p.add_argument("--name", default="SST-2", help="what the texts are called")
    p.add_argument("--texts", type=int, default=0, help="the first so many; 0: all")
    p.add_argument("--model-folder", help="keeps the model there for the next time")
    p.add_argument("--method", default="adalora", choices=["adalora", "lora"])
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--length", type=int, default=64, help="tokens at which texts are cut")


if __name__ == "__main__":
    p = parser(__doc__)
    options(p)
    print_table(rows(p.parse_args()))
