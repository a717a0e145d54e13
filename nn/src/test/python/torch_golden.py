"""Writes the files of torch.save that TorchFileTest reads.

    python torch_golden.py ../resources/jada/nn/files/torch ../resources/jada/nn/families/bert-classification
"""
import collections
import os
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


class Call:
    """Unpickled without care, this runs a command."""

    def __reduce__(self):
        return os.system, ("echo called",)


def main(folder, model):
    folder = Path(folder)
    torch.manual_seed(1)
    whole = torch.randn(6, 5)
    weights = {
        "matrix": whole,
        "transposed": torch.randn(3, 4).t(),
        "rows": whole[2:4],  # another view of the same storage
        "columns": whole[:, 1:4],
        "vector": torch.randn(7),
        "scalar": torch.tensor(2.5),
        "half": torch.randn(4, 3).half(),
        "bfloat": torch.randn(4, 3).bfloat16(),
        "parameter": torch.nn.Parameter(torch.randn(2, 3)),
        "empty": torch.zeros(0, 3),
    }
    more = {"position_ids": torch.arange(9).expand(1, -1), "double": torch.randn(2).double()}
    torch.save({**weights, **more}, folder / "views.bin")
    save_file({name: t.detach().contiguous().clone() for name, t in weights.items()}, folder / "views.safetensors")

    module = torch.nn.Sequential(collections.OrderedDict(inner=torch.nn.Linear(3, 2), norm=torch.nn.LayerNorm(2)))
    torch.save(module.state_dict(), folder / "module.bin")
    save_file({name: t.clone() for name, t in module.state_dict().items()}, folder / "module.safetensors")
    torch.save(module.state_dict(), folder / "protocol4.bin", pickle_protocol=4)

    torch.save({"model": module.state_dict(), "epoch": 3}, folder / "training.bin")
    torch.save({"a": torch.zeros(1), "b": Call()}, folder / "call.bin")
    torch.save(module, folder / "module-itself.bin")
    torch.save(module.state_dict(), folder / "before-1.6.bin", _use_new_zipfile_serialization=False)
    torch.save({"wide": torch.zeros(1).expand(2**30)}, folder / "expanded.bin")
    shared = torch.zeros(64)
    torch.save({f"weight{i}": shared for i in range(9)}, folder / "shared.bin")
    torch.save({"sign": torch._neg_view(torch.ones(3))}, folder / "sign.bin")
    torch.save({"complex": torch.ones(3, dtype=torch.complex64)}, folder / "complex.bin")
    torch.save(load_file(Path(model) / "model.safetensors"), folder / "bert-classification.bin")


if __name__ == "__main__":
    main(*sys.argv[1:])
