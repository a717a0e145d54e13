"""Compares the token ids, types and places of Jada's tokenizers with those of Hugging Face's `tokenizers`, and their speed.

    mvn -q -DskipTests package
    peers-venv/bin/python bench/compare/token_ids.py make --data ../shared/data --work DIR
    peers-venv/bin/python bench/compare/token_ids.py ids --work DIR --java …/jdk-25/bin/java [--only gpt2 xlmr]
    peers-venv/bin/python bench/compare/token_ids.py drawn --draws 200 --data ../shared/data --work DIR --java …
    peers-venv/bin/python bench/compare/token_ids.py speed --data ../shared/data --work DIR --java …

`make` trains a tokenizer of each kind (nn/src/test/python/tokenizer_kinds.py) on every tenth line of the corpora and writes the texts:
every line, every code point between letters, odd texts, pairs of them with lengths to cut at, long texts. `ids` compares all;
`drawn` does so with tokenizers of parts drawn at random on odd texts; `speed` measures one thread of each on the lines.
Exit status 1 says that ids or types differ. Places are counted, too: they may differ where a text was normalized.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "nn/src/test/python"))

import tokenizer_kinds
from tokenizers import Tokenizer

CORPORA = [
    ("sst2", "*.tsv", "utf-8"), ("sst2-glue", "*.tsv", "utf-8"), ("cola", "*.tsv", "utf-8"), ("mrpc", "msr*", "utf-8"), ("rte", "*.tsv", "utf-8"),
    ("trec", "TREC*", "iso-8859-1"), ("sms", "sms.tsv", "utf-8"), ("tinyshakespeare", "input.txt", "utf-8"),
]


def lines_of(data):
    lines = []
    for folder, pattern, charset in CORPORA:
        for file in sorted((data / folder).glob(pattern)):
            lines += file.read_bytes().decode(charset).split("\n")
    return lines


def write(path, cases):
    path.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")


def odd_cases(rng, count):
    for _ in range(count):
        text = tokenizer_kinds.odd_text(rng)
        if rng.random() < 0.5:
            yield [text, rng.choice([0, rng.randint(5, 30)])]
        else:
            yield [text, tokenizer_kinds.odd_text(rng), rng.choice([0, rng.randint(5, 40)])]


def save(tokenizer, folder):
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def make(options):
    lines = lines_of(options.data)
    write(options.work / "lines.texts", ([line, 0] for line in lines))
    points = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    write(options.work / "points.texts", ([f"a{chr(point)}b {chr(point)}", 0] for point in points))
    rng = random.Random(1)
    write(options.work / "odd.texts", odd_cases(rng, 20_000))
    write(options.work / "long.texts", ([text, 0] for text in tokenizer_kinds.long_texts(20_000)))
    for name, tokenizer in tokenizer_kinds.kinds(lines[::10], options.size):
        folder = options.work / "tokenizers" / name
        folder.mkdir(parents=True, exist_ok=True)
        save(tokenizer, folder)
        print("made", name, tokenizer.get_vocab_size(), flush=True)


def classpath(options):
    return options.classpath or str(HERE.parents[1] / "bench/target/benchmarks.jar")


def jada(options, *arguments):
    command = [options.java, "-Xmx3g", "--add-modules", "jdk.incubator.vector", "-cp", classpath(options), "jada.bench.TokenizerAnswers", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr[-3000:]}")
    return done.stdout


def utf16(text):
    """Where each code point begins in UTF-16; none if they are the same."""
    if all(ord(char) < 0x10000 for char in text):
        return None
    places, at = [], 0
    for char in text:
        places.append(at)
        at += 1 + (ord(char) > 0xFFFF)
    return places + [at]


def reference(tokenizer, case):
    *texts, limit = case
    tokenizer.enable_truncation(limit) if limit else tokenizer.no_truncation()
    encoding = tokenizer.encode(*texts)
    types = encoding.type_ids
    first = types.index(1) if 1 in types else len(types)
    maps = [utf16(text) for text in texts]
    places = []
    for (start, end), text in zip(encoding.offsets, encoding.sequence_ids):
        if text is None:
            start = end = 0
        elif maps[text]:
            start, end = maps[text][start], maps[text][end]
        places.append(f"{start}:{end} ")
    return "".join(f"{id} " for id in encoding.ids) + f"|{first}|" + "".join(places)


def compare(tokenizer, cases, answers, name):
    same, places, shown = 0, 0, 0
    for case, answer in zip(cases, answers, strict=True):
        try:
            expected = reference(tokenizer, case)
        except BaseException as e:  # a panic
            print(f"  {name}: the reference fails: {str(e)[:100]}")
            same += 1
            continue
        if expected == answer:
            same += 1
        elif expected.rsplit("|", 1)[0] == answer.rsplit("|", 1)[0]:
            places += 1
            if SHOW_PLACES and shown < 3:
                shown += 1
                print(f"  places {name}: {ascii(case)[:300]}\n    reference {expected[:300]}\n    jada      {answer[:300]}")
        else:
            if shown < 5:
                shown += 1
                print(f"  {name}: {ascii(case)[:400]}\n    reference {expected[:400]}\n    jada      {answer[:400]}")
                print("   ", tokenizer.encode(*case[:-1]).tokens[:60])
    return len(cases) - same - places, places


SHOW_PLACES = False


def plain(folder):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    return tokenizer


def ids(options):
    folders = sorted((options.work / "tokenizers").iterdir())
    folders = [folder for folder in folders if not options.only or folder.name in options.only]
    failed = 0
    for texts in options.texts:
        file = options.work / f"{texts}.texts"
        cases = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n")[:-1]]
        for folder in folders:
            out = options.work / "answers" / texts
            out.mkdir(parents=True, exist_ok=True)
            jada(options, "answer", file, out, folder)
            answers = (out / folder.name).read_text().split("\n")[:-1]
            different, places = compare(plain(folder), cases, answers, folder.name)
            (out / folder.name).unlink()
            failed += different
            print(f"{texts:7} {folder.name:18} {len(cases):9,} texts, {different} with other ids or types, {places} with other places", flush=True)
    sys.exit(1 if failed else 0)


def drawn(options):
    lines = lines_of(options.data)[::40]
    failed = total = 0
    for first in range(options.first, options.first + options.draws, 25):
        folders = []
        for draw in range(first, min(first + 25, options.first + options.draws)):
            rng = random.Random(f"{options.seed}/{draw}")
            folder = options.work / "drawn" / str(draw)
            folder.mkdir(parents=True, exist_ok=True)
            try:
                save(tokenizer_kinds.drawn(rng, rng.sample(lines, 150), 400), folder)
            except BaseException as e:  # a panic of the trainer
                print("draw", draw, "not trained:", str(e)[:100])
                continue
            folders.append(folder)
        cases = list(odd_cases(random.Random(first), 400))
        write(options.work / "drawn.texts", cases)
        out = options.work / "answers" / "drawn"
        out.mkdir(parents=True, exist_ok=True)
        jada(options, "answer", options.work / "drawn.texts", out, *folders)
        for folder in folders:
            answers = (out / folder.name).read_text().split("\n")[:-1]
            different, places = compare(plain(folder), cases, answers, f"draw {folder.name}")
            total += len(cases)
            failed += different
            if different or places and SHOW_PLACES:
                source = json.loads((folder / "tokenizer.json").read_text())
                model = {k: v for k, v in source["model"].items() if k not in ("vocab", "merges")}
                print(f"draw {folder.name}: {different} different, {places} places", json.dumps([source["normalizer"], source["pre_tokenizer"], model, source["post_processor"] and source["post_processor"]["type"]])[:900], flush=True)
    print(f"{options.draws} tokenizers, {total:,} texts, {failed} with other ids or types")
    sys.exit(1 if failed else 0)


def speed(options):
    file = options.work / "lines.texts"
    cases = [json.loads(line)[0] for line in file.read_text(encoding="utf-8").split("\n")[:-1]]
    megabytes = sum(len(case.encode()) for case in cases) / 1e6
    folders = [folder for folder in sorted((options.work / "tokenizers").iterdir()) if not options.only or folder.name in options.only]
    for folder in folders:
        tokenizer = plain(folder)
        best = 0
        for _ in range(3):
            start = time.perf_counter()
            tokenizer.encode_batch_fast(cases)  # without places, on one thread: see main
            best = max(best, megabytes / (time.perf_counter() - start))
        ours = float(jada(options, "time", file, options.seconds, folder).split()[1])
        print(f"{folder.name:18} jada {ours:6.2f} MB/s, tokenizers {best:6.2f} MB/s, ratio {ours / best:.2f}", flush=True)


def main():
    global SHOW_PLACES
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["make", "ids", "drawn", "speed"])
    parser.add_argument("--data", type=Path, default=HERE.parents[1].parent / "shared/data")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--java", default="java")
    parser.add_argument("--classpath")
    parser.add_argument("--size", type=int, default=8000)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--texts", nargs="*", default=["lines", "points", "odd", "long"])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--places", action="store_true", help="show where places differ")
    options = parser.parse_args()
    SHOW_PLACES = options.places
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    globals()[options.what](options)


main()
