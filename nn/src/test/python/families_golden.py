"""Writes the folders under `families`: tiny random models that transformers saved, and their logits.

Four models (BERT and DistilBERT, classification and regression), each a folder in Hugging Face layout with
logits.json beside it: for each input the two texts (or one), the token ids that transformers' tokenizer
makes of them, and the logits.

Run from the folder of the module: python src/test/python/families_golden.py
Made with torch 2.13.0 and transformers 5.17.0.
"""

import json
import shutil
from pathlib import Path

import torch
from transformers import (
    BertConfig, BertForSequenceClassification, BertTokenizer, DistilBertConfig,
    DistilBertForSequenceClassification)

OUT = Path("src/test/resources/jada/nn/families")
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrst", "##a", "##b", ".", "?", "!"]
TEXTS = [["a quick test."], ["b"], ["c d e?", "f g h i!"], ["k l m n o p q r s t a b c"], ["ab aa", "bb."]]

bert = dict(
    vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
    max_position_embeddings=20, type_vocab_size=2)
distilbert = dict(
    vocab_size=len(WORDS), dim=16, n_layers=2, n_heads=4, hidden_dim=24, max_position_embeddings=20)
classes = dict(id2label={0: "bad", 1: "good", 2: "so-so"}, label2id={"bad": 0, "good": 1, "so-so": 2})
number = dict(num_labels=1, problem_type="regression")
cases = {
    "bert-classification": BertForSequenceClassification(BertConfig(**bert, **classes)),
    "bert-regression": BertForSequenceClassification(BertConfig(**bert, **number)),
    "distilbert-classification": DistilBertForSequenceClassification(DistilBertConfig(**distilbert, **classes)),
    "distilbert-regression": DistilBertForSequenceClassification(DistilBertConfig(**distilbert, **number)),
}

shutil.rmtree(OUT, ignore_errors=True)
for seed, (name, model) in enumerate(cases.items()):
    torch.manual_seed(seed)
    with torch.no_grad():
        for path, p in model.named_parameters():
            # Far from the usual small start, so that every nonlinearity is exercised.
            norm = path.lower().endswith(("layernorm.weight", "layer_norm.weight"))
            p.copy_((1.0 if norm else 0.0) + 0.3 * torch.randn(p.shape))
    model.eval()
    folder = OUT / name
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    tokenizer = BertTokenizer(vocab={word: i for i, word in enumerate(WORDS)})
    golden = []
    for texts in TEXTS:
        inputs = tokenizer(*texts, return_tensors="pt")
        ids = inputs["input_ids"][0].tolist()
        if name.startswith("distilbert"):
            inputs.pop("token_type_ids")
        with torch.no_grad():
            golden.append({"texts": texts, "ids": ids, "logits": model(**inputs).logits[0].tolist()})
    (folder / "logits.json").write_text(json.dumps(golden, indent=1) + "\n")
    print(name, sum(f.stat().st_size for f in folder.iterdir()), "bytes", sorted(f.name for f in folder.iterdir()))
