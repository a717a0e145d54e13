"""Measures everything that performance is judged by, Jada and its peers in turns, and prints one table.

    python3 bench/compare/all.py --peer-python peers-venv/bin/python --peers ../shared/peers --train sst2/train.tsv

Takes about an hour and a quarter on two cores that do nothing else; `--rounds 1` a third of it. Each part is a
script of its own beside this one, which says what it measures and how. `--only` picks parts.
"""
import tempfile
import time

import budget
import epoch
import gemm
import predict
import score
import startup
import step
from sides import parser, print_table

STEPS = [("minilm", "adalora", 16, 64), ("minilm", "lora", 16, 64),
         ("distilbert", "adalora", 16, 128), ("distilbert", "lora", 16, 128)]
PARTS = {"gemm": gemm, "step": step, "budget": budget, "epoch": epoch, "startup": startup, "predict": predict, "score": score}


def rows_of(part, arguments):
    """Measures a part with its own defaults and what was given here."""
    p = parser(part.__doc__)
    part.options(p)
    a = p.parse_args(arguments)
    if part is not step:
        return part.rows(a)
    rows = []
    for a.model, a.method, a.batch, a.length in STEPS:
        rows += step.rows(a)
    return rows


def main():
    p = parser(__doc__)
    p.add_argument("--peers", required=True, help="folder with the peer's step.py and train.py")
    p.add_argument("--train", required=True, help="texts and labels 0 and 1, tab-separated")
    p.add_argument("--only", nargs="+", default=list(PARTS), choices=list(PARTS))
    a = p.parse_args()
    common = ["--peer-python", a.peer_python, "--java", a.java, f"--java-options={a.java_options}", "--jar", a.jar,
              "--rounds", str(a.rounds), "--threads", str(a.threads)]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        model = ["--model-folder", f"{folder}/model"]
        own = {"gemm": [], "budget": [], "step": ["--peer-step", f"{a.peers}/step.py"],
               "epoch": ["--peer-train", f"{a.peers}/train.py", "--train", a.train, *model],
               "startup": ["--train", a.train, *model], "predict": model,
               "score": ["--texts", a.train, *model]}
        for part in a.only:
            start = time.monotonic()
            rows.append(rows_of(PARTS[part], common + own[part]))
            print(f"\n{part}, {time.monotonic() - start:.0f} s:\n")
            print_table(rows[-1], peer="the other side")
    print("\nall:\n")
    print_table(sum(rows, []), peer="PyTorch + PEFT; onnxruntime")


if __name__ == "__main__":
    main()
