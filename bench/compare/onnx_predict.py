"""onnxruntime's side of predict.py: answers `encoder|text THREADS CALLS` with the median microseconds of a call.

    python onnx_predict.py MODEL SENTENCE

First it prints the hidden state of the first token.
"""
import sys
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer


def session(model, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(f"{model}/model.onnx", options, providers=["CPUExecutionProvider"])


def main(model, sentence):
    tokenizer = Tokenizer.from_file(f"{model}/tokenizer.json")
    tokenizer.no_padding()

    def tokens():
        encoded = tokenizer.encode(sentence)
        return {"input_ids": np.array([encoded.ids], dtype=np.int64),
                "attention_mask": np.array([encoded.attention_mask], dtype=np.int64),
                "token_type_ids": np.array([encoded.type_ids], dtype=np.int64)}

    sessions = {"1": session(model, 1)}
    output = sessions["1"].get_outputs()[0].name
    fed = tokens()
    print(*sessions["1"].run([output], fed)[0][0, 0], flush=True)
    for line in sys.stdin:
        what, threads, calls = line.split()
        if threads not in sessions:
            sessions[threads] = session(model, int(threads))
        micros = []
        for _ in range(int(calls)):
            start = time.perf_counter()
            sessions[threads].run([output], fed if what == "encoder" else tokens())
            micros.append((time.perf_counter() - start) * 1e6)
        print(f"{sorted(micros)[len(micros) // 2]:.1f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
