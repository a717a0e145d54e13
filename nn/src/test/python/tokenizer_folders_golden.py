"""Writes tokenizer-folders.json: small folders of tokenizers whose files agree, disagree or are old, and what
transformers' AutoTokenizer makes of texts with them.

Run from the folder of the module: python src/test/python/tokenizer_folders_golden.py
Made with transformers 5.17.0 and tokenizers 0.23.2.
"""

import copy
import json
import tempfile
from pathlib import Path

from transformers import AutoTokenizer, BertConfig, BertTokenizer, DistilBertConfig

OUT = Path("src/test/resources/jada/nn/text/tokenizer-folders.json")
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "river", "The", "café", "cafe", "日", "##s", "."]
TEXTS = [["The rivers <user> CAFÉ [url] 日日 [MASK]"], ["the <USER>", "café the [CLS]."], ["river[url]  the"]]

vocabulary = "\n".join(WORDS) + "\n"
with tempfile.TemporaryDirectory() as folder:
    BertTokenizer(vocab={word: i for i, word in enumerate(WORDS)}).save_pretrained(folder)
    whole = json.loads((Path(folder) / "tokenizer.json").read_text())
cased = copy.deepcopy(whole)
cased["normalizer"].update(lowercase=False, strip_accents=False, handle_chinese_chars=False)
user = {"content": "<user>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": True, "special": False}
url = {"content": "[url]", "single_word": False, "lstrip": True, "rstrip": True, "normalized": False, "special": True}
decoder = {"13": user, "14": url}
more = copy.deepcopy(whole)
more["added_tokens"].append({"id": 13, **user})
twice = vocabulary.replace("cafe\n", "river\n")

bert, general, distil = "BertTokenizer", "PreTrainedTokenizerFast", "DistilBertTokenizerFast"
cases = {
    "vocab.txt alone": {"vocab.txt": vocabulary},
    "a token twice": {"vocab.txt": twice},
    "cased": {"vocab.txt": vocabulary, "tokenizer_config.json": {"do_lower_case": False}},
    "cased without accents": {
        "vocab.txt": vocabulary, "tokenizer_config.json": {"do_lower_case": False, "strip_accents": True}},
    "uncased with accents": {"vocab.txt": vocabulary, "tokenizer_config.json": {"strip_accents": False}},
    "ideographs together": {"vocab.txt": vocabulary, "tokenizer_config.json": {"tokenize_chinese_chars": False}},
    "added_tokens.json": {
        "vocab.txt": vocabulary, "added_tokens.json": {"<user>": 13, "[url]": 14},
        "tokenizer_config.json": {"do_lower_case": True, "tokenizer_class": bert}},
    "added_tokens.json with a special token": {
        "vocab.txt": vocabulary, "added_tokens.json": {"<user>": 13, "[url]": 14},
        "special_tokens_map.json": {"additional_special_tokens": ["<user>"], "cls_token": "[CLS]"}},
    "added_tokens_decoder": {"vocab.txt": vocabulary, "tokenizer_config.json": {"added_tokens_decoder": decoder}},
    "added_tokens_decoder and added_tokens.json": {
        "vocab.txt": vocabulary, "tokenizer_config.json": {"added_tokens_decoder": {"13": url}},
        "added_tokens.json": {"<user>": 13}},
    "more special tokens": {
        "vocab.txt": vocabulary, "tokenizer_config.json": {"additional_special_tokens": ["river", "[url]"]}},
    "special tokens under the newer name win": {
        "vocab.txt": vocabulary,
        "tokenizer_config.json": {"additional_special_tokens": ["river", "[url]"], "extra_special_tokens": ["<user>"]}},
    "special tokens of the configuration against those of the map": {
        "vocab.txt": vocabulary, "tokenizer_config.json": {"additional_special_tokens": ["<user>"]},
        "special_tokens_map.json": {"additional_special_tokens": ["[url]"]}},
    "special tokens of configuration and map under the newer name": {
        "vocab.txt": vocabulary, "tokenizer_config.json": {"additional_special_tokens": ["<user>"]},
        "special_tokens_map.json": {"extra_special_tokens": ["[url]"]}},
    "tokenizer.json alone": {"tokenizer.json": whole},
    "cased tokenizer.json alone": {"tokenizer.json": cased},
    "tokenizer.json against do_lower_case": {
        "tokenizer.json": whole, "tokenizer_config.json": {"do_lower_case": False, "tokenizer_class": bert}},
    "cased tokenizer.json against tokenizer_config.json": {
        "tokenizer.json": cased, "tokenizer_config.json": {"do_lower_case": True, "tokenizer_class": distil}},
    "strip_accents against tokenizer.json": {
        "tokenizer.json": whole, "tokenizer_config.json": {"strip_accents": False}},
    "the general class": {
        "tokenizer.json": cased, "tokenizer_config.json": {"do_lower_case": True, "tokenizer_class": general}},
    "the general class with token types": {
        "tokenizer.json": cased,
        "tokenizer_config.json": {
            "tokenizer_class": general, "model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}},
    "tokenizer.json with a token": {"tokenizer.json": more, "tokenizer_config.json": {"tokenizer_class": bert}},
    "tokenizer.json with a token and added_tokens_decoder with two": {
        "tokenizer.json": more, "tokenizer_config.json": {"added_tokens_decoder": decoder}},
    "no token types": {
        "vocab.txt": vocabulary, "tokenizer_config.json": {"model_input_names": ["input_ids", "attention_mask"]}},
}
golden = {}
for name, files in cases.items():
    with tempfile.TemporaryDirectory() as folder:
        (DistilBertConfig if distil in str(files) else BertConfig)().save_pretrained(folder)
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
