"""The other side of score.py: answers `BATCH shared|callers THREADS` with seconds, tokens, MB and a checksum.

    python peer_score.py onnxruntime|torch MODEL TEXTS

`shared` is one caller whose products are shared by the threads, `callers` as many callers at once as
THREADS, each with a session of one thread. Texts are sorted by length; a batch is padded to its longest text.
"""
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

MAX_LENGTH = 128


def padded(encodings):
    """Ids, mask and types of a batch, padded with 0, [PAD] of BERT."""
    longest = max(len(e.ids) for e in encodings)
    arrays = {name: np.zeros((len(encodings), longest), dtype=np.int64)
              for name in ("input_ids", "attention_mask", "token_type_ids")}
    for i, e in enumerate(encodings):
        for name, values in zip(arrays, (e.ids, e.attention_mask, e.type_ids)):
            arrays[name][i, :len(values)] = values
    return arrays


class Onnx:
    """Hidden states by onnxruntime."""

    def __init__(self, model):
        self.model = model
        self.sessions = {}

    def session(self, threads, which):
        import onnxruntime
        if (threads, which) not in self.sessions:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            options.inter_op_num_threads = 1
            self.sessions[threads, which] = onnxruntime.InferenceSession(
                f"{self.model}/model.onnx", options, providers=["CPUExecutionProvider"])
        return self.sessions[threads, which]

    def callers(self, way, threads):
        """A function from a batch to the first channel of each first token, for each caller."""
        sessions = [self.session(threads, 0)] if way == "shared" else [self.session(1, i) for i in range(threads)]
        return [lambda batch, s=s: s.run([s.get_outputs()[0].name], batch)[0][:, 0, 0] for s in sessions]


class Torch:
    """Hidden states by PyTorch and transformers."""

    def __init__(self, model):
        import torch
        from transformers import BertModel
        self.torch = torch
        self.model = BertModel.from_pretrained(model, add_pooling_layer=False, dtype=torch.float32).eval()

    def callers(self, _, threads):
        self.torch.set_num_threads(threads)

        def run(batch):
            with self.torch.inference_mode():
                return self.model(**{name: self.torch.from_numpy(a) for name, a in batch.items()})[0][:, 0, 0].numpy()
        return [run]


def peak_megabytes():
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024


def main(peer, model, texts):
    side = {"onnxruntime": Onnx, "torch": Torch}[peer](model)
    tokenizer = Tokenizer.from_file(f"{model}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_LENGTH)
    texts = Path(texts).read_text(encoding="utf-8").splitlines()
    for line in sys.stdin:
        batch, way, threads = line.split()
        callers = side.callers(way, int(threads))
        start = time.perf_counter()
        encodings = tokenizer.encode_batch(texts)  # with all threads
        order = sorted(range(len(texts)), key=lambda i: len(encodings[i].ids))
        batches = [order[i:i + int(batch)] for i in range(0, len(order), int(batch))]

        def answers(caller):
            return [callers[caller](padded([encodings[i] for i in one])) for one in batches[caller::len(callers)]]
        with ThreadPoolExecutor(len(callers)) as pool:
            values = np.concatenate([v for part in pool.map(answers, range(len(callers))) for v in part])
        seconds = time.perf_counter() - start
        print(f"{seconds:.4f} {sum(len(e.ids) for e in encodings)} {peak_megabytes()} {values.mean(dtype=float):.6f}",
              flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
