"""Writes whole runs of PEFT, step for step: PeftTrajectoryTest runs Jada on the same and compares.

    python trajectory_golden.py ../resources/jada/adalora/trajectory

A BERT with random weights (the base.safetensors of peft_writes.py), adapters and head to start from, sentences,
and for each combination of delta-t, tinit and tfinal, weight of the penalty and layers one run of PEFT's documented
loop: AdamW without decay of biases, linear schedule with warm-up, no dropout, no clipping, batches in the order of
the file. Every run is made a second time in float64: what that changes is what float32 cannot tell.
Needs torch, transformers and peft 0.21. Prints a line a run, and what becomes of the masks when they are set before
the optimizer step instead of after it.
"""

import itertools
import json
import math
import pathlib
import shutil
import sys

import torch
from peft import AdaLoraConfig, TaskType, get_peft_model
from safetensors.torch import load_file
from transformers import BertConfig, BertForSequenceClassification, get_linear_schedule_with_warmup

out = pathlib.Path(sys.argv[1])
EPOCHS, BATCH, SENTENCES = 24, 8, 72
STEPS = EPOCHS * SENTENCES // BATCH
INIT_R, TARGET_R = 4, 1
RATE, WARMUP, DECAY = 1.2e-3, 0.06, 0.01
LAYERS = {"attention": ["query", "key", "value", "attention.output.dense"], "all": ["query", "key", "value", "dense"]}
EVERY = 18  # steps from one record of all scores to the next


def base():
    config = BertConfig(
        vocab_size=20, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=32,
        max_position_embeddings=12, hidden_dropout_prob=0, attention_probs_dropout_prob=0, num_labels=3)
    model = BertForSequenceClassification(config)
    weights = load_file(pathlib.Path(__file__).parent / "../resources/jada/adalora/peft/base.safetensors")
    model.load_state_dict({k if k.startswith("classifier") else "bert." + k: v for k, v in weights.items()})
    return model


def sentences():
    """Words a to o; the label is told by the first of a, b, c, but one label in six is any."""
    rng = torch.Generator().manual_seed(11)

    def number(n):
        return int(torch.randint(n, (1,), generator=rng))

    rows = []
    for _ in range(SENTENCES):
        words = [chr(ord("d") + number(12)) for _ in range(2 + number(6))]
        label = number(3)
        words[number(len(words))] = "abc"[label]
        rows.append((" ".join(words), "xyz"[number(3) if number(6) == 0 else label]))
    return rows


def batches(rows):
    for start in range(0, len(rows), BATCH):
        part = rows[start:start + BATCH]
        ids = [[2, *(5 + ord(w) - ord("a") for w in text.split()), 3] for text, _ in part]
        longest = max(map(len, ids))
        yield dict(
            input_ids=torch.tensor([i + [0] * (longest - len(i)) for i in ids]),
            attention_mask=torch.tensor([[1] * len(i) + [0] * (longest - len(i)) for i in ids]),
            labels=torch.tensor(["xyz".index(label) for _, label in part]))


def adapted(layers, **config):
    model = get_peft_model(base(), AdaLoraConfig(
        task_type=TaskType.SEQ_CLS, init_r=INIT_R, target_r=TARGET_R, lora_alpha=8, target_modules=LAYERS[layers],
        total_step=STEPS, **config))
    torch.manual_seed(5)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "lora_A" in name or "lora_B" in name or p.requires_grad and "classifier" in name:
                # Drawn in float32 in either precision.
                p.copy_(torch.empty(p.shape, dtype=torch.float32).normal_(0, 0.02 if "lora" in name else 0.1))
    return model


def penalty(model, weight):
    """PEFT adds this to the loss; here by itself, to the digits that it is added with."""
    norms = [torch.linalg.norm(p @ p.T - torch.eye(INIT_R) if "lora_A" in n else p.T @ p - torch.eye(INIT_R))
             for n, p in model.named_parameters() if "lora_A" in n or "lora_B" in n]
    return weight * sum(norms) / len(norms)


def scores(allocator, model):
    """Of every triplet, by PEFT's own parts."""
    found = []
    for n, _ in model.base_model.model.named_parameters():
        if "lora_E" in n:
            a, b = n.replace("lora_E", "lora_A"), n.replace("lora_E", "lora_B")
            vectors = torch.stack([allocator._element_score(a).mean(1), allocator._element_score(b).mean(0)], dim=1)
            found.append(allocator._combine_ipt(allocator._element_score(n), vectors))
    return torch.cat(found)


def run(layers, weight, config, dtype, masks_first=False):
    torch.set_default_dtype(dtype)
    model = adapted(layers, orth_reg_weight=weight, **config).to(dtype).train()
    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW([
        {"params": [p for n, p in trained if not n.endswith("bias")], "weight_decay": DECAY},
        {"params": [p for n, p in trained if n.endswith("bias")], "weight_decay": 0}], lr=RATE)
    schedule = get_linear_schedule_with_warmup(optimizer, math.ceil(WARMUP * STEPS), STEPS)
    allocator = model.base_model.rankallocator
    trace = {"loss": [], "penalty": [], "budget": [], "alive": [], "scores": {}, "margins": {}}
    cut = []
    kthvalue = torch.kthvalue

    def catch(values, k):
        ordered = values.sort()[0]
        cut.append(float((ordered[k] - ordered[k - 1]) / ordered[k]))
        return kthvalue(values, k=k)

    torch.kthvalue = catch
    rows = list(batches(sentences()))
    for t in range(STEPS):
        batch = rows[t % len(rows)]
        with torch.no_grad():
            added = float(penalty(model, weight))
        result = model(**batch)
        task = float(torch.nn.functional.cross_entropy(result.logits.detach(), batch["labels"]))
        assert abs(float(result.loss.detach()) - task - added) < 1e-5
        result.loss.backward()
        if masks_first:
            model.base_model.update_and_allocate(t)
        optimizer.step()
        schedule.step()
        if not masks_first:
            model.base_model.update_and_allocate(t)
        trace["loss"].append(task)
        trace["penalty"].append(added)
        trace["budget"].append(allocator.budget_schedule(t)[0])
        if t % EVERY == 0 and t < STEPS - config["tfinal"]:
            trace["scores"][t] = scores(allocator, model).tolist()
        if cut:
            trace["margins"][t] = cut.pop()
        pattern = model.peft_config["default"].rank_pattern or {}
        bits = "".join("".join("01"[bool(b)] for b in module) for module in pattern.values())
        trace["alive"].append(bits)
        optimizer.zero_grad()
    torch.kthvalue = kthvalue
    trace["nonzero"] = sum(int((p != 0).sum()) for n, p in model.named_parameters() if "lora_E" in n)
    modules = [n.removeprefix("base_model.model.").split(".lora_E")[0]
               for n, _ in model.named_parameters() if "lora_E" in n]
    torch.set_default_dtype(torch.float32)
    return trace, modules


def digits(x):
    return float(f"{x:.8g}")


def worst(a, b):
    return max(abs(x - y) / abs(y) if y else abs(x) for x, y in zip(a, b))


def compact(trace, exact, modules):
    """One run as the test reads it: patterns in hex, only where they change."""
    changes = {}
    before = ""
    for t, bits in enumerate(trace["alive"]):
        if bits != before:
            changes[t] = f"{int(bits, 2):0{len(bits) // 4}x}"
        before = bits
    differs = [t for t in range(STEPS) if trace["alive"][t] != exact["alive"][t]]
    return {
        "modules": modules,
        "loss": [digits(x) for x in trace["loss"]],
        "penalty": [digits(x) for x in trace["penalty"]],
        "budget": trace["budget"],
        "alive": changes,
        "scores": {t: [float(f"{x:.6g}") for x in s] for t, s in trace["scores"].items()},
        "margin": float(f"{min(trace['margins'].values()):.2g}"),
        "close_calls": {t: float(f"{m:.2g}") for t, m in trace["margins"].items() if m < 1e-4},
        "float64": {"loss": float(f"{worst(trace['loss'], exact['loss']):.2g}"),
                    "first_rank_difference": differs[0] if differs else None},
    }


def order_of_the_step():
    """What becomes of PEFT's masks in the order of the article's loop; nothing is recorded."""
    config = {"tinit": 20, "tfinal": 80, "deltaT": 1}
    for masks_first in False, True:
        trace, modules = run("all", 0.5, config, torch.float32, masks_first)
        print(f"{'masks before the optimizer step' if masks_first else 'documented order'}: {trace['nonzero']} of "
              f"{INIT_R * len(modules)} λ are not 0 at the end, the target is {TARGET_R * len(modules)}", flush=True)


def main():
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / "train.tsv").write_text("sentence\tlabel\n" + "".join(f"{s}\t{label}\n" for s, label in sentences()))
    for layers in LAYERS:
        model = adapted(layers, tinit=0, tfinal=0)
        model.save_pretrained(out / f"start-{layers}")
        (out / f"start-{layers}" / "README.md").unlink()
    for delta_t, (tinit, tfinal), weight, layers in itertools.product(
            (1, 10), ((0, 0), (20, 80)), (0.0, 0.5), LAYERS):
        config = {"tinit": tinit, "tfinal": tfinal, "deltaT": delta_t}
        trace, modules = run(layers, weight, config, torch.float32)
        exact, _ = run(layers, weight, config, torch.float64)
        golden = {"layers": layers, "orth_reg_weight": weight, **config, "init_r": INIT_R, "target_r": TARGET_R,
                  "epochs": EPOCHS, "batch": BATCH, "rate": RATE, "warmup": WARMUP, "decay": DECAY,
                  **compact(trace, exact, modules)}
        name = f"{layers}-delta{delta_t}-tinit{tinit}-tfinal{tfinal}-orth{weight:g}"
        (out / f"{name}.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
        print(f"{name}: {STEPS} steps, loss {trace['loss'][0]:.3f} to {trace['loss'][-1]:.3f}, "
              f"{len(golden['alive'])} changes of ranks, closest call {golden['margin']:.1e}, "
              f"float64 differs by {golden['float64']}", flush=True)
    order_of_the_step()


main()
