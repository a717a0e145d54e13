"""Shows that PEFT and transformers compute with Jada's folders what Jada computes.

    python peft_loads_jada.py BASE ADAPTER LOGITS [ADAPTER LOGITS ...]

BASE is the Hugging Face folder of the base model, ADAPTER a folder that Jada wrote (finetune, or export in either
format: loaded by PEFT; or merge: a whole model, loaded by transformers alone), LOGITS a JSON file
{"ids": [[token ids of a text], ...], "types": [[token types], ...], "logits": [[Jada's logits], ...]}, or what
jada predict --json printed (*.jsonl), whose texts, or pairs of texts, are then tokenized by transformers.
Prints for each adapter the largest difference of a logit; exit status 1 if one is above 1e-4, or if PEFT
misses or does not know a tensor. Needs torch, transformers and peft 0.21. Folders to try come from

    mvn -pl adalora -am test -Dtest=PeftExchangeTest -Dsurefire.failIfNoSpecifiedTests=false -Djada.peft.out=DIR

for a tiny random model, or with -Djada.peft.base=FOLDER for a real one (hugging_face_copy.py of module nn tells
how to get one); DIR then holds base, and for each adapter a folder NAME and NAME.json. Or from the command line:

    jada finetune --method head --max-steps 1 --out head && jada merge head --out BASE
    jada finetune --max-steps 60 --out ADAPTER
    jada export ADAPTER --out as-lora && jada merge ADAPTER --out merged
    jada predict --adapter ADAPTER --json "some text" "another text" > logits.jsonl
    python peft_loads_jada.py BASE ADAPTER logits.jsonl as-lora logits.jsonl merged logits.jsonl
"""

import json
import pathlib
import sys
import warnings

import peft
import torch
import transformers
from peft import PeftModel
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

logging.set_verbosity_error()
logging.disable_progress_bar()

LIMIT = 1e-4


def load(base, adapter, labels):
    if not (pathlib.Path(adapter) / "adapter_config.json").exists():
        model, info = AutoModelForSequenceClassification.from_pretrained(adapter, output_loading_info=True)
        if info["missing_keys"] or info["unexpected_keys"] or info["mismatched_keys"]:
            sys.exit(f"{adapter}: {info}")
        return model.eval()
    model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=labels)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = PeftModel.from_pretrained(model, adapter).eval()
    for warning in caught:
        if "missing" in str(warning.message) or "unexpected" in str(warning.message).lower():
            sys.exit(f"{adapter}: {warning.message}")
    return model


def read(base, file):
    if not file.endswith(".jsonl"):
        return json.load(open(file))
    rows = [json.loads(line) for line in open(file)]
    pairs = [row["pair"] for row in rows] if "pair" in rows[0] else None
    tokens = AutoTokenizer.from_pretrained(base)(
        [row["text"] for row in rows], pairs, truncation=True, max_length=128, return_token_type_ids=True)
    return {"ids": tokens["input_ids"], "types": tokens["token_type_ids"], "logits": [row["logits"] for row in rows]}


def difference(base, adapter, logits_file):
    expected = read(base, logits_file)
    torch.manual_seed(0)  # what base and adapter both lack would be random: make a miss visible, not lucky
    model = load(base, adapter, len(expected["logits"][0]))
    worst = 0.0
    with torch.no_grad():
        for ids, types, logits in zip(expected["ids"], expected["types"], expected["logits"]):
            inputs = {"input_ids": torch.tensor([ids])}
            if model.config.model_type != "distilbert":  # which has no token types
                inputs["token_type_ids"] = torch.tensor([types])
            got = model(**inputs).logits[0]
            worst = max(worst, float((got - torch.tensor(logits)).abs().max()))
    return worst, max(abs(x) for row in expected["logits"] for x in row)


def main(base, *pairs):
    print(f"peft {peft.__version__}, transformers {transformers.__version__}, torch {torch.__version__}")
    failed = False
    for adapter, logits in zip(pairs[::2], pairs[1::2]):
        worst, largest = difference(base, adapter, logits)
        failed |= not worst <= LIMIT
        print(f"{adapter}: max |difference| {worst:.2e} (largest logit {largest:.2f})")
    sys.exit(1 if failed else 0)


main(*sys.argv[1:])
