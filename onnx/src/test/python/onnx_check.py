"""Shows that onnxruntime, tokenizers and transformers read Jada's ONNX folders as Jada computes them.

    python onnx_check.py DIR

DIR holds folders that OnnxFolder wrote, each with a jada.json beside the model: {"texts": [...], "ids": [[token
ids of a text], ...], "padding": id, "outputs": [[Jada's vector or logits of the text alone], ...]}. They come from

    mvn -pl onnx -am test -Dtest=OnnxFolderTest -Dsurefire.failIfNoSpecifiedTests=false -Djada.onnx.out=DIR

for tiny random models of all families and for all-MiniLM-L6-v2, and with -Djada.onnx.base=FOLDER for another real
one. For each folder it checks the graph (onnx.checker, in full), compares the ids of tokenizer.json with Jada's, runs
the texts one by one and as one padded batch, with the optimisations of onnxruntime and without, pools the hidden
states of an encoder as 1_Pooling/config.json says, and reads config.json and the tokenizer with transformers. Prints
the largest difference of a number for each; exit status 1 if one is above 1e-5 or anything else is not the same.
Needs onnx, onnxruntime, tokenizers, transformers and numpy. Made with onnx 1.23, onnxruntime 1.30, tokenizers 0.23
and transformers 5.17.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
import tokenizers
from transformers import AutoConfig, AutoTokenizer
from transformers.utils import logging

logging.set_verbosity_error()

LIMIT = 1e-5


def session(file, level):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def batch(rows, padding, names):
    longest = max(map(len, rows))
    ids = np.full((len(rows), longest), padding, np.int64)
    mask = np.zeros((len(rows), longest), np.int64)
    for i, row in enumerate(rows):
        ids[i, :len(row)] = row
        mask[i, :len(row)] = 1
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    return {name: inputs[name] for name in names}


def pooled(folder, hidden, mask):
    """What langchain4j and others make of the first output."""
    pooling = json.load(open(folder / "1_Pooling" / "config.json"))
    if pooling["pooling_mode_cls_token"]:
        vectors = hidden[:, 0]
    else:
        vectors = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    if (folder / "2_Normalize").exists():
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def difference(folder, model, expected, rows):
    names = [value.name for value in model.get_inputs()]
    inputs = batch(rows, expected["padding"], names)
    outputs = dict(zip([value.name for value in model.get_outputs()], model.run(None, inputs)))
    wanted = np.array(expected["wanted"], np.float32)
    if "logits" in outputs:
        return np.abs(outputs["logits"] - wanted).max()
    again = pooled(folder, outputs["last_hidden_state"], inputs["attention_mask"])
    return max(np.abs(outputs["sentence_embedding"] - wanted).max(), np.abs(again - wanted).max())


def check(folder):
    expected = json.load(open(folder / "jada.json"))
    file = folder / "model.onnx"
    onnx.checker.check_model(str(file), full_check=True)
    graph = onnx.load(str(file))
    assert graph.ir_version == 7 and [o.version for o in graph.opset_import] == [14], folder
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert tokenizer.padding is None, folder
    for text, ids in zip(expected["texts"], expected["ids"]):
        found = tokenizer.encode(text).ids
        assert found == ids, f"{folder}: {text!r} has the ids {found}, Jada's are {ids}"
    AutoConfig.from_pretrained(folder)
    loaded = AutoTokenizer.from_pretrained(folder)
    for text, ids in zip(expected["texts"], expected["ids"]):
        assert loaded(text, truncation=True, max_length=tokenizer.truncation["max_length"])["input_ids"] == ids, text
    levels = onnxruntime.GraphOptimizationLevel
    worst = 0.0
    for level in (levels.ORT_DISABLE_ALL, levels.ORT_ENABLE_ALL):
        model = session(file, level)
        for i, row in enumerate(expected["ids"]):
            worst = max(worst, difference(folder, model, expected | {"wanted": [expected["outputs"][i]]}, [row]))
        worst = max(worst, difference(folder, model, expected | {"wanted": expected["outputs"]}, expected["ids"]))
    return worst


def main():
    folders = sorted(file.parent for file in pathlib.Path(sys.argv[1]).glob("*/jada.json"))
    if not folders:
        sys.exit(f"{sys.argv[1]}: no folder with a jada.json in it")
    bad = 0
    for folder in folders:
        worst = check(folder)
        bad += not worst <= LIMIT
        print(f"{folder.name:32} {worst:.1e}{'' if worst <= LIMIT else '  TOO FAR'}")
    sys.exit(1 if bad else 0)


main()
