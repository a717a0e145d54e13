"""Writes tiny_bert.safetensors and tiny_bert.json: a random BertForSequenceClassification.

The safetensors file holds every weight as `weight.<name>` and the loss's gradient with respect to
it as `gradient.<name>`; the JSON file the sizes, the inputs, the logits and the loss. Dropout is 0.

Run from the module's folder: python src/test/python/tiny_bert_golden.py
Made with torch 2.13.0 and transformers 5.17.0.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForSequenceClassification

OUT = pathlib.Path("src/test/resources/jada/nn")

config = BertConfig(
    vocab_size=50,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=64,
    max_position_embeddings=12,
    type_vocab_size=2,
    layer_norm_eps=1e-12,
    hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0,
    num_labels=3,
)
torch.manual_seed(5)
model = BertForSequenceClassification(config)
with torch.no_grad():
    for name, p in model.named_parameters():
        # Far from the usual small start, so that every nonlinearity is exercised.
        p.copy_((1.0 if name.endswith("LayerNorm.weight") else 0.0) + 0.2 * torch.randn(p.shape))
model.train()

# Two sequences of different lengths, the first a pair of texts. No id is 0: the padding row.
ids = [[2, 17, 41, 3, 9, 49, 3], [2, 8, 30, 3]]
types = [[0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 0]]
labels = [2, 0]
longest = max(map(len, ids))
pad = lambda rows: torch.tensor([row + [0] * (longest - len(row)) for row in rows])
mask = pad([[1] * len(row) for row in ids])
out = model(
    input_ids=pad(ids), token_type_ids=pad(types), attention_mask=mask, labels=torch.tensor(labels)
)
out.loss.backward()

tensors = {}
for name, p in model.named_parameters():
    tensors["weight." + name] = p.detach().clone()
    tensors["gradient." + name] = p.grad.clone()
save_file(tensors, OUT / "tiny_bert.safetensors")
(OUT / "tiny_bert.json").write_text(
    json.dumps(
        {
            "ids": ids,
            "token_types": types,
            "labels": labels,
            "logits": out.logits.detach().tolist(),
            "loss": out.loss.item(),
        }
    )
    + "\n"
)
for file in ("tiny_bert.safetensors", "tiny_bert.json"):
    print(file, (OUT / file).stat().st_size, "bytes")
