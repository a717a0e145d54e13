"""Writes what Hugging Face's `tokenizers` makes of texts with tokenizers of every kind, for the tests of PipelineTokenizer.

Run from the folder of the module: python src/test/python/pipeline_golden.py
Made with tokenizers 0.23.2. The tokenizers are trained on the pages of docs.

pipelines.json: for each kind the tokenizer.json and, per text, "ids|place of the first token of type 1|places".
pipeline-code-points.json: tokenizers that show where characters are cut and what becomes of them, and a hash
(64-bit FNV-1a, one step an id) of the ids of all texts "a" + code point + "b" in a block of 4096 code points.
"""

import json
import random
import sys
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

sys.path.insert(0, str(Path(__file__).parent))
import tokenizer_kinds as kinds

OUT = Path("src/test/resources/jada/nn/text")
SKIPPED = {"starcoder", "bloom", "roberta-blank", "bpe-unknown-apart", "gemma"}  # made of parts that others have, too
TOP = 0x20000  # the planes that have letters of many scripts


def utf16(text):
    places, at = [], 0
    for char in text:
        places.append(at)
        at += 1 + (ord(char) > 0xFFFF)
    return places + [at]


def answer(tokenizer, case):
    *texts, limit = case
    tokenizer.enable_truncation(limit) if limit else tokenizer.no_truncation()
    encoding = tokenizer.encode(*texts)
    first = encoding.type_ids.index(1) if 1 in encoding.type_ids else len(encoding.ids)
    places = []
    for (start, end), text in zip(encoding.offsets, encoding.sequence_ids):
        at = utf16(texts[text]) if text is not None else None
        places.append(f"{at[start]}:{at[end]}" if at else "0:0")
    return " ".join(map(str, encoding.ids)) + f"|{first}|" + " ".join(places)


def fnv(ids, value):
    for token in ids:
        value = ((value ^ token) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def shown(normalizer, *parts):
    """A tokenizer of bytes that puts a blank before each piece, and so shows where texts are cut."""
    vocab = {char: i for i, char in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*parts, pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False)])
    return tokenizer


def code_points():
    cut = {
        "GPT-2": shown(None, kinds.split(kinds.GPT2)),
        "Llama 3": shown(None, kinds.split(kinds.LLAMA3)),
        "GPT-4o": shown(None, kinds.split(kinds.O200K)),
        "expressions": shown(None, kinds.split(r"\d|\p{Mn}|\p{Sc}|\p{Lt}"), kinds.split(r"\w+")),
        "Whitespace": shown(normalizers.StripAccents(), pre_tokenizers.Whitespace()),
        "Digits, Punctuation": shown(normalizers.Lowercase(), pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.Punctuation()),
        "NFC": shown(normalizers.NFC(), pre_tokenizers.WhitespaceSplit()),
        "NFD": shown(normalizers.NFD(), pre_tokenizers.Metaspace()),
        "NFKC": shown(normalizers.Sequence([normalizers.NFKC(), normalizers.Strip()])),
        "NFKD": shown(normalizers.Sequence([normalizers.Nmt(), normalizers.NFKD()])),
        "BERT": shown(normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()),
        "Precompiled": shown(normalizers.Precompiled(kinds.nfkc_map(kinds.POINTS[::3]))),
    }
    golden = {}
    for name, tokenizer in cut.items():
        hashes = []
        for block in range(0, TOP, 4096):
            value = fnv([], 0xCBF29CE484222325)
            points = [point for point in range(block, block + 4096) if not 0xD800 <= point < 0xE000]
            for encoding in tokenizer.encode_batch([f"a{chr(point)}b" for point in points]):
                value = fnv(encoding.ids, value)
            hashes.append(f"{value:016x}")
        golden[name] = {"tokenizer": tokenizer.to_str(), "hashes": hashes}
    return golden


def compact(path, golden):
    path.write_text(json.dumps(golden, ensure_ascii=True, separators=(",", ":")).replace('","', '",\n"') + "\n")
    print(path.name, path.stat().st_size, "bytes")


lines = [line for page in sorted(Path("../docs").glob("*.md")) for line in page.read_text(encoding="utf-8").split("\n")]
rng = random.Random(7)
texts = [kinds.odd_text(rng) for _ in range(28)] + rng.sample([line for line in lines if 20 < len(line) < 100], 5)
cases = [[text, 0] for text in texts]
cases += [[rng.choice(texts), rng.choice(texts), rng.randint(5, 40)] for _ in range(9)]
golden = {"cases": cases, "tokenizers": {}}
for name, tokenizer in kinds.kinds(lines, 340):
    if name in SKIPPED:
        continue
    tokenizer.no_truncation()
    source = tokenizer.to_str()
    golden["tokenizers"][name] = {"tokenizer": source, "answers": [answer(tokenizer, case) for case in cases]}
compact(OUT / "pipelines.json", golden)
compact(OUT / "pipeline-code-points.json", code_points())
