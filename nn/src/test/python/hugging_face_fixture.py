"""Writes the folder `transformers` that HuggingFaceFolderTest reads: a tiny classifier in bfloat16.

Run from the folder of the module: python src/test/python/hugging_face_fixture.py
Needs: torch, transformers.

Element i of a tensor is ((7 * i + length of its name) % 31 - 15) / 16, which bfloat16 holds exactly.
"""

from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification

TARGET = Path(__file__).parents[1] / "resources/jada/nn/files/transformers"

config = BertConfig(
    vocab_size=11, hidden_size=4, num_hidden_layers=1, num_attention_heads=2, intermediate_size=6,
    max_position_embeddings=5, type_vocab_size=2, layer_norm_eps=1e-6, hidden_dropout_prob=0.2,
    attention_probs_dropout_prob=0.3, id2label={0: "bad", 1: "good", 2: "so-so"},
    label2id={"bad": 0, "good": 1, "so-so": 2}, problem_type="single_label_classification")
model = BertForSequenceClassification(config)
with torch.no_grad():
    for name, weight in model.named_parameters():
        i = torch.arange(weight.numel())
        weight.copy_((((7 * i + len(name)) % 31 - 15) / 16).reshape(weight.shape))
model.to(torch.bfloat16).save_pretrained(TARGET)
(TARGET / "vocab.txt").write_text("\n".join(
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "river", "froze", "##n", "River", "."]) + "\n")
