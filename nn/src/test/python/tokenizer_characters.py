"""Writes the character classes that BERT's normalizer and pre-tokenizer distinguish, as the
Hugging Face `tokenizers` library sees them, by asking it about every code point.

    python tokenizer_characters.py ../../main/resources/jada/nn/text/bert-characters.txt

The library's tables are those of Unicode 8 and its ranges of ideographs are its own; the table is
frozen so that token ids depend on neither the Unicode version of a Java runtime nor its vendor.
"""

import sys

import tokenizers
from tokenizers import normalizers, pre_tokenizers


def bert(**on):
    options = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**(options | on)).normalize_str


clean, ideographs, strip = bert(clean_text=True), bert(handle_chinese_chars=True), bert(strip_accents=True)
split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str


def classes(point):
    text = chr(point)
    words = len(split("a" + text + "b"))
    return "".join(
        letter
        for letter, holds in [
            ("C", clean(text) == ""),
            ("W", words == 2),
            ("P", words == 3),
            ("M", strip(text) == ""),
            ("I", ideographs(text) == f" {text} "),
        ]
        if holds
    )


def main(path):
    ranges = []
    for point in range(0x110000):
        letters = "" if 0xD800 <= point < 0xE000 else classes(point)
        if not letters:
            continue
        if ranges and ranges[-1][1] == point - 1 and ranges[-1][2] == letters:
            ranges[-1][1] = point
        else:
            ranges.append([point, point, letters])
    with open(path, "w", encoding="ascii") as out:
        out.write(
            "# Character classes of BERT tokenization: first and last code point (hexadecimal), classes.\n"
            "# C control, removed; W white space; P punctuation; M mark, removed with the accents;\n"
            "# I ideograph, a word of its own. Written by tokenizer_characters.py with tokenizers "
            f"{tokenizers.__version__}.\n"
        )
        for first, last, letters in ranges:
            out.write(f"{first:04X} {last:04X} {letters}\n")


main(*sys.argv[1:])
