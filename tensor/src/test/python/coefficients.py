"""Derives the polynomials of jada.tensor.kernel.Approximations; needs mpmath and numpy.

    python coefficients.py

Remez exchange: for f and weight w on [a, b], the polynomial p that minimises max |w·(f − p)|. The weight
turns the error of p into the relative error of the function that is computed from it. Coefficients
are rounded to float, lowest power first.
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 40
TINY = mp.mpf("1e-14")


def remez(f, w, a, b, degree, rounds=12, grid=2000):
    n = degree + 2
    a, b = mp.mpf(a), mp.mpf(b)
    nodes = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * i / (n - 1)) for i in range(n)]
    points = [a + (b - a) * i / grid for i in range(grid + 1)]
    fs, ws = [f(x) for x in points], [w(x) for x in points]
    best = None
    for _ in range(rounds):
        system, right = mp.matrix(n, n), mp.matrix(n, 1)
        for i, x in enumerate(nodes):
            for j in range(degree + 1):
                system[i, j] = x**j
            system[i, degree + 1] = (-1) ** i / w(x)
            right[i] = f(x)
        solution = mp.lu_solve(system, right)
        c = [solution[j] for j in range(degree + 1)]
        errors = [v * (y - mp.polyval(c[::-1], x)) for v, y, x in zip(ws, fs, points)]
        worst = max(abs(e) for e in errors)
        if best is None or worst < best[0]:
            best = (worst, c)
        extrema = []
        for i, e in enumerate(errors):
            if extrema and (errors[extrema[-1]] > 0) == (e > 0):
                if abs(e) > abs(errors[extrema[-1]]):
                    extrema[-1] = i
            else:
                extrema.append(i)
        while len(extrema) > n:
            extrema.pop(0 if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]) else -1)
        if len(extrema) < n:
            break
        nodes = [points[i] for i in extrema]
    return best


def show(title, result):
    worst, c = result
    print(f"{title}: relative error 2^{mp.nstr(mp.log(worst, 2), 4)}")
    print("  " + ", ".join(repr(np.float32(float(x)).item()) + "f" for x in c))


def exp_rest(r):
    return (mp.expm1(r) - r) / r**2 if abs(r) > TINY else mp.mpf(1) / 2


def tanh_rest(s):
    x = mp.sqrt(s)
    return (mp.tanh(x) - x) / (x * s) if s > TINY else -mp.mpf(1) / 3


def erf_rest(s):
    x = mp.sqrt(s)
    return mp.erf(x) / x - 1 if s > TINY else 2 / mp.sqrt(mp.pi) - 1


def upper_tail(t):
    return mp.erfc(t / mp.sqrt(2)) / 2


half_log2 = mp.log(2) / 2 * mp.mpf("1.001")
show(
    "e^r = 1 + r + r^2 p(r), |r| <= ln2/2",
    remez(exp_rest, lambda r: max(r * r, mp.mpf("1e-6")) / mp.exp(r), -half_log2, half_log2, 4),
)
show(
    "tanh x = x + x s p(s), s = x^2, |x| <= 0.625",
    remez(tanh_rest, lambda s: max(s, mp.mpf("1e-6")) / (1 + s * tanh_rest(s)), 0, "0.390625", 4),
)
show(
    "erf x = x + x p(s), s = x^2, |x| <= 0.9",
    remez(erf_rest, lambda s: 1 / (1 + erf_rest(s)), 0, "0.81", 5),
)
show(
    "erf t = 1 - e^p(t), 0.9 <= t <= 4",
    remez(lambda t: mp.log(mp.erfc(t)), lambda t: mp.erfc(t) / mp.erf(t), "0.9", 4, 6),
)
# Of the error of Phi(-t), gelu(t) = t - t Phi(-t) feels the first weight; the second keeps the
# relative error of gelu(-t) = -t Phi(-t) below 1e-6.
show(
    "Phi(-t) = e^p(t), 0 <= t <= 6",
    remez(
        lambda t: mp.log(upper_tail(t)),
        lambda t: max(upper_tail(t) / (1 - upper_tail(t)), mp.mpf("0.02")),
        0,
        6,
        10,
    ),
)
ln2 = mp.log(2)
high = np.float32(float(ln2)).item()
print("ln 2 in two parts:", repr(high) + "f,", repr(np.float32(float(ln2 - mp.mpf(high))).item()) + "f")
print("1 / ln 2:", repr(np.float32(float(1 / ln2)).item()) + "f")
print("ln sqrt(2 pi):", repr(np.float32(float(mp.log(2 * mp.pi) / 2)).item()) + "f")
