"""Tokenizers of every kind that models in use have, trained on given texts with Hugging Face's `tokenizers`, and odd
texts to try them on. Used by pipeline_golden.py here and by bench/compare/tokenizers.py.
"""

import base64
import json
import random
import struct
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CL100K = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
DEEPSEEK = [
    r"\p{N}{1,3}",
    r"[一-龥぀-ゟ゠-ヿ]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
]
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
EXPRESSIONS = [GPT2, LLAMA3, QWEN2, O200K, CL100K, *DEEPSEEK, BLOOM, CLIP, r"\s+", r" {2,}", r"\s{2,}|[\n\r\t]", r"[0-9][0-9][0-9]", r"\d", r"\w+|[^\w\s]+"]


def character_map(pairs):
    """SentencePiece's form of a map of strings: a double-array trie in the layout of Darts-clone."""
    strings = sorted((key.encode(), value.encode()) for key, value in pairs.items())
    normalized, place = b"", {}
    for _, value in strings:
        if value not in place:
            place[value] = len(normalized)
            normalized += value + b"\0"
    root = {}
    for key, value in strings:
        node = root
        for byte in key:
            node = node.setdefault(byte, {})
        node[0] = place[value]  # the end of a string
    units, used = [0], {0}

    def base_for(labels, at):
        base = 1
        while True:
            # The offset is base ^ at; it must be encodable, and no unit may be taken.
            if all((base ^ label) not in used and (base ^ label) != 0 for label in labels):
                offset = base ^ at
                if offset < 1 << 21 or not offset & 0xFF:
                    return base
            base += 1

    def place_node(node, at):
        labels = sorted(node)
        base = base_for(labels, at)
        used.update(base ^ label for label in labels)
        top = max(base ^ label for label in labels)
        units.extend([0] * (top + 1 - len(units)))
        offset = base ^ at
        units[at] |= (offset << 10) if offset < 1 << 21 else ((offset >> 8) << 10 | 1 << 9)
        if 0 in node:
            units[at] |= 1 << 8
        for label in labels:
            if label == 0:
                units[base] = node[0] | 1 << 31
            else:
                units[base ^ label] |= label
        for label in labels:
            if label:
                place_node(node[label], base ^ label)

    place_node(root, 0)
    units.extend([0] * (512 - len(units) % 256))  # the reference looks at any label of any node without a check
    trie = struct.pack(f"<{len(units)}I", *[unit & 0xFFFFFFFF for unit in units])
    return struct.pack("<I", len(trie)) + trie + normalized


def nfkc_map(points):
    """A map like SentencePiece's nmt_nfkc for some code points, with sequences and with odd entries."""
    pairs = {}
    for point in points:
        char = chr(point)
        folded = unicodedata.normalize("NFKC", char)
        if folded != char:
            pairs[char] = folded
        parts = unicodedata.normalize("NFD", char)
        if len(parts) > 1 and unicodedata.normalize("NFC", parts) == char:
            pairs[parts] = char
    for char in "\t\n\r\u00a0\u3000\u2028\u200b\u200e\ufeff\u1680":
        pairs[char] = " "
    for char in "\u0000\u0001\u0007\u001f\u007f\u00ad\u200d":
        if char != "\0":
            pairs[char] = ""
    pairs |= {"ﬁ": "fi", "™": "TM", "\r\n": " ", "ﷺ": unicodedata.normalize("NFKC", "ﷺ"), "e\u0301": "é"}
    return character_map(pairs)


POINTS = [*range(0xA0, 0x600), *range(0x1E00, 0x2200), 0x3000, *range(0xFB00, 0xFB07), *range(0xFF01, 0xFF60), *range(0x1D400, 0x1D420)]


def byte_level(lines, size, normalizer=None, pre=None, post=None, special=("<|endoftext|>",), **options):
    tokenizer = Tokenizer(models.BPE(**options))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    tokenizer.train_from_iterator(
        lines,
        trainers.BpeTrainer(
            vocab_size=size, show_progress=False, special_tokens=list(special), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            **{key: value for key, value in options.items() if key == "end_of_word_suffix"},
        ),
    )
    if post:
        tokenizer.post_processor = post(tokenizer)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def roberta(tokenizer, trim=True, blank=True):
    return processors.RobertaProcessing(
        ("</s>", tokenizer.token_to_id("</s>")), ("<s>", tokenizer.token_to_id("<s>")), trim_offsets=trim, add_prefix_space=blank)


def template(single, pair, names):
    return lambda tokenizer: processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[(name, tokenizer.token_to_id(name)) for name in names])


XLMR = template("<s> $A </s>", "<s> $A </s> </s> $B </s>", ["<s>", "</s>"])
ALBERT = template("[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", ["[CLS]", "[SEP]"])
T5 = template("$A </s>", "$A </s> $B </s>", ["</s>"])


def unigram(lines, size, normalizer, pre, post=None, special=("<s>", "<pad>", "</s>", "<unk>"), unknown="<unk>"):
    tokenizer = Tokenizer(models.Unigram())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    tokenizer.train_from_iterator(
        lines, trainers.UnigramTrainer(vocab_size=size, show_progress=False, special_tokens=list(special), unk_token=unknown))
    if post:
        tokenizer.post_processor = post(tokenizer)
    return tokenizer


def changed(tokenizer, change):
    """The tokenizer of a tokenizer.json after a change."""
    source = json.loads(tokenizer.to_str())
    source = change(source) or source
    return Tokenizer.from_str(json.dumps(source))


def sentencepiece_bpe(lines, size, normalizer, pre, bytes_too=True, unknown="<unk>", fuse=True):
    alphabet = [f"<0x{byte:02X}>" for byte in range(256)] if bytes_too else []
    tokenizer = Tokenizer(models.BPE(unk_token=unknown, fuse_unk=fuse, byte_fallback=bytes_too))
    tokenizer.normalizer = normalizer
    train_pre = pre_tokenizers.Metaspace(prepend_scheme="never")
    tokenizer.pre_tokenizer = train_pre
    tokenizer.train_from_iterator(
        lines, trainers.BpeTrainer(vocab_size=size, show_progress=False, special_tokens=["<unk>", "<s>", "</s>", *alphabet]))
    added = [] if not bytes_too else alphabet

    def change(source):
        source["added_tokens"] = [token for token in source["added_tokens"] if token["content"] not in added]
        source["pre_tokenizer"] = json.loads(json_of(pre)) if pre else None

    tokenizer = changed(tokenizer, change)
    tokenizer.post_processor = template("<s> $A", "<s> $A <s>:1 $B:1", ["<s>"])(tokenizer)
    return tokenizer


def json_of(part):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = part
    return json.dumps(json.loads(tokenizer.to_str())["pre_tokenizer"])


def split(expression, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(expression), behavior, invert)


def kinds(lines, size):
    """Name and tokenizer of each kind, trained on the lines with a vocabulary of about this size."""
    bytes_alone = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    yield "gpt2", byte_level(lines, size, pre=pre_tokenizers.ByteLevel(add_prefix_space=False))
    five = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
    base = byte_level(lines, size, pre=pre_tokenizers.ByteLevel(add_prefix_space=True), post=roberta, special=five)
    yield "roberta-blank", base
    base = byte_level(lines, size, pre=pre_tokenizers.ByteLevel(add_prefix_space=False), post=lambda t: roberta(t, True, False), special=five)
    base.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    yield "roberta", base
    llama3 = byte_level(
        lines, size, pre=pre_tokenizers.Sequence([split(LLAMA3), bytes_alone]), special=("<|begin_of_text|>", "<|end_of_text|>"), ignore_merges=True,
        post=lambda t: processors.Sequence([
            processors.ByteLevel(trim_offsets=True),
            template("<|begin_of_text|> $A", "<|begin_of_text|> $A <|begin_of_text|>:1 $B:1", ["<|begin_of_text|>"])(t)]))
    yield "llama3", llama3

    def strings(source):
        source["model"]["merges"] = [merge if isinstance(merge, str) else " ".join(merge) for merge in source["model"]["merges"]]

    yield "llama3-strings", changed(llama3, strings)
    yield "qwen2", byte_level(lines, size, normalizer=normalizers.NFC(), pre=pre_tokenizers.Sequence([split(QWEN2), bytes_alone]))
    yield "o200k", byte_level(lines, size, pre=pre_tokenizers.Sequence([split(O200K), bytes_alone]))
    yield "cl100k", byte_level(lines, size, pre=pre_tokenizers.Sequence([split(CL100K), bytes_alone]))
    yield "deepseek", byte_level(lines, size, pre=pre_tokenizers.Sequence([*map(split, DEEPSEEK), bytes_alone]))
    yield "bloom", byte_level(lines, size, pre=pre_tokenizers.Sequence([split(BLOOM), bytes_alone]))
    yield "starcoder", byte_level(
        lines, size, pre=pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]))
    yield "falcon", byte_level(
        lines, size,
        pre=pre_tokenizers.Sequence([
            pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.ByteLevel(add_prefix_space=False),
            pre_tokenizers.Digits(individual_digits=False), split(r"[0-9][0-9][0-9]")]))
    yield "clip", byte_level(
        lines, size, end_of_word_suffix="</w>", unk_token="<|endoftext|>",
        normalizer=normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]),
        pre=pre_tokenizers.Sequence([split(CLIP, "removed", True), bytes_alone]),
        special=("<|startoftext|>", "<|endoftext|>"),
        post=lambda t: processors.RobertaProcessing(
            ("<|endoftext|>", t.token_to_id("<|endoftext|>")), ("<|startoftext|>", t.token_to_id("<|startoftext|>")), trim_offsets=False, add_prefix_space=False))
    prepend = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    yield "llama2", sentencepiece_bpe(lines, size, prepend, None)
    yield "llama2-first", sentencepiece_bpe(lines, size, normalizers.Sequence([]), pre_tokenizers.Metaspace(prepend_scheme="first", split=False))
    yield "gemma", sentencepiece_bpe(lines, size, normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous"))
    yield "bpe-unknown", sentencepiece_bpe(lines, size, normalizers.NFKC(), pre_tokenizers.Metaspace(), False)
    yield "bpe-unknown-apart", sentencepiece_bpe(lines, size, normalizers.Strip(), pre_tokenizers.Metaspace(prepend_scheme="never"), False, fuse=False)
    precompiled = normalizers.Precompiled(nfkc_map(POINTS))
    yield "xlmr", unigram(
        lines, size, precompiled, pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]), XLMR)
    yield "deberta", unigram(
        lines, size, normalizers.Sequence([normalizers.Strip(), precompiled, normalizers.Replace(Regex(" {2,}"), " ")]), pre_tokenizers.Metaspace(), ALBERT,
        ("[PAD]", "[CLS]", "[SEP]", "[UNK]"), "[UNK]")
    yield "albert", unigram(
        lines, size,
        normalizers.Sequence([
            normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(), precompiled]),
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]), ALBERT, ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"))
    yield "t5", unigram(lines, size, precompiled, pre_tokenizers.Metaspace(prepend_scheme="first"), T5)
    plain = unigram(lines, size, normalizers.Nmt(), pre_tokenizers.Metaspace(prepend_scheme="always", split=False), XLMR)

    def with_bytes(source):
        taken = {token for token, _ in source["model"]["vocab"]}
        source["model"]["vocab"] += [[f"<0x{byte:02X}>", -20.0 - byte / 256] for byte in range(256) if f"<0x{byte:02X}>" not in taken]
        source["model"]["byte_fallback"] = True

    yield "unigram-bytes", changed(plain, with_bytes)
    mpnet = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    mpnet.normalizer = normalizers.BertNormalizer()
    mpnet.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    mpnet.train_from_iterator(
        lines, trainers.WordPieceTrainer(vocab_size=size, show_progress=False, special_tokens=["<s>", "<pad>", "</s>", "[UNK]", "<mask>"]))
    mpnet.post_processor = roberta(mpnet, True, False)
    yield "mpnet", mpnet
    prefixed = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##", fuse_unk=False))
    prefixed.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents()])
    prefixed.pre_tokenizer = pre_tokenizers.Whitespace()
    prefixed.train_from_iterator(
        lines, trainers.BpeTrainer(vocab_size=size, show_progress=False, special_tokens=["<unk>"], continuing_subword_prefix="##"))
    yield "bpe-prefix", prefixed
    words = Tokenizer(models.WordLevel(unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("merged_with_previous")])
    words.train_from_iterator(lines, trainers.WordLevelTrainer(vocab_size=size, show_progress=False, special_tokens=["<unk>"]))
    yield "words", words


FLAGS = [
    AddedToken("<one>", single_word=True), AddedToken("<left>", lstrip=True), AddedToken("<right>", rstrip=True),
    AddedToken("<both>", lstrip=True, rstrip=True, normalized=False), AddedToken("New York"), AddedToken("new", single_word=True, normalized=False),
    AddedToken("É"), AddedToken("<on", normalized=False), AddedToken("  ", normalized=False),
]


def drawn(rng, lines, size):
    """A tokenizer of parts drawn at random."""
    behaviors = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
    truth = lambda: rng.random() < 0.5
    normal = [
        normalizers.NFC, normalizers.NFD, normalizers.NFKC, normalizers.NFKD, normalizers.Lowercase, normalizers.StripAccents, normalizers.Nmt,
        lambda: normalizers.Strip(truth(), truth()), lambda: normalizers.Replace(rng.choice([" ", "e", "''", "\u0301"]), rng.choice(["", "▁", "xy", "É"])),
        lambda: normalizers.Replace(Regex(rng.choice(EXPRESSIONS)), rng.choice(["", " ", "ab"])), lambda: normalizers.Prepend(rng.choice(["▁", "é", "ab"])),
        lambda: normalizers.Precompiled(nfkc_map(rng.sample(POINTS, 60))),
        lambda: normalizers.BertNormalizer(truth(), truth(), rng.choice([None, True, False]), truth()), normalizers.ByteLevel,
    ]
    scheme = lambda: rng.choice(["first", "always", "never"])
    cut = [
        lambda: pre_tokenizers.ByteLevel(truth(), truth(), truth()), pre_tokenizers.Whitespace, pre_tokenizers.WhitespaceSplit, pre_tokenizers.BertPreTokenizer,
        lambda: pre_tokenizers.Metaspace(rng.choice(["▁", "_"]), scheme(), truth()), lambda: pre_tokenizers.Digits(truth()),
        lambda: pre_tokenizers.Punctuation(rng.choice(behaviors)), lambda: pre_tokenizers.CharDelimiterSplit(rng.choice(" e-")),
        lambda: pre_tokenizers.Split(rng.choice([" ", "e", "th", "."]), rng.choice(behaviors), truth()),
        lambda: split(rng.choice(EXPRESSIONS), rng.choice(behaviors), truth()),
    ]
    tokenizer = rng.choice([
        lambda: Tokenizer(models.BPE(unk_token=rng.choice([None, "<unk>"]), fuse_unk=truth(), byte_fallback=truth())),
        lambda: Tokenizer(models.Unigram()), lambda: Tokenizer(models.WordPiece(unk_token="<unk>", max_input_chars_per_word=rng.choice([5, 100]))),
    ])()
    if truth():
        tokenizer.normalizer = normalizers.Sequence([rng.choice(normal)() for _ in range(rng.randint(1, 3))])
    if rng.random() < 0.9:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([rng.choice(cut)() for _ in range(rng.randint(1, 3))])
    special = ["<unk>", "<s>", "</s>"] + ([f"<0x{byte:02X}>" for byte in range(256)] if truth() else [])
    trainer = {"BPE": trainers.BpeTrainer, "WordPiece": trainers.WordPieceTrainer}.get(type(tokenizer.model).__name__)
    if trainer:
        tokenizer.train_from_iterator(lines, trainer(vocab_size=size, show_progress=False, special_tokens=special, limit_alphabet=60))
    else:
        tokenizer.train_from_iterator(
            lines, trainers.UnigramTrainer(vocab_size=size, show_progress=False, special_tokens=special, unk_token="<unk>", max_piece_length=8))
    source = json.loads(tokenizer.to_str())
    source["added_tokens"] = source["added_tokens"][:3]
    tokenizer = Tokenizer.from_str(json.dumps(source))
    tokenizer.add_tokens(rng.sample(FLAGS, rng.randint(0, 5)))
    post = rng.randint(0, 3)
    if post == 1:
        tokenizer.post_processor = roberta(tokenizer, truth(), truth())
    elif post == 2:
        tokenizer.post_processor = processors.Sequence([processors.ByteLevel(add_prefix_space=truth(), trim_offsets=truth()), XLMR(tokenizer)])
    elif post == 3:
        tokenizer.post_processor = template("<s>:0 $A:0 </s>:0", "<s>:0 $A:0 </s>:0 $B:1 </s>:1", ["<s>", "</s>"])(tokenizer)
    return tokenizer


PIECES = """the The THE of to and e é É E\u0301 naïve ß ẞ İ ı Σ ς ſ ﬁ ﬆ ½ ² Ⅷ ⅷ ① 1 23 456 7890 ٣ ໓ 𝟙 中 日本 한국 각 ᄀ ᅡ ᆨ हिन्दी ไทย עִב عَر 😀 👍🏽 👩\u200d👩 🇩🇪 © ®
    ' 's 'S 'ſ 't 're 'RE 'll 'Ll '' `` " - -- ... ! ? . , ; : ( ) [ ] { } < > _ __ # ## @ / \\ | ~ ^ ` + = * & % $ € ™ … “ ” ▁ ▁▁ Ġ Ċ
    <unk> <s> </s> <pad> <mask> <one> <left> <right> <both> <on New\u0020York new New É <0x41> <|endoftext|> [MASK] [CLS] </w> ##a""".split()
BLANKS = [" ", " ", " ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\n\n", " \n", "\n ", "\u00a0", "\u3000", "\u2028", "\u0085", "\u000b", "\u200b", "\u001c"]
MARKS = ["\u0301", "\u0323", "\u0308", "\u0345", "\u0334", "\u200d", "\ufe0f", "\u0000", "\u0001", "\u00ad", "\u0600", "\u093f", "\ufffd", "\ue000", "\u0378", "\U0001e900"]


def odd_text(rng):
    parts = []
    for _ in range(rng.choice([0, 1, 2, 4, 8, 12])):
        parts.append(rng.choice(PIECES))
        kind = rng.random()
        if kind < 0.6:
            parts.append(rng.choice(BLANKS))
        elif kind < 0.75:
            parts.append(rng.choice(MARKS))
    if rng.random() < 0.2:
        parts.insert(0, rng.choice(BLANKS))
    if rng.random() < 0.05:
        parts.append(chr(rng.choice([rng.randrange(0x20, 0xD800), rng.randrange(0xE000, 0x20000)])))
    return "".join(parts)


def long_texts(length):
    """Texts of this many pieces that slow programs stumble over."""
    for unit in ["a", " ", "\n", " \n", "a ", "é", "e\u0301", "\u0301", "中", "😀", "!", "'", "1", "<", "<one", "<mask>", "▁", "\t ", "aB", "\u200d", "👩\u200d", "the quick "]:
        yield unit * length
