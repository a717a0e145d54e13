"""Writes metrics_golden.jsonl: predictions, truths, and what scikit-learn and SciPy make of them.

    python metrics_golden.py > ../resources/jada/adalora/model/metrics_golden.jsonl

Made with scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6; seeds are fixed, so it repeats.
"""

import json
import math
import warnings

import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

warnings.simplefilter("ignore")


def classes(name, predicted, expected, k):
    average = "binary" if k == 2 else "macro"
    print(json.dumps({
        "name": name, "classes": k, "predicted": list(map(int, predicted)), "expected": list(map(int, expected)),
        "accuracy": accuracy_score(expected, predicted),
        "f1": f1_score(expected, predicted, average=average, zero_division=0),
        "matthews": matthews_corrcoef(expected, predicted),
    }))


def numbers(name, predicted, expected):
    def value(statistic):
        return None if math.isnan(statistic) else float(statistic)

    print(json.dumps({
        "name": name, "predicted": list(map(float, predicted)), "expected": list(map(float, expected)),
        "pearson": value(pearsonr(predicted, expected).statistic),
        "spearman": value(spearmanr(predicted, expected).statistic),
    }))


def label_sets(name, predicted, expected):
    print(json.dumps({
        "name": name, "labels": expected.shape[1],
        "predicted": predicted.tolist(), "expected": expected.tolist(),
        "micro_f1": f1_score(expected, predicted, average="micro", zero_division=0),
        "macro_f1": f1_score(expected, predicted, average="macro", zero_division=0),
        "accuracy": accuracy_score(expected, predicted),
    }))


def noisy(random, expected, k, right):
    other = random.integers(0, k, len(expected))
    return np.where(random.random(len(expected)) < right, expected, other)


random = np.random.default_rng(20240117)
for k, n, right in [(2, 40, 0.7), (2, 57, 0.1), (3, 60, 0.6), (6, 80, 0.5), (12, 100, 0.3)]:
    expected = random.integers(0, k, n)
    classes(f"{k} classes, {n} examples", noisy(random, expected, k, right), expected, k)
rare = (random.random(50) < 0.1).astype(int)
classes("rare positive class", noisy(random, rare, 2, 0.8), rare, 2)
classes("two classes, always the first", [0] * 6, [0, 1, 0, 1, 1, 0], 2)
classes("two classes, always the second", [1] * 6, [0, 1, 0, 1, 1, 0], 2)
classes("the second class never occurs", [0] * 4, [0] * 4, 2)
classes("the first class never occurs", [1] * 4, [1] * 4, 2)
classes("constant truth", [0, 1, 0, 1], [1, 1, 1, 1], 2)
classes("all wrong", [1, 0, 1, 0], [0, 1, 0, 1], 2)
classes("three classes, constant prediction", [1] * 6, [0, 1, 2, 2, 1, 0], 3)
classes("four classes of which two occur", [0, 2, 2, 0, 2], [0, 2, 0, 0, 2], 4)
classes("one example", [1], [1], 2)

for n in [2, 3, 50]:
    expected = random.normal(2.5, 1.2, n)
    numbers(f"{n} numbers", expected + random.normal(0, 0.8, n), expected)
ties = random.integers(0, 6, 60).astype(float)
numbers("many ties", np.round(ties + random.normal(0, 1.0, 60)), ties)
numbers("monotone but not linear", np.exp(np.arange(8.0)), np.arange(8.0))
numbers("perfect", [0.1, 0.2, 0.3, 0.7], [0.1, 0.2, 0.3, 0.7])
numbers("opposite", [3.0, 2.0, 1.0], [10.0, 20.0, 30.0])
numbers("constant prediction", [0.1] * 5, [1.0, 2.0, 3.0, 4.0, 5.0])
numbers("constant truth", [1.0, 2.0, 3.0], [0.1] * 3)
numbers("far from zero", 1e6 + expected, 1e6 + expected ** 2)

for n, k, share in [(30, 3, 0.4), (50, 6, 0.2), (40, 5, 0.05), (8, 2, 0.0)]:
    expected = (random.random((n, k)) < share).astype(int)
    flips = (random.random((n, k)) < 0.15).astype(int)
    label_sets(f"{n} examples, {k} labels, {share} of them", expected ^ flips, expected)
everything = np.ones((4, 3), dtype=int)
label_sets("all labels everywhere", everything, everything)
label_sets("no label anywhere, none said", 0 * everything, 0 * everything)
