"""Writes what sentence-transformers computes for sentence embeddings: EmbeddingParityTest compares Jada with it.

    python embedding_golden.py ../resources/jada/adalora/embedding

- losses.json: values and gradients of every loss for random embeddings
- retrieval.json, similarity.json: the metrics of its evaluators for random embeddings
- trajectory-NAME.json: the loss of 100 steps of a run with LoRA on the tiny BERT of peft_writes.py, the mean of the
  hidden states made of length 1, AdamW, linear schedule with warm-up, no dropout, batches in the order of the file;
  pairs.jsonl, triplets.jsonl and scored.jsonl are the texts, start is the adapter to start from

Needs torch, transformers, peft 0.21 and sentence-transformers 6. Prints the first and the last loss of each run.
"""

import json
import math
import os
import pathlib
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"  # the base model "tiny" is nowhere to be asked for

import numpy
import torch
from peft import LoraConfig, TaskType, get_peft_model
from safetensors.torch import load_file
from sentence_transformers import util
from sentence_transformers.sentence_transformer import losses
from sentence_transformers.sentence_transformer.evaluation import (
    EmbeddingSimilarityEvaluator, InformationRetrievalEvaluator)
from transformers import BertConfig, BertModel, get_linear_schedule_with_warmup

out = pathlib.Path(sys.argv[1])
STEPS, BATCH, ROWS, RATE, WARMUP, DECAY = 100, 8, 80, 5e-3, 0.06, 0.01


def digits(x):
    return float(f"{x:.9g}")


def listed(tensor):
    return [digits(x) for x in tensor.reshape(-1).tolist()]


# ---- losses of given embeddings ----------------------------------------------------------------


class Given(torch.nn.Module):
    """A model whose embeddings are in its features."""

    def forward(self, features):
        return {"sentence_embedding": features["e"]}

    def get_embedding_dimension(self):
        return 12

    get_sentence_embedding_dimension = get_embedding_dimension


def loss_case(name, make, columns, labels=None):
    generator = torch.Generator().manual_seed(len(name))
    given = [torch.randn(6, 12, generator=generator).requires_grad_() for _ in range(columns)]
    model = Given()
    value = make(model)([{"e": e} for e in given], labels)
    value = value if torch.is_tensor(value) else sum(value.values())
    value.backward()
    return {"name": name, "loss": digits(float(value)), "labels": [] if labels is None else labels.tolist(),
            "embeddings": [listed(e.detach()) for e in given], "gradients": [listed(e.grad) for e in given]}


def write_losses():
    scores = torch.tensor([0.1, 0.9, 0.4, 0.4, 0.7, 0.2])
    classes = torch.tensor([1, 0, 1, 1, 0, 0])
    mnrl = losses.MultipleNegativesRankingLoss
    both = dict(directions=("query_to_doc", "doc_to_query"), partition_mode="per_direction")
    cases = [
        loss_case("mnrl", mnrl, 2),
        loss_case("mnrl with hard negatives", mnrl, 4),
        loss_case("mnrl both directions", lambda m: mnrl(m, **both), 2),
        loss_case("mnrl both directions with hard negatives", lambda m: mnrl(m, **both), 3),
        loss_case("cosent", losses.CoSENTLoss, 2, scores),
        loss_case("cosine", losses.CosineSimilarityLoss, 2, scores),
        loss_case("triplet", losses.TripletLoss, 3),
        loss_case("triplet margin 1", lambda m: losses.TripletLoss(m, triplet_margin=1), 3),
        loss_case("contrastive", losses.ContrastiveLoss, 2, classes),
        loss_case("matryoshka mnrl", lambda m: losses.MatryoshkaLoss(m, mnrl(m), [12, 6, 3]), 2),
        loss_case("matryoshka cosent", lambda m: losses.MatryoshkaLoss(m, losses.CoSENTLoss(m), [12, 4]), 2, scores),
    ]
    (out / "losses.json").write_text(json.dumps(cases))


# ---- evaluators --------------------------------------------------------------------------------


class Table:
    """A model that knows the embedding of each text."""

    similarity_fn_name = "cosine"

    def __init__(self, rows):
        self.rows = rows
        self.similarity = util.cos_sim
        self.similarity_pairwise = util.pairwise_cos_sim
        self.model_card_data = self

    def set_evaluation_metrics(self, *_, **__):
        pass

    def encode(self, texts, **_):
        rows = numpy.array([self.rows[t] for t in texts], dtype=numpy.float32)
        return torch.tensor(rows) if _.get("convert_to_tensor") else rows

    encode_query = encode_document = encode


def write_evaluators():
    rng = numpy.random.default_rng(5)
    queries = {f"q{i}": rng.normal(size=8) for i in range(40)}
    documents = {f"d{i}": rng.normal(size=8) for i in range(250)}
    relevant = {q: {f"d{j}" for j in rng.choice(250, size=1 + i % 14, replace=False)} for i, q in enumerate(queries)}
    for i, (q, answers) in enumerate(relevant.items()):  # some are found
        for d in sorted(answers)[: 1 + i % 3]:  # a set has another order in each process
            documents[d] = queries[q] + rng.normal(size=8) * (0.3 + 0.1 * (i % 5))
    model = Table({**queries, **documents})
    texts = {t: t for t in [*queries, *documents]}
    evaluator = InformationRetrievalEvaluator(
        {q: texts[q] for q in queries}, {d: texts[d] for d in documents}, relevant,
        accuracy_at_k=[1, 3, 5, 10], precision_recall_at_k=[1, 3, 5, 10], write_csv=False)
    metrics = {k.removeprefix("cosine_"): digits(float(v)) for k, v in evaluator(model).items()}
    (out / "retrieval.json").write_text(json.dumps({
        "queries": [listed(torch.tensor(v, dtype=torch.float32)) for v in queries.values()],
        "documents": [listed(torch.tensor(v, dtype=torch.float32)) for v in documents.values()],
        "relevant": [sorted(int(d[1:]) for d in relevant[q]) for q in queries],
        "metrics": metrics}))

    a = {f"a{i}": rng.normal(size=8) for i in range(60)}
    b = {f"b{i}": v + rng.normal(size=8) for i, v in enumerate(a.values())}
    gold = [round(float(x), 1) for x in rng.uniform(0, 5, size=60)]  # some are equal
    evaluator = EmbeddingSimilarityEvaluator(list(a), list(b), gold, write_csv=False)
    found = evaluator(Table({**a, **b}))
    (out / "similarity.json").write_text(json.dumps({
        "first": [listed(torch.tensor(v, dtype=torch.float32)) for v in a.values()],
        "second": [listed(torch.tensor(v, dtype=torch.float32)) for v in b.values()],
        "scores": gold,
        "metrics": {k: digits(float(v)) for k, v in found.items() if k.endswith("_cosine")}}))


# ---- runs --------------------------------------------------------------------------------------


class Encoder(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def __getitem__(self, index):  # asked for by the cached loss, which looks for static embeddings
        return self.network

    def forward(self, features):
        mask = features["attention_mask"]
        hidden = self.network(input_ids=features["input_ids"], attention_mask=mask).last_hidden_state
        mean = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        return {"sentence_embedding": torch.nn.functional.normalize(mean, dim=1)}


def adapted():
    config = BertConfig(
        vocab_size=20, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=32,
        max_position_embeddings=12, hidden_dropout_prob=0, attention_probs_dropout_prob=0)
    model = BertModel(config, add_pooling_layer=False)
    weights = load_file(out.parent / "peft" / "base.safetensors")
    model.load_state_dict({k: v for k, v in weights.items() if not k.startswith(("pooler", "classifier"))})
    lora = LoraConfig(task_type=TaskType.FEATURE_EXTRACTION, r=4, lora_alpha=8, target_modules=["query", "value"])
    model = get_peft_model(model, lora)
    lora.base_model_name_or_path = "tiny"
    torch.manual_seed(5)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "lora_" in name:
                p.normal_(0, 0.1)
    return model


def texts(columns, seed):
    """Different texts of the words a to o, column by column."""
    rng = torch.Generator().manual_seed(seed)
    seen, rows = set(), []
    for _ in range(ROWS):
        row = []
        while len(row) < columns:
            n = 2 + int(torch.randint(7, (1,), generator=rng))
            text = " ".join(chr(ord("a") + int(torch.randint(15, (1,), generator=rng))) for _ in range(n))
            if text not in seen:
                seen.add(text)
                row.append(text)
        rows.append(row)
    return rows


def features(column):
    ids = [[2, *(5 + ord(w) - ord("a") for w in text.split()), 3] for text in column]
    longest = max(map(len, ids))
    return {"input_ids": torch.tensor([i + [0] * (longest - len(i)) for i in ids]),
            "attention_mask": torch.tensor([[1] * len(i) + [0] * (longest - len(i)) for i in ids])}


def run(name, make, rows, scores=None):
    model = adapted().train()
    loss = make(Encoder(model))
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=RATE, weight_decay=DECAY)
    schedule = get_linear_schedule_with_warmup(optimizer, math.ceil(WARMUP * STEPS), STEPS)
    values = []
    for t in range(STEPS):
        start = t % (ROWS // BATCH) * BATCH
        part = rows[start:start + BATCH]
        labels = None if scores is None else torch.tensor(scores[start:start + BATCH])
        value = loss([features(column) for column in zip(*part)], labels)
        value.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        values.append(digits(float(value.detach())))
    (out / f"trajectory-{name}.json").write_text(json.dumps(values))
    print(f"{name}: {values[0]} -> {values[-1]}", flush=True)


def write_runs():
    adapted().save_pretrained(out / "start")
    (out / "start" / "README.md").unlink()
    file = out / "start" / "adapter_config.json"
    config = json.loads(file.read_text())
    config["target_modules"].sort()  # PEFT has a set
    file.write_text(json.dumps(config, indent=2, sort_keys=True))
    pairs, triplets, scored = texts(2, 1), texts(3, 2), texts(2, 3)
    scores = [round(i * 7 % 11 / 10, 1) for i in range(ROWS)]
    names = ["anchor", "positive", "negative"]
    for file, rows in ("pairs", pairs), ("triplets", triplets):
        (out / f"{file}.jsonl").write_text("".join(json.dumps(dict(zip(names, r))) + "\n" for r in rows))
    (out / "scored.jsonl").write_text("".join(
        json.dumps({"sentence1": r[0], "sentence2": r[1], "score": s}) + "\n" for r, s in zip(scored, scores)))
    run("mnrl", losses.MultipleNegativesRankingLoss, pairs)
    run("cached-mnrl", lambda m: losses.CachedMultipleNegativesRankingLoss(m, mini_batch_size=3), pairs)
    run("cosent", losses.CoSENTLoss, scored, scores)
    run("triplet", losses.TripletLoss, triplets)


shutil.rmtree(out, ignore_errors=True)
out.mkdir(parents=True)
write_losses()
write_evaluators()
write_runs()
