"""Times the answers to many texts: Jada, onnxruntime and PyTorch on the same model, in turns.

    python3 bench/compare/score.py --peer-python peers-venv/bin/python --texts sst2/train.tsv

All sides read all-MiniLM-L6-v2 and go from text to hidden states; the first channel of the first token's, averaged
over all texts, must agree. Jada takes batches of 32 texts as they come, since it does not pad. The others sort
the texts by length, pad each batch to its longest text, and are measured with every size of batch and number of
threads that is asked for, each once; the best of them takes part in the turns. onnxruntime is tried with all
threads in one session, and with one session for each of two threads that share the batches.

`labels` is Jada's whole Predictor, with LoRA of rank 4 in it, against the other's hidden states. It may leave out what
no label needs: of the last layer's hidden states only the first token's.

Figures are thousands of tokens a second, padding not counted, median of the rounds; more is better. Of the peak
memory less is.
"""
import statistics
import tempfile
from pathlib import Path

from sides import HERE, Row, Side, java, model_folder, parser, print_table

LARGEST_DIFFERENCE = 1e-4
WAYS = [("encoder", "shared"), ("encoder", "callers"), ("label", "shared"), ("label", "callers")]


def texts_file(a, folder):
    """A text a line: the first column of the file, repeated until there are as many as wanted."""
    texts = [line.split("\t")[0].strip() for line in Path(a.texts).read_text(encoding="utf-8").splitlines()]
    texts = [text for text in texts if text]
    file = Path(folder) / "texts.txt"
    file.write_text("\n".join(texts[i % len(texts)] for i in range(a.count)) + "\n", encoding="utf-8")
    return file


def asked(side, request):
    """Tokens a second, tokens, peak memory in MB and the checksum of one pass over all texts."""
    seconds, tokens, memory, mean = map(float, side.ask(request).split())
    return tokens / seconds, tokens, memory, mean


def best(side, requests):
    """The request that is answered the fastest; all are asked twice, the first time to warm up."""
    speeds = {}
    for request in requests:
        asked(side, request)
        speeds[request] = asked(side, request)[0]
        print(f"  {request}: {speeds[request]:,.0f} tokens/s", flush=True)
    return max(speeds, key=speeds.get)


def rows(a):
    """Each way of Jada against the best of each peer."""
    table = []
    with tempfile.TemporaryDirectory() as folder:
        model = model_folder(a, a.model_folder or f"{folder}/model")
        texts = texts_file(a, folder)
        sides = {"onnxruntime": [f"{batch} {way} {a.threads}" for batch in a.batches for way in ("shared", "callers")],
                 "torch": [f"{batch} shared {a.threads}" for batch in a.batches]}
        for peer in a.peers:
            peer_command = [a.peer_python, str(HERE / "peer_score.py"), peer, str(model), str(texts)]
            measured = {}
            memory = []
            with Side(java(a, "ScoreTiming", model, texts, options=a.score_options)) as jada, Side(peer_command) as other:
                print(f"{peer}, batch way threads:", flush=True)
                request = best(other, sides[peer])
                for way in WAYS:
                    asked(jada, f"{way[0]} {way[1]} {a.threads}")  # warms up
                for _ in range(a.rounds):
                    theirs = asked(other, request)
                    for way in WAYS:
                        ours = asked(jada, f"{way[0]} {way[1]} {a.threads}")
                        if ours[1] != theirs[1]:
                            raise SystemExit(f"{ours[1]} tokens here, {theirs[1]} there")
                        if way[0] == "encoder" and abs(ours[3] - theirs[3]) > LARGEST_DIFFERENCE:
                            raise SystemExit(f"the two sides do not compute the same: {ours[3]} and {theirs[3]}")
                        measured.setdefault(way, []).append((ours[0] / 1e3, theirs[0] / 1e3))
                        memory.append((ours[2], theirs[2]))
            for way, pairs in measured.items():
                table.append(row(peer, request, a, way, pairs))
            ours, theirs = memory[-1]
            table.append(Row(f"peak memory of all that ({peer})", f"{ours:.0f} MB", f"{theirs:.0f} MB", ours / theirs))
    return table


def row(peer, request, a, way, pairs):
    what = f"{a.count:,} texts to {'hidden states' if way[0] == 'encoder' else 'labels'}, "
    what += f"{a.threads} {'threads' if way[1] == 'shared' else 'callers'}; {peer}: {request}"
    ours, theirs = (statistics.median(column) for column in zip(*pairs))
    goal = "≥ 1.50" if peer == "onnxruntime" else ""
    return Row(what, f"{ours:.1f} k tokens/s", f"{theirs:.1f} k tokens/s", statistics.median(x / y for x, y in pairs), goal)


def options(p):
    p.add_argument("--texts", required=True, help="a text a line, or texts in the first column")
    p.add_argument("--count", type=int, default=10_000, help="texts")
    p.add_argument("--batches", nargs="+", type=int, default=[1, 8, 32, 128], help="sizes of batches of the other side")
    p.add_argument("--peers", nargs="+", default=["onnxruntime", "torch"], choices=["onnxruntime", "torch"])
    p.add_argument("--model-folder", help="keeps the model there for the next time")
    p.add_argument("--score-options", default="-XX:+UseSerialGC -Xmn32m", help="options of the JVM")


if __name__ == "__main__":
    p = parser(__doc__)
    options(p)
    print_table(rows(p.parse_args()), peer="the other side")
