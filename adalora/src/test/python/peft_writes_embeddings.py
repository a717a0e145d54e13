"""Writes adapters of a sentence encoder with PEFT itself, for Jada to load: PeftEmbeddingTest reads what this leaves.

    python peft_writes_embeddings.py ../resources/jada/adalora/peft-embedding

The base model of peft_writes.py without its head (../resources/jada/adalora/peft/base.safetensors), trained for a few
steps by PEFT's own loop as sentence-transformers does it, task type FEATURE_EXTRACTION: with LoRA, with AdaLoRA that
prunes, and with LoRA without a task type, as users of PeftModel save it. The folders of save_pretrained, and the mean
of the last hidden states made of length 1. Needs torch, transformers and peft 0.21.
"""

import json
import os
import pathlib
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"  # the base model "tiny" is nowhere to be asked for

import torch
from peft import AdaLoraConfig, LoraConfig, TaskType, get_peft_model
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

out = pathlib.Path(sys.argv[1])
IDS = [[2, 7, 9, 11, 3], [2, 5, 3], [2, 19, 18, 3]]
STEPS = 20


def base():
    config = BertConfig(
        vocab_size=20, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=32,
        max_position_embeddings=12, hidden_dropout_prob=0, attention_probs_dropout_prob=0)
    torch.manual_seed(3)
    model = BertModel(config, add_pooling_layer=False)
    weights = load_file(out.parent / "peft" / "base.safetensors")
    model.load_state_dict({k: v for k, v in weights.items() if not k.startswith(("pooler", "classifier"))})
    return model


def embeddings(model):
    rows = [model(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0) for ids in IDS]
    return torch.nn.functional.normalize(torch.stack(rows), dim=1)


def train_and_save(name, config):
    model = get_peft_model(base(), config)
    config.base_model_name_or_path = "tiny"
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.05)
    for t in range(STEPS):
        e = embeddings(model)
        (e @ e.T - torch.eye(len(IDS))).square().sum().backward()  # all texts apart from each other
        optimizer.step()
        if hasattr(model.base_model, "update_and_allocate"):
            model.base_model.update_and_allocate(t)
        optimizer.zero_grad()
    model.eval()
    folder = out / name
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    with torch.no_grad():
        rows = embeddings(model).tolist()
    (folder / "embeddings.json").write_text(json.dumps({"ids": IDS, "embeddings": rows}))


shutil.rmtree(out, ignore_errors=True)
out.mkdir(parents=True)
common = dict(task_type=TaskType.FEATURE_EXTRACTION, lora_alpha=16, target_modules=["query", "value", "output.dense"])
train_and_save("lora", LoraConfig(
    r=2, rank_pattern={"layer.0.attention.self.query": 3}, alpha_pattern={"value": 5}, **common))
train_and_save("adalora", AdaLoraConfig(
    init_r=3, target_r=1, tinit=2, tfinal=5, deltaT=1, total_step=STEPS, orth_reg_weight=0.1, **common))
train_and_save("lora-without-task", LoraConfig(r=2, **{**common, "task_type": None}))
