"""Writes keys.json: every key that transformers writes or reads in the files of a model, with its default.

config.json: the fields of the configuration classes and of their base, their aliases, and what save_pretrained adds.
tokenizer_config.json: the arguments of the tokenizer's class and of its bases, and what save_pretrained writes.
tokenizer.json: what `tokenizers` writes for BERT's parts, keys of nested objects joined by dots.

Run from the folder of the module: python src/test/python/keys_golden.py
Made with transformers 5.17.0 and tokenizers 0.23.2.
"""

import dataclasses
import inspect
import json
import tempfile
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig, BertTokenizer, CamembertConfig, DistilBertConfig, MPNetConfig, PreTrainedConfig, RobertaConfig, RobertaTokenizer, XLMRobertaConfig)
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

OUT = Path("src/test/resources/jada/nn/keys.json")


def plain(value):
    try:
        json.dumps(value)
        return value
    except TypeError:
        return str(value)


def of_config(cls):
    keys = {}
    for field in dataclasses.fields(cls):
        value = field.default
        if value is dataclasses.MISSING:
            value = field.default_factory() if field.default_factory is not dataclasses.MISSING else None
        keys[field.name] = plain(value)
    keys.update({name: None for name in cls.attribute_map})
    with tempfile.TemporaryDirectory() as folder:
        cls().save_pretrained(folder)
        keys.update(json.loads((Path(folder) / "config.json").read_text()))
    return dict(sorted(keys.items()))


def flat(prefix, node, keys):
    if isinstance(node, list):
        for one in node:
            flat(prefix + "[]", one, keys)
    elif isinstance(node, dict):
        for name, one in node.items():
            path = f"{prefix}.{name}" if prefix else name
            keys.setdefault(path, None if isinstance(one, (dict, list)) else one)
            if name != "vocab" and not path.endswith("special_tokens"):
                flat(path, one, keys)


tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"]
tokenizer = BertTokenizer(vocab={token: i for i, token in enumerate(tokens)})
tokenizer.add_tokens(["new"])
with tempfile.TemporaryDirectory() as folder:
    tokenizer.save_pretrained(folder)
    saved = json.loads((Path(folder) / "tokenizer_config.json").read_text())
    whole = {}
    flat("", json.loads((Path(folder) / "tokenizer.json").read_text()), whole)
    files = sorted(file.name for file in Path(folder).iterdir())
arguments = {
    name: plain(p.default)
    for name, p in inspect.signature(BertTokenizer.__init__).parameters.items()
    if p.default is not inspect.Parameter.empty
}
# What the base classes take out of their keyword arguments.
base = inspect.getsource(PreTrainedTokenizerBase.__init__)
taken = {
    line.split('kwargs.pop("', 1)[1].split('"', 1)[0]: None for line in base.splitlines() if 'kwargs.pop("' in line
}
special = {name: None for name in PreTrainedTokenizerBase.SPECIAL_TOKENS_ATTRIBUTES}

roberta = RobertaTokenizer(vocab={token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])}, merges=[])
with tempfile.TemporaryDirectory() as folder:
    roberta.save_pretrained(folder)
    saved_roberta = json.loads((Path(folder) / "tokenizer_config.json").read_text())
arguments_roberta = {
    name: plain(p.default)
    for name, p in inspect.signature(RobertaTokenizer.__init__).parameters.items()
    if p.default is not inspect.Parameter.empty and name not in ("vocab", "merges")
}


def part(key, *parts):
    """The keys that tokenizers writes for parts of these kinds."""
    found = {}
    for one in parts:
        holder = Tokenizer(one if key == "model" else models.BPE())
        if key != "model":
            setattr(holder, key, one)
        state = json.loads(holder.to_str())[key]
        found.update({f"{state['type']}.{name}": None for name in state})
    return dict(sorted(found.items()))


parts = {
    "normalizer": part(
        "normalizer", normalizers.Sequence([]), normalizers.BertNormalizer(), normalizers.NFC(), normalizers.NFD(), normalizers.NFKC(),
        normalizers.NFKD(), normalizers.Lowercase(), normalizers.StripAccents(), normalizers.Strip(), normalizers.Replace("a", "b"),
        normalizers.Replace(Regex("a"), "b"), normalizers.Prepend("a"), normalizers.Nmt(), normalizers.ByteLevel()),
    "pre_tokenizer": part(
        "pre_tokenizer", pre_tokenizers.Sequence([]), pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Whitespace(), pre_tokenizers.WhitespaceSplit(),
        pre_tokenizers.CharDelimiterSplit("a"), pre_tokenizers.Punctuation(), pre_tokenizers.Digits(), pre_tokenizers.Split("a", "removed"),
        pre_tokenizers.ByteLevel(), pre_tokenizers.Metaspace()),
    "model": part("model", models.WordPiece(), models.BPE(), models.Unigram(), models.WordLevel()),
    "post_processor": part(
        "post_processor", processors.Sequence([]), processors.TemplateProcessing("$A", "$A $B", []), processors.BertProcessing(("a", 0), ("b", 1)),
        processors.RobertaProcessing(("a", 0), ("b", 1)), processors.ByteLevel()),
}

keys = {
    "config.json": {
        "every model": of_config(PreTrainedConfig),
        "bert": of_config(BertConfig),
        "distilbert": of_config(DistilBertConfig),
        "roberta": of_config(RobertaConfig),
        "xlm-roberta": of_config(XLMRobertaConfig),
        "camembert": of_config(CamembertConfig),
        "mpnet": of_config(MPNetConfig),
    },
    "tokenizer_config.json": dict(sorted({**taken, **special, **arguments, **saved}.items())),
    "special_tokens_map.json": special | {"additional_special_tokens": None, "extra_special_tokens": None},
    "tokenizer_config.json of other tokenizers": dict(sorted({**taken, **special, **arguments_roberta, **saved_roberta}.items())),
    "special_tokens_map.json of other tokenizers": special | {"additional_special_tokens": None, "extra_special_tokens": None},
    "tokenizer.json": dict(sorted(whole.items())),
    "parts of tokenizer.json": parts,
}
OUT.write_text(json.dumps(keys, indent=1, sort_keys=False) + "\n")
print(files, {file: len(part) for file, part in keys.items()})
