"""Shows that sentence-transformers computes with Jada's folders the vectors that Jada computes.

    python sentence_transformers_loads_jada.py BASE VECTORS FOLDER [FOLDER ...]

FOLDER is what jada finetune --task embedding wrote or jada export (an adapter, whose base model
is BASE, a Hugging Face folder), or jada merge (a whole model). VECTORS is what jada embed printed, one {"text": .., "embedding": [..]} a line.
Prints for each folder the largest difference of a number, and exits with 1 if one is above 1e-5. Needs torch,
transformers, peft 0.21 and sentence-transformers. From the command line:

    jada finetune --task embedding --learning-rate 1e-30 --max-steps 1 --out unchanged && jada merge unchanged --out BASE
    jada finetune --task embedding --max-steps 60 --out ADAPTER && jada merge ADAPTER --out MERGED
    jada export ADAPTER --out AS_LORA
    jada embed --adapter ADAPTER --data texts.txt > vectors.jsonl
    python sentence_transformers_loads_jada.py BASE vectors.jsonl ADAPTER AS_LORA MERGED
"""

import json
import os
import pathlib
import shutil
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy
from peft import PeftModel
from sentence_transformers import SentenceTransformer

LIMIT = 1e-5


def load(base, folder):
    config = pathlib.Path(folder) / "adapter_config.json"
    if not config.exists():
        return SentenceTransformer(folder, device="cpu")
    named = json.loads(config.read_text())
    if named["peft_type"] == "ADALORA":
        # transformers, which loads adapters for sentence-transformers, knows no ranks that differ; PEFT does.
        model = SentenceTransformer(base, device="cpu")
        model[0].model = PeftModel.from_pretrained(model[0].model, folder)
        return model.eval()
    # The hub cannot be asked for the base model here: a copy of the adapter names the folder.
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        named["base_model_name_or_path"] = str(pathlib.Path(base).absolute())
        (pathlib.Path(copy) / "adapter_config.json").write_text(json.dumps(named))
        return SentenceTransformer(copy, device="cpu")


def main(base, vectors, *folders):
    rows = [json.loads(line) for line in open(vectors)]
    expected = numpy.array([row["embedding"] for row in rows], dtype=numpy.float32)
    failed = False
    for folder in folders:
        got = load(base, folder).encode([row["text"] for row in rows])
        worst = float(numpy.abs(got - expected).max())
        failed |= not worst <= LIMIT
        print(f"{folder}: {len(rows)} vectors of {got.shape[1]} numbers, max |difference| {worst:.2e}")
    sys.exit(1 if failed else 0)


main(*sys.argv[1:])
