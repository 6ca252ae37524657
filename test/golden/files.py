"""Writes test/golden/files/: arrays as NumPy and the safetensors format store them, and what they hold."""

import io
import json
import pathlib
import struct
import zipfile

import numpy as np

folder = pathlib.Path(__file__).with_name("files")
folder.mkdir(exist_ok=True)
expected = {}

OURS = {"f": "float32", "i": "int32", "u": "int32", "b": "bool"}


def describe(array):
    with np.errstate(over="ignore"):
        values = array.astype(np.float32 if array.dtype.kind == "f" else np.int64)
    words = [v if np.isfinite(v) else str(v) for v in values.reshape(-1).tolist()]
    return {"dtype": OURS[array.dtype.kind], "shape": list(array.shape), "data": words}


grid = np.arange(12).reshape(3, 4)
npy = {
    "float32": (grid.astype("<f4") / 8, (1, 0)),
    "float32_version2": (grid.astype("<f4") / 8, (2, 0)),
    "float32_version3": (grid.astype("<f4") / 8, (3, 0)),
    "float64": (np.array([np.pi, -1e-300, np.inf, np.nan, 1e308]), (1, 0)),
    "float16": (np.array([0, -0.0, 1, -2.5, 65504, 6e-8, 6.1e-5, np.inf, np.nan], "<f2"), (1, 0)),
    "int8": (np.array([-128, 127], "i1"), (1, 0)),
    "int16": (np.array([-32768, 32767], "<i2"), (1, 0)),
    "int32": (np.array([-(2**31), 2**31 - 1], "<i4"), (1, 0)),
    "int64": (np.array([[-(2**31)], [2**31 - 1]], "<i8"), (1, 0)),
    "uint8": (np.array([0, 255], "u1"), (1, 0)),
    "uint16": (np.array([0, 65535], "<u2"), (1, 0)),
    "uint32": (np.array([0, 2**31 - 1], "<u4"), (1, 0)),
    "uint64": (np.array([0, 2**31 - 1], "<u8"), (1, 0)),
    "bool": (grid % 3 == 0, (1, 0)),
    "scalar": (np.array(2.5, "<f4"), (1, 0)),
    "empty": (np.zeros((0, 3), "<f4"), (1, 0)),
    "fortran": (np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)), (1, 0)),
    "fortran_int64": (np.asfortranarray(grid), (1, 0)),
}
for name, (array, version) in npy.items():
    with open(folder / f"{name}.npy", "wb") as file:
        np.lib.format.write_array(file, array, version=version)
    expected[f"{name}.npy"] = {"": describe(array)}

tones = (np.sin(np.arange(3000) * 0.05) * 50).round().astype("<f4")
arrays = {"weight": grid.astype("<f4"), "labels": np.arange(5), "mask": grid > 5, "größe": np.array(1.5)}
np.savez(folder / "stored.npz", **arrays)
np.savez_compressed(folder / "deflated.npz", tones=tones, **arrays)
expected["stored.npz"] = {name: describe(array) for name, array in arrays.items()}
expected["deflated.npz"] = {name: describe(array) for name, array in {"tones": tones, **arrays}.items()}


class Pipe(io.RawIOBase):
    """Cannot go back, so that zipfile writes sizes and checksums behind the files."""

    def __init__(self, path):
        self.file = open(path, "wb")

    def writable(self):
        return True

    def write(self, block):
        return self.file.write(block)

    def close(self):
        self.file.close()


pipe = Pipe(folder / "streamed.npz")
with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.comment = b"two arrays, streamed"
    for name in ["weight", "mask"]:
        npy_bytes = io.BytesIO()
        np.save(npy_bytes, arrays[name])
        archive.writestr(zipfile.ZipInfo(f"{name}.npy"), npy_bytes.getvalue())
pipe.close()
expected["streamed.npz"] = {name: describe(arrays[name]) for name in ["weight", "mask"]}


def safetensors(tensors, metadata, padding):
    header, data = {"__metadata__": metadata}, b""
    for name, (dtype, shape, stored) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(stored)]}
        data += stored
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % padding)
    return struct.pack("<Q", len(text)) + text + data


brain = np.array([1.0, -3.140625, np.inf], "<f4")
tensors = {
    "half": ("F16", [3], np.array([1, -0.5, 65504], "<f2")),
    "brain": ("BF16", [3], (brain.view("<u4") >> 16).astype("<u2")),
    "mask": ("BOOL", [1], np.array([True])),
    "single": ("F32", [2, 2], np.array([[1, 2], [3, 4]], "<f4") / 3),
    "double": ("F64", [], np.array(np.e)),
    "long": ("I64", [2, 1], np.array([[-5], [7]], "<i8")),
    "bytes": ("U8", [3], np.array([0, 128, 255], "u1")),
    "none": ("F32", [0, 4], np.zeros((0, 4), "<f4")),
    "int": ("I32", [2], np.array([-1, 1], "<i4")),
    "naïve \" \\ \n": ("I8", [1], np.array([-3], "i1")),
}
stored = {name: (dtype, shape, array.tobytes()) for name, (dtype, shape, array) in tensors.items()}
for name, padding in {"mixed.safetensors": 8, "unpadded.safetensors": 1}.items():
    (folder / name).write_bytes(safetensors(stored, {"config": '{"layers": 2}', "unit": "µ"}, padding))
    expected[name] = {key: describe(array) for key, (_, _, array) in tensors.items()}
    expected[name]["brain"] = describe(brain)

text = ",\n".join(f"{json.dumps(name)}: {json.dumps(arrays)}" for name, arrays in expected.items())
folder.with_suffix(".json").write_text(f"{{\n{text}\n}}\n")
