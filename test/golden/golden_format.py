"""What the golden files have in common: formulas for inputs, and what is kept of outputs. README.md explains it.

Everything is computed by PyTorch in float64 on inputs that are exact in float32, and rounded once when stored:
the expected values are then closer to the truth than any float32 engine that is compared with them.
"""
import json
import os
import zlib

import numpy
import torch

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

LARGEST_FULL = 160  # tensors up to this size are stored whole
ELEMENTWISE = 0.05  # the floor of ops in which no error of a large element spills into a small one
SAMPLES = 96  # larger ones keep about this many elements, and their sums


def seed_of(*names):
    """A case keeps its seed when other ops are added or removed."""
    return zlib.crc32('/'.join(str(name) for name in names).encode()) & 0x7FFFFFFF


def scramble(x):
    """A 32-bit integer hash; readGolden.ts has its twin."""
    with numpy.errstate(over='ignore'):
        x = numpy.asarray(x, numpy.uint32)
        x = (x ^ (x >> numpy.uint32(16))) * numpy.uint32(0x7FEB352D)
        x = (x ^ (x >> numpy.uint32(15))) * numpy.uint32(0x846CA68B)
        return x ^ (x >> numpy.uint32(16))


def fractions(seed, count):
    """Numbers in [0, 1) with 24 bits, exact in float32."""
    with numpy.errstate(over='ignore'):
        hashed = scramble(numpy.arange(count, dtype=numpy.uint32) + scramble(numpy.uint32(seed)))
    return (hashed >> numpy.uint32(8)).astype(numpy.float64) / 2**24


class Input:
    """A tensor made by a formula that both languages know. The seed comes with the place in a case."""

    def __init__(self, shape, dtype, formula, grad):
        self.shape, self.dtype, self.formula, self.grad = list(shape), dtype, formula, grad

    def seeded(self, seed):
        needs = self.formula['kind'] != 'values' and 'seed' not in self.formula
        return Input(self.shape, self.dtype, {**self.formula, 'seed': seed} if needs else self.formula, self.grad)

    def record(self):
        record = {'shape': self.shape, 'dtype': self.dtype, 'formula': self.formula}
        return {**record, 'grad': True} if self.grad else record

    def array(self):
        size = int(numpy.prod(self.shape))
        flat = FORMULAS[self.formula['kind']](self.formula, size, self.shape)
        return flat.astype({'float32': numpy.float32, 'int32': numpy.int32, 'bool': bool}[self.dtype]).reshape(self.shape)

    def tensor(self):
        wide = {'float32': numpy.float64, 'int32': numpy.int64, 'bool': bool}[self.dtype]
        result = torch.from_numpy(numpy.array(self.array().astype(wide)))
        return result.requires_grad_() if self.grad else result


def uniform_values(formula, size, shape):
    flat = formula['low'] + (formula['high'] - formula['low']) * fractions(formula['seed'], size)
    margin = formula.get('margin', 0)
    for point in formula.get('avoid', []):
        side = numpy.where(flat >= point, point + margin, point - margin)
        flat = numpy.where(numpy.abs(flat - point) < margin, side, flat)
    if 'diagonal' in formula:
        rows, columns = shape[-2:]
        matrices = flat.reshape([-1, rows, columns])
        for i in range(min(rows, columns)):
            matrices[:, i, i] += formula['diagonal'][0] + formula['diagonal'][1] * i
        flat = matrices.reshape(-1)
    return flat


def distinct_values(formula, size, _shape):
    """Evenly spaced levels in shuffled order: no two are near each other."""
    order = numpy.argsort(fractions(formula['seed'], size), kind='stable')
    ranks = numpy.empty(size)
    ranks[order] = numpy.arange(size)
    return formula['low'] + (formula['high'] - formula['low']) * (ranks + 0.5) / max(size, 1)


def integer_values(formula, size, _shape):
    return formula['low'] + numpy.floor(fractions(formula['seed'], size) * (formula['high'] - formula['low']))


FORMULAS = {
    'uniform': uniform_values,
    'distinct': distinct_values,
    'integers': integer_values,
    'bools': lambda formula, size, _shape: fractions(formula['seed'], size) < formula['share'],
    'values': lambda formula, _size, _shape: numpy.array([float(v) for v in formula['values']]),
}


def uniform(*shape, low=-2, high=2, grad=True, **options):
    """options: avoid (points), margin (kept from each), diagonal ([start, step] added along it), seed."""
    return Input(shape, 'float32', {'kind': 'uniform', 'low': low, 'high': high, **options}, grad)


def distinct(*shape, low=-2, high=2, grad=True):
    return Input(shape, 'float32', {'kind': 'distinct', 'low': low, 'high': high}, grad)


def integers(*shape, low=-3, high=4, dtype='int32', grad=False):
    return Input(shape, dtype, {'kind': 'integers', 'low': low, 'high': high}, grad)


def bools(*shape, share=0.5):
    return Input(shape, 'bool', {'kind': 'bools', 'share': share}, False)


def values(listed, shape=None, dtype='float32', grad=False):
    spelled = [v if numpy.isfinite(v) else {'nan': 'NaN', 'inf': 'Infinity', '-inf': '-Infinity'}[str(v)] for v in map(plain, listed)]
    return Input([len(listed)] if shape is None else shape, dtype, {'kind': 'values', 'values': spelled}, grad)


def plain(number):
    return int(number) if numpy.isfinite(number) and float(number).is_integer() else float(number)


def sampling_step(size, last):
    """A prime that does not divide the row length, so that samples wander over the columns."""
    step = -(-size // SAMPLES)
    while any(step % d == 0 for d in range(2, step)) or last % step == 0:
        step += 1
    return step


class Store:
    """The binary file beside an index: little-endian, four bytes per element."""

    def __init__(self):
        self.bytes = bytearray()

    def add(self, tensor, floor=None):
        """floor: the magnitude below which errors count as absolute; the root mean square unless given."""
        array = tensor.detach().numpy()
        whole = array.dtype.kind in 'ib'
        record = {'shape': list(array.shape), 'dtype': {'f': 'float32', 'i': 'int32', 'b': 'bool'}[array.dtype.kind]}
        flat = array.reshape(-1)
        record['at'] = len(self.bytes) // 4
        if not whole:
            record['floor'] = floor_of(flat, floor)
        if flat.size > LARGEST_FULL:
            record['every'] = sampling_step(flat.size, array.shape[-1])
            record['sum'], record['absoluteSum'] = nine_digits(flat.sum(dtype=float)), nine_digits(numpy.abs(flat.astype(float)).sum())
            flat = flat[:: record['every']]
        with numpy.errstate(over='ignore'):
            self.bytes += flat.astype('<i4' if whole else '<f4').tobytes()
        return record


def floor_of(flat, floor):
    if floor is not None:
        return floor
    rms = root_mean_square(flat)
    return nine_digits(max(rms, 1e-4), 3) if rms > 0 else 0.1


def root_mean_square(flat):
    finite = flat[numpy.isfinite(flat)]
    return float(numpy.sqrt(numpy.mean(finite * finite))) if finite.size else 0.0


def nine_digits(number, digits=9):
    """Fewer digits than float64 has: the same text wherever the sum was taken."""
    return float(f'{float(number):.{digits}g}')


def write(folder, name, head, cases, store):
    """One case a line, so that a changed case shows as one changed line."""
    base = os.path.join(os.path.dirname(os.path.abspath(__file__)), folder, name)
    os.makedirs(os.path.dirname(base), exist_ok=True)
    lines = ',\n'.join(json.dumps(case, separators=(',', ':')) for case in cases)
    with open(base + '.json', 'w', newline='\n') as file:
        file.write(json.dumps(head)[:-1] + ', "cases": [\n' + lines + '\n]}\n')
    if store.bytes:
        with open(base + '.bin', 'wb') as file:
            file.write(store.bytes)
