"""Writes peft_config_keys.json: every key that PEFT saves in adapter_config.json, with its default.

    python peft_config_keys.py > ../resources/jada/adalora/peft_config_keys.json

PeftKeysTest compares it with Jada's ledger. Needs peft 0.21 (with torch and transformers).
"""

import json
import pathlib
import tempfile

import peft
from peft import AdaLoraConfig, LoraConfig


def saved(config):
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        return json.loads((pathlib.Path(folder) / "adapter_config.json").read_text())


print(json.dumps({
    "peft": peft.__version__,
    "LORA": saved(LoraConfig()),
    "ADALORA": saved(AdaLoraConfig(total_step=1)),
}, indent=2, sort_keys=True))
