"""Times both sides from the start of the process to the end of the first training step, model load included.

    python3 bench/compare/startup.py --peer-python peers-venv/bin/python --train sst2/train.tsv

Both load the same all-MiniLM-L6-v2 from a Hugging Face folder and train AdaLoRA on one batch. Jada runs twice:
as a plain JVM, and with an AOT cache of a whole run, classes and profiles; making it is not timed. (The launcher
`./jada` has one of classes only.)
"""
import subprocess
import tempfile
import time

from sides import HERE, first_lines, java, model_folder, output, parser, print_table, row


def seconds(command):
    """Until the command says that the first step is done."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    done = None
    for line in process.stdout:
        if line.startswith("step 1 done") and done is None:
            done = time.perf_counter() - start
    if process.wait() != 0 or done is None:
        raise SystemExit(f"{' '.join(command)}\nended with {process.returncode} before its first step")
    return done


def rows(a):
    """Seconds to the first step, without and with an AOT cache."""
    with tempfile.TemporaryDirectory() as folder:
        model = model_folder(a, a.model_folder or f"{folder}/model")
        train = first_lines(a.train, a.batch, folder)
        work = [model, train, "adalora", a.batch, a.length, a.threads]
        cache = f"{folder}/cache.aot"
        output(java(a, "TuneTiming", *work, options=f"{a.java_options} -XX:AOTCacheOutput={cache}"))
        plain = java(a, "TuneTiming", *work)
        ahead = java(a, "TuneTiming", *work, options=f"{a.java_options} -XX:AOTCache={cache}")
        peer = [a.peer_python, str(HERE / "torch_first_step.py"), *map(str, work)]
        for command in (plain, ahead, peer):  # files into the system's cache, for all alike
            seconds(command)
        rounds = [(seconds(plain), seconds(ahead), seconds(peer)) for _ in range(a.rounds)]
    what = "process start to the end of the first step"
    return [row(what, "s", [(r[0], r[2]) for r in rounds], "≤ 0.50", digits=2),
            row(f"{what}, AOT cache", "s", [(r[1], r[2]) for r in rounds], digits=2)]


def options(p):
    p.add_argument("--train", required=True, help="texts and labels 0 and 1, tab-separated")
    p.add_argument("--model-folder", help="keeps the model there for the next time")
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--length", type=int, default=64, help="tokens at which texts are cut")


if __name__ == "__main__":
    p = parser(__doc__, rounds=5)
    options(p)
    print_table(rows(p.parse_args()))
