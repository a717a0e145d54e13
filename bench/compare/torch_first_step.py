"""PyTorch's side of startup.py: loads a Hugging Face folder, takes one AdaLoRA step, says so and ends.

    python torch_first_step.py MODEL TRAIN adalora BATCH LENGTH THREADS

Only what the step needs is imported; weights go from the file straight into the model.
"""
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from peft import AdaLoraConfig, get_peft_model
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification


def main(model, train, _, batch, length, threads):
    torch.set_num_threads(int(threads))
    tokenizer = Tokenizer.from_file(f"{model}/tokenizer.json")
    tokenizer.enable_truncation(int(length))
    tokenizer.enable_padding()
    with open(train, encoding="utf-8") as lines:
        texts, labels = zip(*(line.rstrip("\n").split("\t") for line in lines))
    with open(f"{model}/config.json", encoding="utf-8") as file:
        config = BertConfig(**{k: v for k, v in json.load(file).items() if k != "architectures"}, num_labels=2)
    network = BertForSequenceClassification(config)
    weights = load_file(f"{model}/model.safetensors")
    network.load_state_dict({k if k.startswith("bert.") else f"bert.{k}": v for k, v in weights.items()}, strict=False)
    adapted = get_peft_model(network, AdaLoraConfig(
        init_r=12, target_r=4, total_step=100, tinit=10, tfinal=50, orth_reg_weight=0.1,
        target_modules=["query", "key", "value", "attention.output.dense"], task_type="SEQ_CLS"))
    adapted.train()
    optimizer = torch.optim.AdamW([p for p in adapted.parameters() if p.requires_grad], lr=1e-3)
    encoded = tokenizer.encode_batch(list(texts[:int(batch)]))
    adapted(input_ids=torch.tensor([e.ids for e in encoded]),
            attention_mask=torch.tensor([e.attention_mask for e in encoded]),
            labels=torch.tensor([int(y) for y in labels[:int(batch)]])).loss.backward()
    optimizer.step()
    adapted.base_model.update_and_allocate(0)
    print("step 1 done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
