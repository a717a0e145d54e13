"""Times one short sentence in process: Jada against Python's onnxruntime on the same model, in turns.

    python3 bench/compare/predict.py --peer-python peers-venv/bin/python

Both sides read all-MiniLM-L6-v2, onnxruntime from the ONNX file that Jada's copy was made from, and stay up; the
hidden states of the first token must agree. They take turns of many calls. `encoder` is token ids to hidden
states of all tokens; `text` begins with the tokenizer (the other side's is Hugging Face's `tokenizers`);
`label` is Jada's whole Predictor with an adapter on top, against the other side's `text`.

Figures are microseconds, the median of a turn's calls, then of all turns.
"""
import tempfile

from sides import HERE, Side, java, model_folder, parser, print_table, row

LARGEST_DIFFERENCE = 1e-4


def rows(a):
    """Encoder, text and label for each number of threads."""
    measured = {}
    with tempfile.TemporaryDirectory() as folder:
        model = model_folder(a, a.model_folder or f"{folder}/model")
        for _ in range(a.rounds):
            with Side(java(a, "PredictTiming", model, a.sentence)) as jada, \
                    Side([a.peer_python, str(HERE / "onnx_predict.py"), str(model), a.sentence]) as onnx:
                ours, theirs = ([float(x) for x in side.line().split()] for side in (jada, onnx))
                worst = max(abs(x - y) for x, y in zip(ours, theirs, strict=True))
                if worst > LARGEST_DIFFERENCE:
                    raise SystemExit(f"the two sides do not compute the same: they differ by {worst}")
                for what, other in (("encoder", "encoder"), ("text", "text"), ("label", "text")):
                    for threads in a.counts:
                        jada.ask(f"{what} {threads} {a.warm_up}")
                        onnx.ask(f"{other} {threads} {a.calls}")
                        for _ in range(a.turns):
                            pair = (float(jada.ask(f"{what} {threads} {a.calls}")),
                                    float(onnx.ask(f"{other} {threads} {a.calls}")))
                            measured.setdefault((what, threads), []).append(pair)
    return [row(f"{what}, {threads} thread(s)", "µs", pairs, "≤ 1.00") for (what, threads), pairs in measured.items()]


def options(p):
    p.add_argument("--sentence", default="The waiter forgot our order twice, but the soup was worth it.")
    p.add_argument("--model-folder", help="keeps the model there for the next time")
    p.add_argument("--counts", nargs="+", type=int, default=[1, 2], help="numbers of threads")
    p.add_argument("--warm-up", type=int, default=2000, help="calls")
    p.add_argument("--calls", type=int, default=100, help="of a turn")
    p.add_argument("--turns", type=int, default=9, help="in each round")


if __name__ == "__main__":
    p = parser(__doc__)
    options(p)
    print_table(rows(p.parse_args()), peer="onnxruntime")
