"""Writes adapters with PEFT itself, for Jada to load: PeftExchangeTest reads what this leaves.

    python peft_writes.py ../resources/jada/adalora/peft

A BERT with random weights (base.safetensors), trained for a few steps by PEFT's own loop with AdaLoRA (with a
matrix that ends at rank 0; stopped while the budget still falls; before it falls; on other layers, chosen by an
expression; with the pooler trained as well), with LoRA of ranks that differ, with LoRA that starts from a part of
the base matrices (PiSSA, OLoRA; also with more directions than a matrix has), with (IA)³, and with all that trains
more than products of low rank: biases, embeddings, whole modules, DoRA. The folders of save_pretrained, and the logits.
Needs torch, transformers and peft 0.21.
"""

import json
import os
import pathlib
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"  # the base model "tiny" is nowhere to be asked for

import torch
from peft import AdaLoraConfig, IA3Config, LoraConfig, TaskType, get_peft_model
from safetensors.torch import save_file
from transformers import BertConfig, BertForSequenceClassification

out = pathlib.Path(sys.argv[1])
IDS = [[2, 7, 9, 11, 3], [2, 5, 3], [2, 19, 18, 3]]
STEPS = 20


def base():
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=20, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=32,
        max_position_embeddings=12, initializer_range=0.3, hidden_dropout_prob=0, attention_probs_dropout_prob=0,
        num_labels=3)
    return BertForSequenceClassification(config)


def train_and_save(name, config, steps=STEPS):
    model = get_peft_model(base(), config)
    config.base_model_name_or_path = "tiny"
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.05)
    for t in range(steps):
        loss = sum(model(input_ids=torch.tensor([ids]), labels=torch.tensor([i])).loss for i, ids in enumerate(IDS))
        loss.backward()
        optimizer.step()
        if hasattr(model.base_model, "update_and_allocate"):
            model.base_model.update_and_allocate(t)
        optimizer.zero_grad()
    model.eval()
    folder = out / name
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    with torch.no_grad():
        logits = [model(input_ids=torch.tensor([ids])).logits[0].tolist() for ids in IDS]
    (folder / "logits.json").write_text(json.dumps({"ids": IDS, "logits": logits}))


shutil.rmtree(out, ignore_errors=True)
out.mkdir(parents=True)
save_file({k.removeprefix("bert."): v for k, v in base().state_dict().items()}, out / "base.safetensors")
common = dict(task_type=TaskType.SEQ_CLS, lora_alpha=16, target_modules=["query", "value", "output.dense"])
schedule = dict(init_r=3, target_r=1, tinit=2, tfinal=5, deltaT=1, total_step=STEPS, orth_reg_weight=0.1)
train_and_save("adalora", AdaLoraConfig(**schedule, **common))
train_and_save("adalora-mid-rank", AdaLoraConfig(**schedule, **common), steps=8)
train_and_save("adalora-unpruned", AdaLoraConfig(**schedule, **common), steps=2)
train_and_save("adalora-expression", AdaLoraConfig(
    **schedule, **{**common, "target_modules": r".*layer\.1\..*(key|intermediate\.dense)"}))
train_and_save("adalora-pooler", AdaLoraConfig(
    **schedule, modules_to_save=["classifier", "pooler"], **{**common, "target_modules": ["value"]}))
train_and_save("lora", LoraConfig(
    r=2, rank_pattern={"layer.0.attention.self.query": 3}, alpha_pattern={"value": 5}, **common))
for start in ["pissa", "olora"]:
    train_and_save("lora-" + start, LoraConfig(
        r=2, rank_pattern={"layer.0.attention.self.query": 3}, init_lora_weights=start, **common))
train_and_save("ia3", IA3Config(
    task_type=TaskType.SEQ_CLS, target_modules=common["target_modules"], feedforward_modules=[]))
train_and_save("lora-olora-full", LoraConfig(r=20, init_lora_weights="olora", **{**common, "target_modules": ["value"]}))
train_and_save("lora-biases", LoraConfig(
    r=2, bias="all", modules_to_save=["classifier", "pooler"], **{**common, "target_modules": ["query", "output.dense"]}))
train_and_save("lora-own-biases", LoraConfig(r=2, bias="lora_only", use_rslora=True, lora_bias=True, **common))
train_and_save("lora-embeddings", LoraConfig(
    r=2, modules_to_save=["classifier", "LayerNorm"], alpha_pattern={"word_embeddings": 3},
    **{**common, "target_modules": ["word_embeddings", "position_embeddings", "value"]}))
train_and_save("lora-dora", LoraConfig(
    r=2, use_dora=True, bias="lora_only", **{**common, "target_modules": ["word_embeddings", "query", "output.dense"]}))
train_and_save("adalora-biases", AdaLoraConfig(bias="all", **schedule, **common))
