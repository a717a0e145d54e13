"""PyTorch's side of gemm.py: answers `SHAPE FORM THREADS SECONDS` with the median and the best rate, GFLOP/s.

It checks the first product of every kind against double precision.
"""
import sys
import time

import torch

operands = {}


def product(shape, form):
    """A function that computes C into memory that is there, as the other side does."""
    m, n, k = map(int, shape.split("x"))
    if (shape, form) not in operands:
        torch.manual_seed(1)
        a, w, c = torch.randn(m, k), torch.randn(*((k, n) if form == "gradient" else (n, k))), torch.empty(m, n)
        b = w if form == "gradient" else w.t()
        operands[shape, form] = a, b, c
        torch.mm(a, b, out=c)
        assert torch.allclose(c.double(), a.double() @ b.double(), rtol=1e-4, atol=1e-3)
    a, b, c = operands[shape, form]
    return 2e-9 * m * n * k, lambda: torch.mm(a, b, out=c)


def main():
    with torch.no_grad():
        for line in sys.stdin:
            shape, form, threads, seconds = line.split()
            torch.set_num_threads(int(threads))
            gflop, multiply = product(shape, form)
            rates, end = [], time.perf_counter() + float(seconds)
            while not rates or time.perf_counter() < end:
                start = time.perf_counter()
                multiply()
                rates.append(gflop / (time.perf_counter() - start))
            rates.sort()
            print(f"{rates[len(rates) // 2]:.2f} {rates[-1]:.2f}", flush=True)


if __name__ == "__main__":
    main()
