"""Lets Jada and transformers + PEFT answer the same texts with models that are drawn at random, and stops at the
first difference.

    mvn -q -DskipTests package
    peers-venv/bin/python bench/compare/differential.py --draws 500

A draw is a small checkpoint with random, lively weights (bert, distilbert; sizes, names and types of its tensors,
labels, kind of task; vocab.txt, tokenizer.json or both, and the files beside them), on most of them an adapter that
PEFT makes and saves (LoRA and AdaLoRA, with every option that docs/adapter-keys.md calls honoured), and a dozen odd texts and
pairs of texts. Every key of the ledgers gets some value now and then, also one that asks for what Jada does not
compute. One JVM answers all draws (jada.bench.Answers).

It stops with exit status 1 at

- logits, probabilities or labels that differ: by more than 1e-4, or that part of the largest logit;
- an answer of Jada where the reference refuses, or would answer with random weights;
- a refusal of Jada that nothing in the draw announces: a draw knows which of its keys the ledgers refuse;
- anything but an answer or a refusal.

Each draw depends on the seed and its number alone: --seed S --first N --draws 1 --keep DIR repeats draw N of seed S
and leaves its files in DIR. Needs torch, transformers 5.17 and peft 0.21 in the Python that runs it.
"""
import argparse
import collections
import contextlib
import io
import json
import logging
import random
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import load_file, save_file
from sides import Side, java
from transformers import AutoModelForSequenceClassification, AutoTokenizer

TOLERANCE = 1e-4

WORDS = ("the film was great a dull boring place meal nice day song lovely bad un able ing ed er "
         "naïve café straße 東 京 é ü ß İ i ı σ ς Σ don t 1 2 23 0 3 x y z Łódź ﬁ").split()
ODD_TEXTS = [
    "", " ", "\t\n", "the film was great", "THE FILM WAS GREAT", "Naïve CAFÉ in Straße", "東京 the 東film京", "a\u0000b\u0001c",
    "don't--stop!!!", "x" * 101, "x" * 100, "the\u00a0film\u2028was\u200bgreat", "e\u0301 \u0301", "İstanbul ISTANBUL ıI",
    "ΣΊΣΥΦΟΣ σς", "[MASK] was [UNK] great [SEP] bad [CLS] [PAD]", "[mask] [Unk]", "<user> saw [url]!", "<USER>saw [URL]",
    "new word newword new  word", "\U0001F600 the \U0001F468\u200d\U0001F469\u200d\U0001F467 film", "\u202ethe film\u202c",
    "ﬁne ﬁlm \ufb01", "the " * 70, "\ufffd \ufeff the", "1,000.50 $ 3€ ½ ² ①", "中文字符和English混合", "한국어 ภาษาไทย עברית العربية हिन्दी",
    "a.b.c@d.e/f?g=h&i#j", "``quoted'' \u201cquoted\u201d \u2014 dash", "z\u0327\u0301\u0323 q\u0300", "_under_score_ __init__",
    "  leading and trailing  ", "unabled unableing uned 123 2323", "Ⅷ ⅷ ꟸ ᲀ \u1e9e", "the\r\nfilm\rwas", "<b>great</b>",
]
LABELS = ["positive", "negative", "LABEL_0", "0", "so, so", "naïve", "a b", "東", "", " x", "LABEL_7", "1.0", "nan", "N/A"]
ADDED = ["<user>", "[url]", "new word", "was", "CAFÉ", "Σ", "great!", "##zz", "İ", "[MASK]x"]


class Draw:
    """What one draw is made of: random numbers, its folder, and what Jada may refuse in it."""

    def __init__(self, seed, number, folder):
        self.rng = random.Random(f"{seed}/{number}")
        self.torch = torch.Generator().manual_seed(self.rng.getrandbits(60))
        self.folder = folder
        self.announced = []
        self.notes = []

    def chance(self, probability):
        return self.rng.random() < probability

    def choice(self, *values):
        return self.rng.choice(values)

    def sample(self, values, most):
        return self.rng.sample(list(values), self.rng.randint(0, most))

    def normal(self, shape, mean=0.0, deviation=1.0):
        return mean + deviation * torch.randn(tuple(shape), generator=self.torch)

    def announce(self, *parts):
        """Jada may refuse with a message that holds one of these."""
        self.announced.extend(parts)

    def write(self, path, content):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, str):
            content = json.dumps(content, ensure_ascii=self.chance(0.5), indent=self.choice(None, 2))
        path.write_bytes(content.encode("utf-8"))


# ---- the tokenizer ---------------------------------------------------------------------------------------------

def vocabulary(d):
    """Tokens in a random order: words, letters, pieces of words, punctuation, and BERT's special tokens."""
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    words = d.rng.sample(WORDS, d.rng.randint(10, len(WORDS)))
    pieces = ["##" + w for w in d.rng.sample(letters + ["ing", "ed", "able", "23", "é", "東"], 20)]
    tokens = list(dict.fromkeys(words + [w.upper() for w in d.sample(words, 5)] + d.rng.sample(letters, 20) + pieces
                                + list(".,!?'-[]<>_@/#$") + ["[unused0]"] + d.sample(ADDED, 2)))
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    if d.chance(0.5):
        tokens = [t for t in tokens if t not in special] + special
        d.rng.shuffle(tokens)
        return tokens
    return special + [t for t in tokens if t not in special]


def added_token(d, content):
    special = d.chance(0.4)
    return {"content": content, "single_word": d.chance(0.2), "lstrip": d.chance(0.2), "rstrip": d.chance(0.2),
            "normalized": d.chance(0.5), "special": special}


def tokenizer_json(d, tokens, added):
    ids = {token: i for i, token in enumerate(tokens)}
    lowercase = d.chance(0.6)
    special = [{"id": ids[t], "content": t, "single_word": False, "lstrip": False, "rstrip": False,
                "normalized": False, "special": True} for t in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]]
    listed = sorted(special + [{"id": i, **token} for i, token in added.items()], key=lambda t: t["id"])

    def piece(kind, name, type_id):
        return {kind: {"id": name, "type_id": type_id}}

    single = [piece("SpecialToken", "[CLS]", 0), piece("Sequence", "A", 0), piece("SpecialToken", "[SEP]", 0)]
    template = {
        "type": "TemplateProcessing", "single": single,
        "pair": single + [piece("Sequence", "B", 1), piece("SpecialToken", "[SEP]", 1)],
        "special_tokens": {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in ["[CLS]", "[SEP]"]}}
    bert = {"type": "BertProcessing", "sep": ["[SEP]", ids["[SEP]"]], "cls": ["[CLS]", ids["[CLS]"]]}
    normalizer = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": d.chance(0.8),
                  "strip_accents": d.choice(None, None, True, False), "lowercase": lowercase}
    longest = 100
    if d.chance(0.05):
        longest = d.choice(50, 200)
        d.announce("max_input_chars_per_word")
    if d.chance(0.03):
        normalizer["clean_text"] = False
        d.announce("clean_text")
    file = {
        "version": "1.0",
        "truncation": d.choice(None, {"direction": "Right", "max_length": 6, "strategy": "LongestFirst", "stride": 0}),
        "padding": d.choice(None, {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None,
                                   "pad_id": ids["[PAD]"], "pad_type_id": 0, "pad_token": "[PAD]"}),
        "added_tokens": listed, "normalizer": normalizer, "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": d.choice(template, template, bert),
        "decoder": d.choice(None, {"type": "WordPiece", "prefix": "##", "cleanup": True}),
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": longest, "vocab": ids}}
    return file


def tokenizer_config(d, added, distil):
    config = {}
    for key, probability, values in [
            ("do_lower_case", 0.6, [True, False]), ("strip_accents", 0.3, [True, False, None]),
            ("tokenize_chinese_chars", 0.3, [True, False]), ("clean_up_tokenization_spaces", 0.3, [True, False]),
            ("model_max_length", 0.5, [512, 5, 1e30]), ("padding_side", 0.2, ["left", "right"]),
            ("do_basic_tokenize", 0.1, [True]), ("never_split", 0.1, [None]), ("name_or_path", 0.1, ["x/y"]),
            ("unk_token", 0.3, ["[UNK]"]), ("cls_token", 0.3, ["[CLS]"]), ("mask_token", 0.2, ["[MASK]"]),
            ("max_length", 0.1, [7]), ("stride", 0.1, [0, 2]), ("truncation_strategy", 0.1, ["longest_first"]),
            ("chat_template", 0.05, ["{{ x }}"]), ("something_else", 0.05, [True, "x", 7])]:
        if d.chance(probability):
            config[key] = d.choice(*values)
    classes = ["DistilBertTokenizer", "DistilBertTokenizerFast"] if distil else []
    if d.chance(0.7):
        config["tokenizer_class"] = d.choice("BertTokenizer", "BertTokenizer", "BertTokenizerFast", *classes)
    if d.chance(0.1):
        config["model_input_names"] = d.choice(["input_ids", "attention_mask"],
                                               ["input_ids", "token_type_ids", "attention_mask"])
    if d.chance(0.15):
        config["additional_special_tokens"] = d.rng.sample(["<user>", "[url]", "<extra>", "was"], d.rng.randint(1, 2))
    if d.chance(0.1):
        config["extra_special_tokens"] = ["<more>"]
    if d.chance(0.1):
        config[d.choice("bos_token", "eos_token")] = d.choice("[CLS]", "<s>", "[SEP]")
    for key, value in [("truncation_side", "left"), ("do_basic_tokenize", False), ("never_split", ["was"]),
                       ("wordpieces_prefix", "@@"), ("clean_text", False), ("split_special_tokens", True),
                       ("unk_token", "<unk>"), ("sep_token", "</s>"), ("pad_token", "<pad>"), ("own_token", "<own>"),
                       ("tokenizer_class", "RobertaTokenizer"), ("tokenizer_class", "PreTrainedTokenizerFast"),
                       ("tokenizer_class", "LlamaTokenizer")]:
        if d.chance(0.012):
            config[key] = value
            d.announce(key)
    if config.get("tokenizer_class") == "PreTrainedTokenizerFast":
        d.announce("tokenizer.json describes", "have other added tokens")
    return config


def tokenizer(d, distil):
    """Writes the files of a tokenizer; how many rows of embeddings it needs."""
    tokens = vocabulary(d)
    names = [t for t in d.sample(ADDED, 3) if t not in tokens] if d.chance(0.5) else []
    added = {len(tokens) + i: added_token(d, name) for i, name in enumerate(names)}
    form = d.choice("vocab", "json", "json", "both")
    if form != "json":
        lines = list(tokens)
        if d.chance(0.1):
            at = d.rng.randrange(len(lines))
            if not lines[at].startswith("["):
                lines.insert(d.rng.randint(0, len(lines)), lines[at])
                added = {}
                d.notes.append("a token twice in vocab.txt")
                # transformers numbers added tokens by the count of different ones, so that two may share an id.
                d.announce("belongs to both")
        d.write("base/vocab.txt", d.choice("\n", "\n", "\r\n").join(lines) + d.choice("", "\n"))
        rows = len(lines)
    if form != "vocab":
        d.write("base/tokenizer.json", tokenizer_json(d, tokens, added))
        rows = max(rows, len(tokens)) if form == "both" else len(tokens)
    config = tokenizer_config(d, added, distil) if d.chance(0.85) else None
    place = d.choice("decoder", "decoder", "file", "none")
    if added and config is not None and place == "decoder":
        config["added_tokens_decoder"] = {str(i): token for i, token in added.items()}
        if d.chance(0.5):
            first = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
            config["added_tokens_decoder"] |= {str(tokens.index(t)): {"content": t, **first}
                                               for t in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]}
    elif added and place == "file":
        d.write("base/added_tokens.json", {token["content"]: i for i, token in added.items()})
    if config is not None:
        d.write("base/tokenizer_config.json", config)
    if d.chance(0.2):
        special = {"unk_token": "[UNK]", "sep_token": {"content": "[SEP]", "lstrip": False, "normalized": False,
                                                       "rstrip": False, "single_word": False}}
        if d.chance(0.4):
            special["additional_special_tokens"] = ["<user>"]
        d.write("base/special_tokens_map.json", special)
    if added:
        d.announce("the added token", "other added tokens", "has the ids")
    return rows + len(added) + 6


# ---- the checkpoint --------------------------------------------------------------------------------------------

def checkpoint(d):
    distil = d.chance(0.4)
    rows = tokenizer(d, distil)
    heads = d.rng.randint(1, 4)
    hidden = heads * d.rng.randint(1, 7)
    labels = d.choice(1, 2, 2, 3, 5)
    positions = d.rng.randint(12, 70)
    if distil:
        config = transformers.DistilBertConfig(
            vocab_size=rows, dim=hidden, n_layers=d.rng.randint(1, 3), n_heads=heads, hidden_dim=d.rng.randint(1, 40),
            max_position_embeddings=positions, num_labels=labels, dropout=d.choice(0, 0.1), attention_dropout=0.2,
            seq_classif_dropout=d.choice(0, 0.3), sinusoidal_pos_embds=d.chance(0.2))
    else:
        config = transformers.BertConfig(
            vocab_size=rows, hidden_size=hidden, num_hidden_layers=d.rng.randint(1, 3), num_attention_heads=heads,
            intermediate_size=d.rng.randint(1, 40), max_position_embeddings=positions, num_labels=labels,
            type_vocab_size=d.choice(2, 2, 2, 3), layer_norm_eps=d.choice(1e-12, 1e-5, 1e-2, 0.5),
            hidden_dropout_prob=d.choice(0, 0.1), classifier_dropout=d.choice(None, 0, 0.4))
    model = AutoModelForSequenceClassification.from_config(config)
    lively = d.choice(0.2, 0.5, 1.0)
    weights = {}
    for name, tensor in model.state_dict().items():
        if not tensor.is_floating_point():
            continue
        if "norm" in name.lower():
            weights[name] = d.normal(tensor.shape, 1.0 if name.endswith("weight") else 0.0, 0.3)
        else:
            scale = lively if name.endswith("bias") or "embeddings" in name else lively * 2 / max(tensor.shape) ** 0.5
            weights[name] = d.normal(tensor.shape, 0, scale)
    dtype = d.choice(torch.float32, torch.float32, torch.float16, torch.bfloat16)
    weights = {name: tensor.to(dtype).contiguous() for name, tensor in weights.items()}
    if d.chance(0.15):
        weights = {name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): t
                   for name, t in weights.items()}
    if d.chance(0.15):
        key = ("distilbert." if distil else "bert.") + "embeddings.position_ids"
        weights[key] = torch.arange(positions).unsqueeze(0)
    if d.chance(0.1):
        weights["cls.predictions.bias" if not distil else "vocab_projector.bias"] = d.normal([rows])
    if d.chance(0.03):
        weights.pop(d.choice(*weights))
        d.announce("is missing", "has no", "model.safetensors")
    if d.chance(0.02):
        name = d.choice(*[n for n, t in weights.items() if t.is_floating_point()])
        weights[name].view(-1)[0] = float("nan")
        d.announce("NaN")
    save_weights(d, weights)
    d.write("base/config.json", config_json(d, config, labels, distil))
    return positions, labels


def save_weights(d, weights):
    """As safetensors or by torch.save, in one file or in two with an index."""
    base = d.folder / "base"
    base.mkdir(parents=True, exist_ok=True)
    form = d.choice("model.safetensors", "model.safetensors", "pytorch_model.bin")

    def save(some, name):
        if form == "model.safetensors":
            save_file(some, base / name, {"format": "pt"})
        else:
            torch.save(some, base / name)

    if d.chance(0.7):
        save(weights, form)
        return
    stem, ending = form.split(".")
    parts = [f"{stem}-0000{i}-of-00002.{ending}" for i in (1, 2)]
    where = {name: d.choice(*parts) for name in weights}
    for part in parts:
        save({name: t for name, t in weights.items() if where[name] == part}, part)
    size = sum(t.numel() * t.element_size() for t in weights.values())
    d.write(f"base/{form}.index.json", {"metadata": {"total_size": size}, "weight_map": where})


def config_json(d, config, labels, distil):
    file = json.loads(config.to_json_string(use_diff=d.chance(0.3)))
    file["model_type"] = "distilbert" if distil else "bert"
    if labels == 1 or d.chance(0.3):
        for key in ("id2label", "label2id"):
            file.pop(key, None)
        if labels != 2:
            file["id2label"] = {str(i): f"LABEL_{i}" for i in range(labels)}
            file["label2id"] = {f"LABEL_{i}": i for i in range(labels)}
    else:
        names = d.rng.sample(LABELS, labels)
        file["id2label"] = {str(i): name for i, name in enumerate(names)}
        file["label2id"] = {name: i for i, name in enumerate(names)}
        if d.chance(0.1):
            file["label2id"] = {name: labels - 1 - i for i, name in enumerate(names)}
        elif d.chance(0.05):
            del file[d.choice("label2id", "id2label")]
            d.announce("id2label is missing")
    file.pop("problem_type", None)
    if d.chance(0.5):
        file["problem_type"] = ("regression" if labels == 1
                                else d.choice("single_label_classification", "multi_label_classification"))
    if d.chance(0.02):
        file["problem_type"] = d.choice("regression", "multi_label_classification", "other")
        d.announce("problem_type", "only label", "at least two")
    if d.chance(0.02):
        file["id2label"] = {str(i): f"l{i}" for i in range(labels + 1)}
        d.announce("id2label", "classes")
    if d.chance(0.02):
        file["num_labels"] = d.choice(2, 3)
        d.announce("num_labels", "classes", "id2label")
    if d.chance(0.3):
        file["transformers_version"] = d.choice("4.2.1", "5.17.0", "5.18.0", "3.0.2", None)
    for key, probability, values in [
            ("dtype", 0.2, ["float32", "bfloat16", "float16"]), ("torch_dtype", 0.2, ["float32", "float16"]),
            ("architectures", 0.3, [["BertForMaskedLM"], [], None]), ("initializer_range", 0.2, [0.02, 5.0]),
            ("output_attentions", 0.1, [True, False]), ("output_hidden_states", 0.1, [True]),
            ("return_dict", 0.1, [True]), ("use_cache", 0.2, [True, False]), ("chunk_size_feed_forward", 0.1, [0, 1]),
            ("tie_word_embeddings", 0.1, [True, False]), ("_name_or_path", 0.2, ["some/model"]),
            ("finetuning_task", 0.1, ["sst2"]), ("pad_token_id", 0.2, [0, 1, 5]), ("bos_token_id", 0.1, [0, None]),
            ("directionality", 0.1, ["bidi"]), ("pooler_fc_size", 0.1, [768]), ("is_decoder", 0.1, [False]),
            ("pruned_heads", 0.1, [{}]), ("gradient_checkpointing", 0.1, [True, False]), ("max_length", 0.1, [3, 20]),
            ("language", 0.05, ["en"]), ("summary_type", 0.05, ["cls"]), ("use_bfloat16", 0.1, [True, False])]:
        if d.chance(probability):
            file[key] = d.choice(*values)
    for key, values in [
            ("activation" if distil else "hidden_act", ["relu", "gelu_new", "silu", "gelu_pytorch_tanh", "gelu_python"]),
            ("position_embedding_type", ["relative_key", "absolute", "relative_key_query"]), ("is_decoder", [True]),
            ("add_cross_attention", [True]), ("pruned_heads", [{"0": [0]}]), ("is_encoder_decoder", [True]),
            ("rope_scaling", [{"factor": 2.0}]), ("auto_map", [{"AutoModel": "x.Y"}]),
            ("quantization_config", [{"quant_method": "bitsandbytes", "load_in_8bit": True}]),
            ("tokenizer_class", ["BertTokenizer", "GPT2Tokenizer"]), ("model_type", ["roberta", "electra", "albert"]),
            ("hidden_size" if distil else "dim", [8]), ("num_hidden_layers" if distil else "n_layers", [1]),
            ("vocab_size", [7, 10_000]), ("max_position_embeddings", [3, 1000]), ("type_vocab_size", [1]),
            ("layer_norm_eps", [0, "1e-12"]), ("hidden_dropout_prob", [1.5, "x"]), ("new_key", [True, 3])]:
        if d.chance(0.012):
            file[key] = d.choice(*values)
            d.announce(key, key.replace("_", ""), "model.safetensors", "tokenizer")
    return file


# ---- the adapter -----------------------------------------------------------------------------------------------

def linear_names(distil):
    if distil:
        return ["q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"]
    return ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense", "dense"]


def adapter(d, base):
    """Makes and saves an adapter with PEFT."""
    model = AutoModelForSequenceClassification.from_pretrained(base, dtype=torch.float32)
    distil = model.config.model_type == "distilbert"
    targets = d.choice(
        d.rng.sample(linear_names(distil), d.rng.randint(1, 4)), d.rng.sample(linear_names(distil), 2), "all-linear",
        r".*layer\.0\..*(q_lin|query|lin1|dense)", None)
    options = dict(task_type="SEQ_CLS", lora_alpha=d.choice(1, 16, 7, 0), lora_dropout=d.choice(0.0, 0.3),
                   inference_mode=d.chance(0.5))
    if d.chance(0.08):
        embedding = d.choice("word_embeddings", "position_embeddings")
        targets = [*(targets if isinstance(targets, list) else []), embedding]
    if targets is not None:
        options["target_modules"] = targets
    if d.chance(0.15):
        options["layers_to_transform"] = d.choice(0, [0], [0, 1])
        if isinstance(targets, str) or targets is None:
            options.pop("layers_to_transform")
    if d.chance(0.15):
        options["exclude_modules"] = d.choice(["value", "v_lin"], r".*\.1\..*")
    if d.chance(0.2):
        options["modules_to_save"] = d.choice(["classifier"], ["classifier", "pre_classifier" if distil else "pooler"])
        if d.chance(0.1):
            options["modules_to_save"] = ["LayerNorm"] if not distil else ["sa_layer_norm"]
    if d.chance(0.2):
        options["bias"] = d.choice("all", "lora_only")
    if d.chance(0.35):
        options.pop("lora_dropout")
        config = peft.AdaLoraConfig(init_r=d.rng.randint(1, 6), target_r=d.rng.randint(1, 4), total_step=d.rng.randint(20, 50),
                                    tinit=d.choice(0, 3), tfinal=d.choice(0, 4), deltaT=d.choice(1, 5),
                                    beta1=d.choice(0.85, 0.5), beta2=0.85, orth_reg_weight=d.choice(0.5, 0.1), **options)
    else:
        options |= dict(r=d.rng.randint(1, 6), use_rslora=d.chance(0.2),
                        init_lora_weights=d.choice(True, True, True, "gaussian", False, "pissa", "olora", "orthogonal"))
        if options["init_lora_weights"] == "orthogonal":
            options["r"] = 2 * d.rng.randint(1, 3)
        if d.chance(0.25):
            options["rank_pattern"] = {d.choice("query", "layer.0.attention.self.query", "q_lin", "lin1", r".*\.0\..*",
                                                "^query", "value"): d.rng.randint(1, 4) * 2}
        if d.chance(0.25):
            options["alpha_pattern"] = {d.choice("value", "v_lin", "k_lin", r"layer\.1\..*", "dense"): d.choice(3, 11)}
        if d.chance(0.1):
            options["lora_bias"] = True
            options["init_lora_weights"] = True
        if d.chance(0.1) and not options.get("lora_bias"):
            options["use_dora"] = True
        if d.chance(0.01):
            options["trainable_token_indices"] = [1, 2]
            d.announce("trainable_token_indices")
        if d.chance(0.01):
            options["layer_replication"] = [(0, 1), (0, 1)]
            d.announce("layer_replication")
        config = peft.LoraConfig(**options)
    model = peft.get_peft_model(model, config)
    if config.lora_alpha == 0:
        d.announce("lora-alpha")
    liveliness = d.choice(0.2, 0.6)
    for name, parameter in model.named_parameters():
        if "lora_magnitude" in name:
            parameter.data *= 0.5 + torch.rand(parameter.shape, generator=d.torch)
        elif "lora_" in name:
            parameter.data = d.normal(parameter.shape, 0, liveliness)
        elif parameter.requires_grad:
            parameter.data += d.normal(parameter.shape, 0, 0.3)
    for name, parameter in model.named_parameters():  # what inference_mode has frozen is saved nevertheless
        if ".modules_to_save." in name and not parameter.requires_grad:
            parameter.data += d.normal(parameter.shape, 0, 0.3)
    if isinstance(config, peft.AdaLoraConfig) and d.chance(0.7):
        pattern = {}
        for name, parameter in model.base_model.model.named_parameters():
            if "lora_E" in name:
                kept = [d.chance(0.5) for _ in range(parameter.shape[0])]
                pattern[name] = kept
                # as PEFT's allocator leaves it: what is not kept is 0
                parameter.data[[not k for k in kept]] = 0
        config.rank_pattern = pattern
    model.eval()
    model.save_pretrained(d.folder / "adapter")
    (d.folder / "adapter" / "README.md").unlink(missing_ok=True)
    if d.chance(0.1):
        change_config(d)
    if d.chance(0.03):
        file = d.folder / "adapter" / "adapter_model.safetensors"
        tensors = load_file(file)
        tensors.pop(d.choice(*tensors))
        save_file(tensors, file, {"format": "pt"})
        d.announce("is missing", "its partners are missing", "has no", "belongs to no layer")


def change_config(d):
    """As a later or an earlier release, or a person, writes adapter_config.json."""
    file = d.folder / "adapter" / "adapter_config.json"
    config = json.loads(file.read_text())
    key, value, announced = d.choice(
        ("lora_alpha", 7.5, False), ("lora_alpha", "16", True), ("r", 0, True), ("peft_type", "IA3", True),
        ("peft_version", "0.3.0", False), ("inference_mode", False, False), ("revision", "main", False),
        ("use_dora", True, True), ("lora_bias", True, True), ("bias", "some", True), ("fan_in_fan_out", True, False),
        ("task_type", "TOKEN_CLS", True), ("task_type", None, False), ("init_lora_weights", "corda", True),
        ("init_lora_weights", "loftq", True), ("use_qalora", True, True), ("new_key", 3, True), ("new_key", None, False),
        ("megatron_core", "x", False), ("lora_dropout", 0.9, False), ("use_rslora", None, False),
        ("rank_pattern", None, False), ("target_modules", ["nothing"], True), ("init_r", 3, True), ("auto_mapping", {}, False),
        ("exclude_modules", ["query", "q_lin", "lin1", "dense"], True), ("exclude_modules", r".*layer\.0.*", True),
        ("layers_to_transform", [0], True), ("layers_to_transform", 1, True), ("layers_pattern", "layer", True),
        ("modules_to_save", ["classifier", "attention"], True))
    if value is None and d.chance(0.5):
        config.pop(key, None)
    else:
        config[key] = value
    d.notes.append(f"adapter_config.json: {key} = {value}")
    if announced:
        d.announce(key, "lora_A", "lora_B", "lora_E")
    if key in ("rank_pattern", "init_r", "use_rslora"):
        d.announce("lora_A", "lora_B", "lora_E", "rank_pattern")
    file.write_text(json.dumps(config))


# ---- the two sides ---------------------------------------------------------------------------------------------

class Refused(Exception):
    """The reference refuses, or would answer with random weights."""


def reference(d):
    """The answers of transformers and PEFT: a list of logits, probabilities by label and the best label."""
    texts = json.loads((d.folder / "texts.json").read_text())
    base = d.folder / "base"
    tokens = AutoTokenizer.from_pretrained(base)
    model, info = AutoModelForSequenceClassification.from_pretrained(
        base, dtype=torch.float32, output_loading_info=True)
    folder = d.folder / "adapter"
    own = {name.split(".", 1)[0] for name in load_file(folder / "adapter_model.safetensors")} if folder.exists() else set()
    if info["mismatched_keys"]:
        raise Refused(f"mismatched {info['mismatched_keys']}")
    missing = [key for key in info["missing_keys"] if not (own and "classifier" in key)]
    if missing:
        raise Refused(f"missing {missing}")
    if folder.exists():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model = peft.PeftModel.from_pretrained(model, folder)
        for warning in caught:
            if "missing" in str(warning.message):
                raise Refused(str(warning.message))
    model.eval().double()  # so that a difference is rounding on one side only
    accepted = {"input_ids", "attention_mask"} | ({"token_type_ids"} if model.config.model_type != "distilbert" else set())
    answers = []
    for text in texts["texts"]:
        # As a batch: alone, a pair with an empty second text would lose its second [SEP].
        encoded = tokens(*([part] for part in text), truncation=True, max_length=texts["max_length"], return_tensors="pt")
        with torch.no_grad():
            logits = model(**{k: v for k, v in encoded.items() if k in accepted}).logits[0]
        kind = model.config.problem_type
        if len(logits) == 1:
            scores = []
        elif kind == "multi_label_classification":
            scores = logits.sigmoid().tolist()
        else:
            scores = logits.softmax(0).tolist()
        answers.append({"logits": logits.tolist(), "scores": scores,
                        "labels": [model.config.id2label[i] for i in range(len(logits))]})
    return answers


def difference(expected, found):
    """What differs between two lists of answers; nothing if they agree."""
    for i, (theirs, ours) in enumerate(zip(expected, found, strict=True)):
        limit = TOLERANCE * max(1.0, *map(abs, theirs["logits"]))
        if len(theirs["logits"]) != len(ours["logits"]):
            return f"text {i}: {len(ours['logits'])} logits instead of {len(theirs['logits'])}"
        worst = max(abs(a - b) for a, b in zip(theirs["logits"], ours["logits"]))
        if not worst <= limit:
            return f"text {i}: logits {ours['logits']} instead of {theirs['logits']}"
        if theirs["scores"]:
            if list(ours["scores"]) != theirs["labels"]:
                return f"text {i}: labels {list(ours['scores'])} instead of {theirs['labels']}"
            worst = max(abs(a - b) for a, b in zip(theirs["scores"], ours["scores"].values()))
            if not worst <= TOLERANCE:
                return f"text {i}: probabilities {ours['scores']} instead of {theirs['scores']}"
    return None


def draw(seed, number, folder):
    d = Draw(seed, number, folder)
    torch.manual_seed(d.rng.getrandbits(60))
    positions, _ = checkpoint(d)
    texts = [[text] if d.chance(0.7) else [text, d.choice(*ODD_TEXTS)] for text in d.rng.sample(ODD_TEXTS, 12)]
    d.write("texts.json", {"max_length": d.choice(positions, d.rng.randint(4, positions)), "texts": texts})
    if d.chance(0.7):
        try:
            adapter(d, d.folder / "base")
        except Exception as e:  # PEFT does not make such an adapter; the base model alone is tried
            d.notes.append(f"no adapter: {type(e).__name__} {str(e)[:200]}")
            shutil.rmtree(d.folder / "adapter", ignore_errors=True)
    return d


def compare(d, jada, counts):
    """What is wrong with a draw; nothing if both sides agree."""
    try:
        expected = reference(d)
        refusal = None
    except Exception as e:
        expected = None
        refusal = f"{type(e).__name__}: {str(e)[:500]}"
    ours = json.loads(jada.ask(str(d.folder)))
    if "failed" in ours:
        return f"Jada failed: {ours['failed']}"
    if "refused" in ours:
        message = ours["refused"]
        if expected is not None and not any(part in message.replace(str(d.folder), "") for part in d.announced):
            return f"Jada refuses without being announced: {message}"
        counts["refused by both" if expected is None else "refused by Jada as announced"] += 1
        return None
    if expected is None:
        return f"Jada answers, the reference refuses: {refusal}"
    counts["equal answers"] += 1
    counts["of them with an adapter"] += (d.folder / "adapter").exists()
    return difference(expected, ours["predictions"])


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32), help="drawn unless given")
    p.add_argument("--first", type=int, default=0, help="number of the first draw")
    p.add_argument("--draws", type=int, default=500)
    p.add_argument("--keep", help="folder for the files of the last draw")
    p.add_argument("--go-on", action="store_true", help="report findings and go on")
    p.add_argument("--java", default="java", help="JDK 25 or newer")
    p.add_argument("--java-options", default="-XX:+UseSerialGC -Xmx1g")
    p.add_argument("--jar", default="bench/target/benchmarks.jar", help="class path of Jada")
    a = p.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    logging.disable(logging.CRITICAL)
    torch.set_num_threads(1)
    print(f"seed {a.seed}, draws {a.first} to {a.first + a.draws - 1}", flush=True)
    counts = collections.Counter()
    findings = 0
    with Side(java(a, "Answers")) as jada:
        for number in range(a.first, a.first + a.draws):
            with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), \
                    contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                d = draw(a.seed, number, Path(folder))
                wrong = compare(d, jada, counts)
                if a.keep and (wrong or number == a.first + a.draws - 1):
                    shutil.rmtree(a.keep, ignore_errors=True)
                    shutil.copytree(folder, a.keep)
            if wrong:
                findings += 1
                print(f"draw {number}: {wrong}\n  {'; '.join(d.notes)}", flush=True)
                if not a.go_on:
                    sys.exit(1)
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    print(f"seed {a.seed}: {a.draws} draws, {findings} findings")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
