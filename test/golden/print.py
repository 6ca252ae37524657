"""Writes test/golden/print.json: how PyTorch prints, for tensors that our printer must lay out alike."""

import json
import pathlib

import torch

float32, int32, boolean = torch.float32, torch.int32, torch.bool
nan, inf = float("nan"), float("inf")


def wave(*shape):
    """Uneven values that are exact in float32, so that the test can make them again."""
    return ((torch.arange(torch.Size(shape).numel()) * 7919 % 1000 - 500) / 16).reshape(shape).to(float32)



cases = {
    "scalar": torch.tensor(3.0),
    "scalar fraction": torch.tensor(-0.12345),
    "scalar int": torch.tensor(7, dtype=int32),
    "scalar bool": torch.tensor(True),
    "whole numbers": torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
    "whole numbers, mixed width": torch.tensor([1.0, -20.0, 300.0]),
    "wide range of whole numbers": torch.tensor([1.0, 5000.0]),
    "large whole numbers": torch.tensor([2.0e8, 3.0e8]),
    "fractions": torch.tensor([[1.5, -2.25], [0.0, 10.125]]),
    "small": torch.tensor([1e-5, 2e-5]),
    "range": torch.tensor([1e-3, 12.0, 5.5]),
    "tiny and huge": torch.tensor([1e-30, -1e30]),
    "nan with fractions": torch.tensor([nan, 12.25, 0.5]),
    "only nan": torch.tensor([nan, nan]),
    "infinite scalar": torch.tensor(-inf),
    "zeros": torch.zeros(3),
    "int32": torch.tensor([[1, -20], [300, 4]], dtype=int32),
    "bool": torch.tensor([[True, False], [False, True]]),
    "empty": torch.zeros(0),
    "empty matrix": torch.zeros(0, 3),
    "empty cube": torch.zeros(2, 0, 3),
    "cube": torch.arange(24, dtype=float32).reshape(2, 3, 4) / 8,
    "four axes": torch.arange(16, dtype=float32).reshape(2, 2, 2, 2),
    "long row": torch.arange(30, dtype=float32) / 4 + 0.0625,
    "long rows of a wave": wave(3, 25),
    "at the threshold": torch.arange(1000, dtype=float32).reshape(20, 50) % 7,
    "summarised row": torch.arange(2000, dtype=float32) % 10,
    "summarised matrix of a wave": wave(100, 100),
    "summarised cube of a wave": wave(10, 3, 100),
    "summarised short axis of a wave": wave(2, 2000),
    "summarised int": torch.arange(1500, dtype=int32).reshape(5, 300),
    "summarised bool": torch.arange(1200).reshape(3, 400) % 3 == 0,
}


def numbers(values):
    return [v if v == v and abs(v) != inf else str(v) for v in values]


out = {
    name: {
        "shape": list(x.shape),
        "dtype": {float32: "float32", int32: "int32", boolean: "bool"}[x.dtype],
        "data": None if "wave" in name else numbers(x.flatten().to(torch.float64).tolist()),
        "text": repr(x),
    }
    for name, x in cases.items()
}
path = pathlib.Path(__file__).with_name("print.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
