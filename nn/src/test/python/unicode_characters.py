"""Writes the classes of characters that expressions, normalizers and pre-tokenizers distinguish, as the Hugging Face
`tokenizers` library sees them, by asking it about every code point.

    python unicode_characters.py ../../main/resources/jada/nn/text/characters.txt

Each part of the library has tables of another version of Unicode. The table here is frozen, so that token ids depend
on neither the Unicode version of a Java runtime nor its vendor.
"""

import sys

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

POINTS = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]
ALL = "".join(map(chr, POINTS))
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co".split()


def matched(expression):
    found = set()
    for piece, _ in pre_tokenizers.Split(Regex(expression), "removed", invert=True).pre_tokenize_str(ALL):
        found.update(map(ord, piece))
    return found


def pieces(part, count):
    split = part.pre_tokenize_str
    return {point for point in POINTS if len(split(f"a{chr(point)}b")) == count}


def joins_previous():
    """Characters that canonical ordering or composition moves or merges with what stands before them."""
    decompose = normalizers.NFD().normalize_str
    joining = set()
    for point in POINTS:
        char = chr(point)
        # U+0334 has the lowest class there is, 1; U+0345 the highest, 240.
        if decompose(char + "\u0334") == "\u0334" + decompose(char) or decompose("\u0345" + char) == decompose(char) + "\u0345":
            joining.add(point)
        joining.update(map(ord, decompose(char)[1:]))
    return joining


def main(path):
    category = {}
    for name in CATEGORIES:
        category.update(dict.fromkeys(matched(rf"\p{{{name}}}"), name))
    strip, decompose = normalizers.StripAccents().normalize_str, normalizers.NFKD().normalize_str
    flags = {
        "s": matched(r"\s"),
        "w": matched(r"\w"),
        "c": matched(r"[\w]"),
        "v": pieces(pre_tokenizers.Whitespace(), 1),
        "n": pieces(pre_tokenizers.Digits(individual_digits=True), 3),
        "a": {point for point in POINTS if strip("a" + chr(point)) == "a"},
        "d": {point for point in POINTS if decompose(chr(point)) != chr(point)},
        "x": joins_previous(),
    }
    ranges = []
    for point in POINTS:
        letters = "".join(letter for letter, points in flags.items() if point in points)
        described = f"{category.get(point, 'Cn')} {letters}".strip()
        if described == "Cn":
            continue
        if ranges and ranges[-1][1] == point - 1 and ranges[-1][2] == described:
            ranges[-1][1] = point
        else:
            ranges.append([point, point, described])
    with open(path, "w", encoding="ascii") as out:
        out.write(
            "# Characters: first and last code point (hexadecimal), general category, flags. Others are unassigned, Cn.\n"
            "# s white space; w and c word characters of expressions, outside of sets and in them; v those of the\n"
            "# pre-tokenizer Whitespace; n digits of Digits; a accents of StripAccents; d decomposes (NFKD); x is reordered\n"
            "# or composed with what is before it.\n"
            f"# Written by unicode_characters.py with tokenizers {tokenizers.__version__}.\n"
        )
        for first, last, described in ranges:
            out.write(f"{first:04X} {last:04X} {described}\n")


main(*sys.argv[1:])
