"""Writes what Hugging Face's `tokenizers` makes of texts, for the tests of WordPieceTokenizer.

    python tokenizer_golden.py TOKENIZER_JSON SHARED_DATA RESOURCES [LINES_A_CORPUS]

TOKENIZER_JSON is that of all-MiniLM-L6-v2, SHARED_DATA the folder of research corpora, RESOURCES
the folder ../resources/jada/nn. Of the corpora no text is written, only where a line stands, how
many ids it has and a hash of them (64-bit FNV-1a over the ids, one step an id). LINES_A_CORPUS is
675 in the committed file; with a huge number every line is written, which compares everything.
"""

import json
import pathlib
import random
import sys
import unicodedata

from tokenizers import Tokenizer

# Every file of a corpus with its encoding.
CORPORA = {
    "sst2": (["train.tsv", "dev.tsv", "test.tsv"], "utf-8"),
    "sst2-glue": (["train.tsv", "dev.tsv", "test.tsv"], "utf-8"),
    "cola": (["in_domain_train.tsv", "in_domain_dev.tsv", "out_of_domain_dev.tsv"], "utf-8"),
    "mrpc": (["msr_paraphrase_train.clean.tsv", "msr_paraphrase_test.txt"], "utf-8"),
    "rte": (["train.tsv", "dev.tsv", "test.tsv"], "utf-8"),
    "trec": (["TREC.train", "TREC.train.all", "TREC.test", "TREC.test.all"], "iso-8859-1"),
    "sms": (["sms.tsv"], "utf-8"),
    "tinyshakespeare": (["input.txt"], "utf-8"),
}


def fnv(ids, start=0xCBF29CE484222325):
    value = start
    for token in ids:
        value = ((value ^ token) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def plain(tokenizer):
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def corpora(tokenizer, data, lines_a_corpus, out):
    out.write("# 'file' path charset, then per line: number from 1, ids, hash of the ids\n")
    for corpus, (files, charset) in CORPORA.items():
        lines = {name: (data / corpus / name).read_bytes().split(b"\n") for name in files}
        stride = max(1, sum(map(len, lines.values())) // lines_a_corpus)
        for name in files:
            out.write(f"file {corpus}/{name} {charset}\n")
            for number in range(0, len(lines[name]), stride):
                ids = tokenizer.encode(lines[name][number].decode(charset)).ids
                out.write(f"{number + 1} {len(ids)} {fnv(ids):016x}\n")


def code_points(tokenizer, out):
    out.write("# hash of the ids of all texts 'a' + code point + 'b' in a block of 1024 code points\n")
    for block in range(0, 0x110000, 1024):
        if 0xD800 <= block < 0xE000:
            continue
        texts = [f"a{chr(point)}b" for point in range(block, block + 1024)]
        value = fnv([])
        for encoding in tokenizer.encode_batch(texts):
            value = fnv(encoding.ids, value)
        out.write(f"{block:06x} {value:016x}\n")


def hostile_texts(rng):
    """Texts by rule: (unit, times) stands for unit * times."""
    yield from ["", " ", "\n\n\t \r\n", "\u0000", "\ufffd", "\ufeff", "\u200b\u200d", "\u00a0\u3000\u2028\u2029\u0085\u000b"]
    yield from ["[CLS]", "[SEP] [PAD][MASK]x[UNK]", "[cls] [Mask]", "a[MASK]b", "[[MASK]]", "[MA\u0000SK]", "[MASK", "##ing un##able", "[ MASK ]"]
    yield from ["don't stop!?", "e.g. U.S.A.", "$1,000.00 (50%)", "a_b-c/d\\e", "`~^|<>=+", "http://example.org/a?b=c&d=%20", "C++ & C#", "…“quoted” ‘single’ – — ‐"]
    yield from ["naïve café ÀÉÎÕÜ", "e\u0301e\u0300\u0323", "\u0301", " \u0301 \u0308a", "Å Å A\u030a", "ﬁ ﬀ ß ẞ ŉ ǰ", "İstanbul Iı", "ΟΔΥΣΣΕΥΣ ΣΑΣ ας", "ǅ ǲ Ǉ", "Ⅷ ⅷ Ⓐ ⓐ", "ＡＢＣ ａｂｃ １２３", "ﷺ", "각 각 한국어 조선글", "हिन्दी বাংলা தமிழ்", "עִבְרִית عَرَبِيّ", "ไทย ລາວ", "Tiếng Việt", "Ærøskøbing Łódź", "\u0344\u0390\u03b0", "≠ ≮ ;"]
    yield from ["中文字符", "a中b", "日本語カタカナひらがな", "𠀀𪜀𫝀𫠠𬺰", "豈 丽", "〇〆々"]
    yield from ["😀", "👩‍👩‍👧‍👦 family", "👍🏽👍🏿", "🇩🇪🇫🇷", "❤️ vs ❤", "1️⃣ #️⃣", "a😀b", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "x\U000e0061y"]
    yield from ["\x1b[31mred\x1b[0m", "a\x00b\x07c\x7fd", "a\u00adb", "a\u200eb\u202ec", "\ue000\uf8ff\U0010fffd", "\ufffe\uffff\U0001ffff", "a\u0378b", "a\u180eb", "\U00016ea0\ua7ce", "\u0890\u08e2"]
    for unit in ["a", "abc", "ab1", "é", "e\u0301", "中", "😀", "\u0301", "!", "a!", "- ", "\u302e\u1b44", "[", "[MASK]", "##", "\u00ad", "un", "ſ"]:
        yield (unit, 10_000)
    for n in [99, 100, 101]:
        yield from [("a", n), ("é", n), ("e\u0301", n), ("𝕏", n), ("😀", n)]
    # Words of every class of character, in random order.
    kinds = {}
    for point in range(0x3000):
        kinds.setdefault(unicodedata.category(chr(point)), []).append(chr(point))
    kinds.pop("Cs", None)
    for point in list(range(0x3000, 0xD800, 7)) + list(range(0xE000, 0x20000, 31)):
        kinds.setdefault(unicodedata.category(chr(point)), []).append(chr(point))
    names = sorted(kinds)
    for _ in range(400):
        yield "".join(rng.choice(kinds[rng.choice(names)]) for _ in range(rng.randint(1, 24)))
    pieces = ["[MASK]", "[CLS]", "[SEP]", "the", "Straße", "unbelievable", "running", "\u0301", "é", "中", "😀", " ", " ", "-", "'s", "\u200d", "İ", "Σ", "\u0000", "123", "##s", "\u2028"]
    for _ in range(300):
        yield "".join(rng.choice(pieces) for _ in range(rng.randint(1, 14)))


def case(tokenizer, text, second=None, limit=None):
    unit, times = text if isinstance(text, tuple) else (text, 1)
    tokenizer.enable_truncation(limit) if limit else tokenizer.no_truncation()
    encoding = tokenizer.encode(unit * times, second) if second is not None else tokenizer.encode(unit * times)
    ids = encoding.ids
    result = {"text": unit}
    if times > 1:
        result["times"] = times
    if second is not None:
        result |= {"second": second, "firstTypeOne": encoding.type_ids.index(1)}
    if limit:
        result["maxLength"] = limit
    if len(ids) <= 600:
        result["ids"] = ids
    else:
        result |= {"length": len(ids), "hash": f"{fnv(ids):016x}"}
    return result


def hostile(tokenizer):
    rng = random.Random(2)
    cases = [case(tokenizer, text) for text in hostile_texts(rng)]
    words = "the quick brown fox, unbelievably, tokenizationing - a-b-c. over 13 [MASK] dogs café 中文".split()
    for _ in range(400):
        first, second = (" ".join(rng.choices(words, k=rng.choice([0, 1, 3, 9, 20]))) for _ in range(2))
        cases.append(case(tokenizer, first, second, rng.randint(3, 40)))
        cases.append(case(tokenizer, first, None, rng.randint(2, 24)))
    return cases


def small(resources):
    """Every combination of the normalizer's options, on a small vocabulary with every kind of
    added token."""
    source = json.loads((resources / "small-tokenizer.json").read_text(encoding="utf-8"))
    rng = random.Random(3)
    pieces = ["a", "A", "aa", "aaa", "aaaa", "e", "é", "e\u0301", "É", "i", "İ", "I\u0307", "Σ", "ς", "σ", "中", "😀", "!", "-", "[", "]", " ", "  ", "\t", "\u3000", "\u000b", "\u0000", "\u00ad", "<Url>", "<url>", "<Url> <Url>", "Näme", "näme", "NAME", "Na\u0308me", "ab", "AB", "Zeit", "zeit", "[MASK]", "[mask]", "[CLS]", "_", "\u200d", "\u0301", "#", "##", "x", "ſ", "\u302e\u1b44"]
    result = []
    for clean in [True, False]:
        for ideographs in [True, False]:
            for strip in [None, True, False]:
                for lower in [True, False]:
                    options = {"clean_text": clean, "handle_chinese_chars": ideographs, "strip_accents": strip, "lowercase": lower}
                    source["normalizer"] |= options
                    tokenizer = plain(Tokenizer.from_str(json.dumps(source)))
                    texts = ["".join(rng.choices(pieces, k=rng.randint(1, 9))) for _ in range(60)]
                    result.append({"options": options, "cases": [case(tokenizer, text) for text in texts]})
    return result


def write_json(path, cases):
    path.write_text(json.dumps(cases, separators=(",", ":")).replace("},{", "},\n{") + "\n", encoding="utf-8")


def main(tokenizer_json, data, resources, lines_a_corpus=675):
    resources = pathlib.Path(resources)
    tokenizer = plain(Tokenizer.from_file(tokenizer_json))
    with open(resources / "tokenizer-corpora.txt", "w", encoding="ascii") as out:
        corpora(tokenizer, pathlib.Path(data), int(lines_a_corpus), out)
    with open(resources / "tokenizer-code-points.txt", "w", encoding="ascii") as out:
        code_points(tokenizer, out)
    write_json(resources / "tokenizer-hostile.json", hostile(tokenizer))
    write_json(resources / "tokenizer-small.json", small(resources))


main(*sys.argv[1:])
