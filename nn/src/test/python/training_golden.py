"""Writes training_golden.json: what PyTorch and transformers do in AdamW, schedules and clipping.

Run from the module's folder: python src/test/python/training_golden.py
Made with torch 2.13.0 and transformers 5.17.0.
"""

import json
import math
import pathlib

import torch
from transformers import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

OUT = pathlib.Path("src/test/resources/jada/nn/training_golden.json")
STEPS = 50


def numbers(tensor):
    """float32 as the shortest decimals that read back to the same bits."""
    return [float(str(x)) for x in tensor.detach().numpy().reshape(-1)]


def adamw():
    """Two parameters, one with and one without weight decay, gradients of changing size."""
    torch.manual_seed(7)
    decayed = torch.nn.Parameter(torch.randn(2, 3))
    free = torch.nn.Parameter(torch.randn(4))
    initial = {"decayed": numbers(decayed), "free": numbers(free)}
    optimizer = torch.optim.AdamW(
        [{"params": [decayed], "weight_decay": 0.1}, {"params": [free], "weight_decay": 0.0}],
        betas=(0.9, 0.999),
        eps=1e-8,
    )
    steps = []
    for step in range(STEPS):
        rate = 0.01 * (1 - step / STEPS)
        for group in optimizer.param_groups:
            group["lr"] = rate
        size = 10 ** math.sin(step)
        decayed.grad = size * torch.randn(2, 3)
        free.grad = size * torch.randn(4)
        free.grad[3] = 0  # an element that never has a gradient
        gradients = {"decayed": numbers(decayed.grad), "free": numbers(free.grad)}
        optimizer.step()
        steps.append(
            {
                "learning_rate": rate,
                "gradients": gradients,
                "values": {"decayed": numbers(decayed), "free": numbers(free)},
            }
        )
    moments = {
        name: {
            "first": numbers(optimizer.state[p]["exp_avg"]),
            "second": numbers(optimizer.state[p]["exp_avg_sq"]),
        }
        for name, p in (("decayed", decayed), ("free", free))
    }
    return {"initial": initial, "steps": steps, "moments": moments}


def schedule(make):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.002)
    scheduler = make(optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return rates


def schedules():
    result = []
    for warmup, total in ((0, 40), (5, 40), (1, 50), (40, 40), (10, 0)):
        result.append(
            {
                "warmup": warmup,
                "total": total,
                "linear": schedule(lambda o: get_linear_schedule_with_warmup(o, warmup, total)),
                "cosine": schedule(lambda o: get_cosine_schedule_with_warmup(o, warmup, total)),
                "constant": schedule(lambda o: get_constant_schedule_with_warmup(o, warmup)),
            }
        )
    return result


def clipping():
    cases = []
    torch.manual_seed(11)
    a, b = torch.randn(3, 2), torch.randn(5)
    # The last gradients are so small that the 1e-6 beside the norm shows.
    for limit, size in ((0.1, 1), (1.0, 1), (1000.0, 1), (1e-6, 1e-6)):
        pa, pb = torch.nn.Parameter(torch.zeros(3, 2)), torch.nn.Parameter(torch.zeros(5))
        pa.grad, pb.grad = size * a, size * b
        norm = torch.nn.utils.clip_grad_norm_([pa, pb], limit)
        cases.append(
            {
                "limit": limit,
                "size": size,
                "norm": norm.item(),
                "a": numbers(pa.grad),
                "b": numbers(pb.grad),
            }
        )
    return {"a": numbers(a), "b": numbers(b), "cases": cases}


OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(
    json.dumps({"adamw": adamw(), "schedules": schedules(), "clipping": clipping()}, indent=0)
    + "\n"
)
print(OUT, OUT.stat().st_size, "bytes")
