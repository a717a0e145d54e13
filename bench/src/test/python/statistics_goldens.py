"""What SciPy, NumPy and statsmodels' rule of Holm say of paired differences, for PairedStatisticsTest.

    python bench/src/test/python/statistics_goldens.py > bench/src/test/resources/jada/bench/study/statistics.json
"""
import json
import numpy
from scipy import stats

generator = numpy.random.default_rng(3)
cases = []
for n in (2, 3, 5, 8, 30):
    for shift in (0.0, 0.2, 1.5):
        d = numpy.round(generator.normal(shift, 0.7, n), 3)
        low, high = stats.t.interval(0.95, n - 1, loc=d.mean(), scale=stats.sem(d))
        cases.append({
            "d": d.tolist(),
            "mean": d.mean(),
            "deviation": d.std(ddof=1),
            "median": float(numpy.median(d)),
            "quantile": float(numpy.quantile(d, 0.3)),
            "p": float(stats.ttest_1samp(d, 0).pvalue),
            "interval": [float(low), float(high)],
            "equivalence": float(max(
                stats.ttest_1samp(d, -0.3, alternative="greater").pvalue,
                stats.ttest_1samp(d, 0.3, alternative="less").pvalue)),
        })


def holm(p):
    """Holm 1979, written as the sequence of rejections: the level at which each test is rejected."""
    order = numpy.argsort(p)
    adjusted = numpy.empty(len(p))
    for place, index in enumerate(order):
        adjusted[index] = min(1, max((len(p) - j) * p[order[j]] for j in range(place + 1)))
    return adjusted.tolist()


tests = [[0.01, 0.04, 0.03, 0.005], [0.2, 0.2, 0.9], [0.5]]

tasks = [numpy.round(generator.normal(m, 0.6, 8), 3) for m in (0.1, 0.5, 0.9, 0.2)]
samples = 400_000
drawn = numpy.zeros(samples)
means = [t[generator.integers(0, len(t), (samples, 4, len(t)))].mean(axis=2) for t in tasks]
chosen = generator.integers(0, 4, (samples, 4))
for place in range(4):
    of_all = numpy.stack([m[:, place] for m in means])
    drawn += of_all[chosen[:, place], numpy.arange(samples)] / 4
print(json.dumps({
    "cases": cases,
    "holm": [{"p": p, "adjusted": holm(p)} for p in tests],
    "bootstrap": {
        "tasks": [t.tolist() for t in tasks],
        "interval": numpy.quantile(drawn, [0.025, 0.975]).tolist(),
        "deviation": float(drawn.std()),
    },
}, indent=1))
