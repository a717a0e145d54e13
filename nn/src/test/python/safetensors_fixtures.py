"""Writes the files that SafetensorsTest reads, with the format's reference library.

Run from the folder of the module: python src/test/python/safetensors_fixtures.py
Needs: torch, safetensors.
"""

import struct
from pathlib import Path

import torch
from safetensors.torch import save_file

TARGET = Path(__file__).parents[1] / "resources/jada/nn/files"


def bits(values, dtype):
    """A tensor with exactly these 16-bit patterns."""
    return torch.tensor([v - 65536 if v > 32767 else v for v in values], dtype=torch.int16).view(dtype)


# Signed zeros, the smallest and largest subnormal, the smallest normal, one, the largest finite number,
# both infinities and a NaN.
f16 = bits([0x0000, 0x8000, 0x0001, 0x03FF, 0x0400, 0x3C00, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00, 0x3555], torch.float16)
bf16 = bits([0x0000, 0x8000, 0x0001, 0x007F, 0x0080, 0x3F80, 0x7F7F, 0xFF7F, 0x7F80, 0xFF80, 0x7FC0, 0x3EAB], torch.bfloat16)
f32 = torch.tensor([0.0, -0.0, 1e-45, 1.17549421e-38, 1.17549435e-38, 1.0, 3.4028235e38, -3.4028235e38,
                    float("inf"), float("-inf"), float("nan"), 1 / 3])

tensors = {
    "f16": f16.reshape(3, 4),
    "bf16": bf16.reshape(2, 2, 3),
    "f32": f32.reshape(3, 4),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 5),
    "position_ids": torch.arange(6).reshape(1, 6),
    "five": torch.arange(2, dtype=torch.float32).reshape(1, 1, 1, 1, 2),
    "wörter.weight": torch.tensor([[1.0, 2.0]]),
}
save_file(tensors, TARGET / "mixed.safetensors", metadata={"format": "pt", "note": "ten\nlines"})

# What the reference library makes of the tensors that SafetensorsTest writes: ours must be the same bytes.
save_file(
    {
        "b.weight": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4,
        "a.bias": torch.tensor([-1.5]),
        "scalar": torch.tensor(7.0),
        "none": torch.zeros(0, 3),
    },
    TARGET / "plain.safetensors",
    metadata={"format": "pt"},
)

# The same numbers as floats, big-endian bits in hexadecimal, one tensor a line.
with open(TARGET / "mixed.txt", "w") as out:
    for name in ("f16", "bf16", "f32"):
        values = tensors[name].to(torch.float32).flatten().tolist()
        out.write(name + " " + " ".join(struct.pack(">f", v).hex() for v in values) + "\n")
