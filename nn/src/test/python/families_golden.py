"""Writes the folders under `families`: tiny random models that transformers saved, and their logits.

Four models (BERT and DistilBERT, classification and regression), each a folder in Hugging Face layout with
logits.json beside it: for each input the two texts (or one), the token ids that transformers' tokenizer
makes of them, and the logits. Two more are RoBERTas, one with tokenizer.json, one with vocab.json and merges.txt,
one is an XLM-RoBERTa, one a CamemBERT, and one an MPNet; their texts are in texts.json. In their logits.json token ids are given instead of texts: one padding token stands
among them, one sequence is as long as the model allows.

Run from the folder of the module: python src/test/python/families_golden.py
Made with torch 2.13.0 and transformers 5.17.0.
"""

import json
import shutil
from pathlib import Path

import torch
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder
from transformers import (
    AutoTokenizer, BertConfig, BertForSequenceClassification, BertTokenizer, CamembertConfig,
    CamembertForSequenceClassification, CamembertTokenizer, DistilBertConfig, DistilBertForSequenceClassification,
    MPNetConfig, MPNetForSequenceClassification, MPNetTokenizer, RobertaConfig, RobertaForSequenceClassification, RobertaTokenizer, XLMRobertaConfig,
    XLMRobertaForSequenceClassification, XLMRobertaTokenizer)

OUT = Path("src/test/resources/jada/nn/families")
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrst", "##a", "##b", ".", "?", "!"]
TEXTS = [["a quick test."], ["b"], ["c d e?", "f g h i!"], ["k l m n o p q r s t a b c"], ["ab aa", "bb."]]

LONG = [["a b c d e f g h i j k l m n o p q r s t a b c d e f g h i j k l m n"]]
ROBERTA_TEXTS = [["the river rises."], ["The  river, <mask>"], ["he", "the three rivers"], ["starve"], ["a\nthe <mask> sea"]]

bert = dict(
    vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
    max_position_embeddings=20, type_vocab_size=2)
distilbert = dict(
    vocab_size=len(WORDS), dim=16, n_layers=2, n_heads=4, hidden_dim=24, max_position_embeddings=20)
roberta = dict(
    vocab_size=30, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
    max_position_embeddings=22, type_vocab_size=1, layer_norm_eps=1e-5)
mpnet = dict(
    vocab_size=len(WORDS) + 1, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
    max_position_embeddings=42, layer_norm_eps=1e-5)
MPNET_TOKENS = ["<s>", "<pad>", "</s>", "[UNK]", *WORDS[5:], "<mask>"]
# Byte-level pieces, as few as the model has.
PIECES = "<s> <pad> </s> <unk> <mask> Ġ t h e r i v s a m . , Ġt he Ġthe ri ve rive Ġs Ġr Ġrive".split()
MERGES = [tuple(pair.split("+")) for pair in "h+e Ġ+t Ġt+he r+i v+e ri+ve Ġ+s Ġ+r Ġ+rive".split()]
# Pieces with their log-probabilities, as few as the model has.
UNIGRAM = {
    "xlm-roberta": (XLMRobertaTokenizer, "<s> <pad> </s> <unk> ▁ t h e r i v s a m . , ▁the ▁r ive rive ▁s ▁river ri es st ar é ▁he"),
    "camembert": (CamembertTokenizer, "<s> <pad> </s> <unk> ▁ t h e r i v s a m . , ▁the ▁r ive rive ▁s ▁river ri es st ar é ▁he"),
}
IDS = [[0, 5, 6, 7, 2], [0, 2], [0, 9, 8, 2, 2, 7, 6, 5, 2], [0, *range(10, 28), 2], [0, 4, 1, 5, 2]]
classes = dict(id2label={0: "bad", 1: "good", 2: "so-so"}, label2id={"bad": 0, "good": 1, "so-so": 2})
number = dict(num_labels=1, problem_type="regression")
cases = {
    "bert-classification": BertForSequenceClassification(BertConfig(**bert, **classes)),
    "bert-regression": BertForSequenceClassification(BertConfig(**bert, **number)),
    "distilbert-classification": DistilBertForSequenceClassification(DistilBertConfig(**distilbert, **classes)),
    "distilbert-regression": DistilBertForSequenceClassification(DistilBertConfig(**distilbert, **number)),
    "roberta-classification": RobertaForSequenceClassification(RobertaConfig(**roberta, **classes)),
    "roberta-regression": RobertaForSequenceClassification(RobertaConfig(**roberta, **number)),
    "xlm-roberta-classification": XLMRobertaForSequenceClassification(XLMRobertaConfig(**roberta, **classes)),
    "camembert-regression": CamembertForSequenceClassification(CamembertConfig(**roberta | dict(vocab_size=32), **number)),
    "mpnet-classification": MPNetForSequenceClassification(MPNetConfig(**mpnet, **classes)),
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
    if name.startswith(("roberta", "xlm-roberta", "camembert", "mpnet")):
        if name.startswith("roberta"):
            tokenizer = RobertaTokenizer(vocab={token: i for i, token in enumerate(PIECES)}, merges=MERGES)
        elif name.startswith("mpnet"):
            tokenizer = MPNetTokenizer(vocab={token: i for i, token in enumerate(MPNET_TOKENS)})
        else:
            cls, pieces = UNIGRAM[name.rsplit("-", 1)[0]]
            tokenizer = cls(vocab=[(piece, -i / 3) for i, piece in enumerate(pieces.split())])
        golden = []
        for texts in TEXTS + LONG if name.startswith("mpnet") else ROBERTA_TEXTS:
            inputs = tokenizer(*texts, return_tensors="pt")
            with torch.no_grad():
                logits = model(**inputs).logits[0].tolist()
            golden.append({"texts": texts, "ids": inputs["input_ids"][0].tolist(), "logits": logits})
        (folder / "texts.json").write_text(json.dumps(golden, indent=1) + "\n")
        if name != "roberta-regression":
            tokenizer.save_pretrained(folder)
        else:  # the files of releases before tokenizer.json
            (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(PIECES)}) + "\n")
            (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in MERGES))
            reread = AutoTokenizer.from_pretrained(folder)
            assert [reread(*texts)["input_ids"] for texts in ROBERTA_TEXTS] == [one["ids"] for one in golden]
        golden = []
        for ids in IDS:
            batch = torch.tensor([ids])
            with torch.no_grad():
                logits = model(input_ids=batch, attention_mask=torch.ones_like(batch)).logits[0].tolist()
            golden.append({"ids": ids, "logits": logits})
        (folder / "logits.json").write_text(json.dumps(golden, indent=1) + "\n")
        continue
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
distances = torch.arange(-520, 521)
ranges = MPNetEncoder.relative_position_bucket(distances)
(OUT / "mpnet-classification" / "distances.json").write_text(json.dumps(ranges.tolist()) + "\n")
