"""Writes bpe-folders.json: small folders of byte-level BPE tokenizers whose files agree, disagree or are old, and what
transformers' AutoTokenizer makes of texts with them.

Run from the folder of the module: python src/test/python/bpe_folders_golden.py
Made with transformers 5.17.0 and tokenizers 0.23.2.
"""

import copy
import json
import tempfile
from pathlib import Path

from transformers import AutoTokenizer, GPT2Tokenizer, Qwen2Tokenizer, RobertaTokenizer

OUT = Path("src/test/resources/jada/nn/text/bpe-folders.json")
PIECES = "<s> <pad> </s> <unk> <mask> Ġ t h e r i v s a m . , Ġt he Ġthe ri ve rive Ġs Ġr Ġrive Ċ < > u Ã © 1 2 <|endoftext|>".split()
MERGES = [tuple(pair.split("+")) for pair in "h+e Ġ+t Ġt+he r+i v+e ri+ve Ġ+s Ġ+r Ġ+rive".split()]
TEXTS = [["the <mask> rives.\n\n the"], ["  the<user>", "river <mask>s <s>12"], ["<mask>"], [" e\u0301 é <url> <USER>the</s>"], ["the", " rive"]]

vocabulary = {token: i for i, token in enumerate(PIECES)}
vocab = json.dumps(vocabulary)
merges = "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in MERGES)
user = {"content": "<user>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": True, "special": False}
mask = {"content": "<mask>", "single_word": False, "lstrip": True, "rstrip": False, "normalized": False, "special": True}
n = len(PIECES)
config = {kind: {"config.json": {"model_type": kind}} for kind in ("roberta", "gpt2", "qwen2")}
old = {"vocab.json": vocab, "merges.txt": merges}


def saved(tokenizer):
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save_pretrained(folder)
        return json.loads((Path(folder) / "tokenizer.json").read_text())


whole = saved(RobertaTokenizer(vocab=vocabulary, merges=MERGES))
blank = saved(RobertaTokenizer(vocab=vocabulary, merges=MERGES, add_prefix_space=True))
gpt2 = saved(GPT2Tokenizer(vocab=vocabulary, merges=MERGES))
qwen2 = saved(Qwen2Tokenizer(vocab=vocabulary, merges=MERGES))
left = copy.deepcopy(whole)
for token in left["added_tokens"]:
    token["lstrip"] = token["content"] == "<mask>"
strings = copy.deepcopy(whole)
strings["model"]["merges"] = [" ".join(pair) for pair in MERGES]
decoder = {str(i): {**user, "content": PIECES[i], "normalized": False, "special": True} for i in range(4)} | {"4": mask, str(n): user}

cases = {
    "vocab.json and merges.txt": config["roberta"] | old,
    "a blank before the text": config["roberta"] | old | {"tokenizer_config.json": {"add_prefix_space": True}},
    "without config.json": old | {"tokenizer_config.json": {"tokenizer_class": "RobertaTokenizer"}},
    "a mask that swallows blanks": config["roberta"] | old | {"tokenizer_config.json": {"mask_token": {k: v for k, v in mask.items() if k != "special"} | {"__type": "AddedToken"}}},
    "added_tokens.json": config["roberta"] | old | {"added_tokens.json": {"<user>": n, "<url>": n + 1}},
    "special_tokens_map.json": config["roberta"] | old | {
        "added_tokens.json": {"<user>": n}, "special_tokens_map.json": {"mask_token": {k: v for k, v in mask.items() if k != "special"}, "additional_special_tokens": ["<url>"]}},
    "added_tokens_decoder": config["roberta"] | old | {"tokenizer_config.json": {"added_tokens_decoder": decoder}},
    "other tokens around": config["roberta"] | old | {"tokenizer_config.json": {"cls_token": "<pad>", "sep_token": "<unk>"}},
    "GPT-2": config["gpt2"] | old,
    "GPT-2 by its class": old | {"tokenizer_config.json": {"tokenizer_class": "GPT2TokenizerFast", "add_prefix_space": True}},
    "Qwen2": config["qwen2"] | old,
    "tokenizer.json": config["roberta"] | {"tokenizer.json": whole},
    "tokenizer.json with merges as strings": config["roberta"] | {"tokenizer.json": strings},
    "tokenizer.json and the older files": config["roberta"] | old | {"tokenizer.json": whole},
    "tokenizer.json with a blank against the class": config["roberta"] | {"tokenizer.json": blank},
    "tokenizer.json with a blank and the configuration": config["roberta"] | {
        "tokenizer.json": blank, "tokenizer_config.json": {"tokenizer_class": "RobertaTokenizerFast", "add_prefix_space": True}},
    "tokenizer.json without a blank against the configuration": config["roberta"] | {
        "tokenizer.json": whole, "tokenizer_config.json": {"tokenizer_class": "RobertaTokenizer", "add_prefix_space": True}},
    "tokenizer.json with a mask that swallows blanks": config["roberta"] | {"tokenizer.json": left},
    "tokenizer.json against added_tokens_decoder": config["roberta"] | {"tokenizer.json": whole, "tokenizer_config.json": {"added_tokens_decoder": decoder}},
    "the general class": {"tokenizer.json": blank, "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "add_prefix_space": False}},
    "the general class with token types": {
        "tokenizer.json": gpt2, "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "model_input_names": ["input_ids", "token_type_ids"]}},
    "the general class with a special token": {"tokenizer.json": gpt2, "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "mask_token": "<mask>"}},
    "GPT-2 with tokenizer.json": config["gpt2"] | {"tokenizer.json": gpt2},
    "Qwen2 with tokenizer.json": config["qwen2"] | {"tokenizer.json": qwen2},
}
golden = {}
for name, files in cases.items():
    with tempfile.TemporaryDirectory() as folder:
        texts = {}
        for file, content in files.items():
            texts[file] = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            (Path(folder) / file).write_text(texts[file])
        tokenizer = AutoTokenizer.from_pretrained(folder)
        encoded = []
        for text in TEXTS:
            inputs = tokenizer(*text)
            ids = inputs["input_ids"]
            encoded.append({"texts": text, "ids": ids, "types": inputs.get("token_type_ids", [0] * len(ids))})
        golden[name] = {"files": texts, "encoded": encoded}
        print(name, type(tokenizer).__name__, [one["ids"] for one in encoded])
OUT.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
