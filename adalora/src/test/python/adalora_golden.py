"""Writes the reference numbers of the paper's reading, computed by PEFT itself.

    python adalora_golden.py > ../resources/jada/adalora/adalora_golden.json

Needs torch and peft 0.21. What is recorded, each as PEFT's own code computes it:
  importance  a run over three small matrices: values and gradients of every step, the score of every
              triplet after it, and the ranks that PEFT allocates
  penalty     the orthogonality term of the loss and its gradients (and, by plain torch, the squared form)
  schedules   budget and mask flag for every step of several runs
"""

import copy
import json
import sys
import types

import numpy as np
import torch
from peft import AdaLoraConfig, get_peft_model
from peft.tuners.adalora.layer import RankAllocator

torch.manual_seed(0)
SIZES = {"one": (3, 5), "two": (6, 4), "three": (3, 3)}  # name: (in, out)
RANK = 3


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        for name, (n_in, n_out) in SIZES.items():
            setattr(self, name, torch.nn.Linear(n_in, n_out))

    def forward(self, x):
        return types.SimpleNamespace(loss=x.sum())


def adapted(total_step=8, tinit=1, tfinal=2, delta_t=2, target_r=1):
    config = AdaLoraConfig(
        init_r=RANK, target_r=target_r, tinit=tinit, tfinal=tfinal, deltaT=delta_t, total_step=total_step,
        target_modules=list(SIZES), orth_reg_weight=0.5)
    return get_peft_model(Net(), config)


def floats(t):
    return [float(str(x)) for x in np.asarray(t.detach(), dtype=np.float32).reshape(-1)]


def triplets(model, of):
    return {name: {letter: floats(of(getattr(getattr(model.base_model.model, name), part)["default"]))
                   for letter, part in (("p", "lora_B"), ("lambda", "lora_E"), ("q", "lora_A"))}
            for name in SIZES}


def scores(model):
    """All triplet scores, caught where PEFT ranks them."""
    caught = []
    kthvalue = torch.kthvalue
    twin = copy.deepcopy(model)

    def catch(values, k):
        caught.append(values.clone())
        return kthvalue(values, k=k)

    torch.kthvalue = catch
    try:
        allocator = model.base_model.rankallocator
        allocator.mask_to_budget(twin.base_model.model, 1)
    finally:
        torch.kthvalue = kthvalue
    return dict(zip(SIZES, caught[0].view(len(SIZES), RANK).tolist()))


def importance():
    model = adapted()
    steps = []
    for t in range(8):
        for n, p in model.named_parameters():
            if "lora_" in n:
                with torch.no_grad():
                    p.copy_(torch.randn_like(p))
                p.grad = torch.randn_like(p)
        step = {"values": triplets(model, lambda p: p), "gradients": triplets(model, lambda p: p.grad)}
        model.base_model.update_and_allocate(t)
        if t < 8 - 2:
            step["scores"] = {k: [float(np.float32(x)) for x in v] for k, v in scores(model).items()}
        step["alive"] = {name: [bool(e) for e in getattr(model.base_model.model, name).lora_E["default"].view(-1) != 0]
                         for name in SIZES}
        steps.append(step)
    return {"total": 8, "tinit": 1, "tfinal": 2, "deltaT": 2, "rank": RANK, "target": 1, "beta1": 0.85, "beta2": 0.85,
            "sizes": SIZES, "steps": steps}


def penalty():
    model = adapted()
    for n, p in model.named_parameters():
        if "lora_" in n:
            with torch.no_grad():
                p.copy_(torch.randn_like(p) * 0.3)
    out = {"sizes": SIZES, "rank": RANK, "weight": 0.5, "values": triplets(model, lambda p: p)}
    model.zero_grad()
    loss = model.base_model.forward(torch.zeros(1, requires_grad=True)).loss
    loss.backward()
    out["frobenius"] = {"loss": float(loss), "gradients": triplets(model, lambda p: p.grad if p.grad is not None else torch.zeros_like(p))}
    model.zero_grad()
    loss = 0
    for name in SIZES:
        layer = getattr(model.base_model.model, name)
        p, q = layer.lora_B["default"], layer.lora_A["default"]
        eye = torch.eye(RANK)
        loss = loss + ((p.T @ p - eye) ** 2).sum() + ((q @ q.T - eye) ** 2).sum()
    loss = 0.5 * loss
    loss.backward()
    out["squared"] = {"loss": float(loss), "gradients": triplets(model, lambda p: p.grad if p.grad is not None else torch.zeros_like(p))}
    return out


def schedules():
    out = []
    for total, tinit, tfinal, delta_t, matrices, init_r, target_r in [
            (100, 10, 50, 1, 24, 12, 4), (100, 0, 0, 1, 24, 12, 4), (100, 20, 30, 10, 24, 12, 4), (731, 73, 365, 7, 36, 12, 4),
            (10, 8, 1, 1, 3, 9, 1), (1000, 50, 100, 3, 72, 8, 2), (7, 1, 3, 2, 1, 28, 1), (300, 33, 45, 1, 24, 10, 1)]:
        model = adapted()
        allocator = model.base_model.rankallocator
        allocator.peft_config = types.SimpleNamespace(tinit=tinit, tfinal=tfinal, total_step=total, deltaT=delta_t)
        allocator.init_bgt, allocator.target_bgt = matrices * init_r, matrices * target_r
        steps = [allocator.budget_schedule(t) for t in range(total)]
        out.append({"total": total, "tinit": tinit, "tfinal": tfinal, "deltaT": delta_t, "initial": matrices * init_r,
                    "target": matrices * target_r, "budget": [b for b, _ in steps], "mask": [int(m) for _, m in steps]})
    return out


json.dump({"importance": importance(), "penalty": penalty(), "schedules": schedules()}, sys.stdout, separators=(",", ":"))
print()
