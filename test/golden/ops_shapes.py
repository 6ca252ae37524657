"""Cases of ops that move elements, and of creation."""
import numpy
import torch
import torch.nn.functional as F

from golden_format import ELEMENTWISE, bools, integers, uniform
from golden_ops import case, oracle, oracles

oracles['transpose'] = torch.transpose
oracles['permute'], oracles['reshape'], oracles['flatten'] = torch.permute, torch.reshape, torch.flatten
oracles['squeeze'], oracles['unsqueeze'] = torch.squeeze, torch.unsqueeze
oracles['expand'] = lambda x, shape: x.expand(shape)
oracles['flip'] = lambda x, axes: x.flip(axes if isinstance(axes, list) else [axes])
oracles['roll'] = torch.roll
oracles['concat'], oracles['stack'] = torch.cat, torch.stack
oracles['split'] = torch.split


@oracle
def slice_(x, axis, start, end=None, step=1):
    at = [slice(None)] * x.dim()
    at[axis] = slice(start, end, step)
    return x[tuple(at)]


@oracle
def pad(x, widths, options={}):
    """PyTorch pads few axes by reflection; numpy's indices, gathered, pad any."""
    mode, value = options.get('mode', 'constant'), options.get('value', 0)
    if mode == 'constant':
        return F.pad(x, [width for pair in reversed(widths) for width in pair], value=value)
    for axis, pair in enumerate(widths):
        index = numpy.pad(numpy.arange(x.shape[axis]), pair, mode='edge' if mode == 'replicate' else 'reflect')
        x = x.index_select(axis, torch.from_numpy(index))
    return x


CALLS = [
    ('transpose', [3, 65], 0, 1), ('transpose', [1, 1], 0, 1), ('transpose', [63, 64], -1, -2), ('transpose', [2, 3, 127], 0, 2),
    ('transpose', [2, 3, 127], -2, -1), ('transpose', [2, 3, 4, 5], 1, 3), ('transpose', [0, 3], 0, 1), ('transpose', [131, 257], 0, 1),
    ('transpose', [3, 65], 1, 1), ('transpose', [521, 1031], 0, 1),
    ('permute', [], []), ('permute', [3], [0]), ('permute', [3, 65], [1, 0]), ('permute', [2, 3, 127], [2, 0, 1]),
    ('permute', [2, 3, 127], [1, 0, 2]), ('permute', [2, 3, 4, 5], [3, 1, 0, 2]), ('permute', [2, 3, 4, 5], [0, -1, 1, -2]),
    ('permute', [0, 3, 2], [2, 0, 1]), ('permute', [17, 33, 65], [2, 1, 0]), ('permute', [2, 17, 33, 65], [0, 2, 3, 1]),
    ('reshape', [], [1]), ('reshape', [1], []), ('reshape', [3, 65], [195]), ('reshape', [3, 65], [65, 3]), ('reshape', [3, 65], [-1, 5]),
    ('reshape', [2, 3, 127], [-1]), ('reshape', [0, 3], [3, 0]), ('reshape', [64], [2, -1, 4]),
    ('flatten', []), ('flatten', [3]), ('flatten', [2, 3, 4, 5]), ('flatten', [2, 3, 4, 5], 1), ('flatten', [2, 3, 4, 5], 1, 2),
    ('flatten', [2, 3, 4, 5], -3, -2), ('flatten', [0, 3]),
    ('squeeze', [1, 3, 1]), ('squeeze', [1, 3, 1], 0), ('squeeze', [1, 3, 1], -1), ('squeeze', [1]), ('squeeze', [2, 3]),
    ('unsqueeze', [], 0), ('unsqueeze', [3], 0), ('unsqueeze', [3], -1), ('unsqueeze', [2, 3], 1), ('unsqueeze', [0, 3], -2),
    ('expand', [], [3]), ('expand', [1], [65]), ('expand', [3, 1], [3, 64]), ('expand', [65], [3, 65]), ('expand', [1, 3, 1], [2, -1, 5]),
    ('expand', [1, 127], [0, 127]), ('expand', [1, 257], [131, 257]), ('expand', [3], [-1]),
    ('slice', [3], 0, 1), ('slice', [65], 0, 3, 60), ('slice', [65], 0, -5), ('slice', [65], 0, 0, -5), ('slice', [65], -1, 2, 64, 3),
    ('slice', [3, 65], 1, 1, 64), ('slice', [3, 65], 0, 1, 2), ('slice', [2, 127, 3], 1, 0, 127, 2), ('slice', [3, 65], -2, 1, 3),
    ('slice', [3], 0, 2, 2), ('slice', [3], 0, 1, 99), ('slice', [131, 257], 1, 5, 250, 7), ('slice', [131, 257], 0, 5, 100),
    ('pad', [3], [[1, 2]]), ('pad', [], []), ('pad', [0], [[1, 2]]), ('pad', [3, 65], [[0, 0], [2, 1]]), ('pad', [3, 65], [[1, 2], [0, 3]], {'value': -1.5}),
    ('pad', [2, 3, 4], [[0, 1], [1, 0], [2, 2]], {'mode': 'constant', 'value': 2}), ('pad', [5], [[4, 4]], {'mode': 'reflect'}),
    ('pad', [5], [[7, 2]], {'mode': 'replicate'}), ('pad', [3, 65], [[2, 1], [5, 9]], {'mode': 'reflect'}),
    ('pad', [3, 65], [[2, 1], [0, 9]], {'mode': 'replicate'}), ('pad', [2, 3, 64], [[0, 0], [1, 2], [63, 0]], {'mode': 'reflect'}),
    ('pad', [1], [[2, 2]], {'mode': 'replicate'}), ('pad', [131, 257], [[3, 3], [3, 3]]),
    ('flip', [3], 0), ('flip', [3, 65], -1), ('flip', [3, 65], 0), ('flip', [3, 65], [0, 1]), ('flip', [2, 3, 127], [0, -1]), ('flip', [0, 3], 1),
    ('flip', [1], 0), ('roll', [3], 1, 0), ('roll', [65], -7, 0), ('roll', [3, 65], 70, -1), ('roll', [3, 65], 1, 0), ('roll', [2, 3, 127], -1, 1),
    ('roll', [1], 5, 0), ('roll', [0, 3], 1, 0),
    ('split', [7], 3), ('split', [65], [1, 63, 1]), ('split', [3, 65], 1), ('split', [3, 65], 32, 1), ('split', [3, 65], [5, 60], -1),
    ('split', [6], 6), ('split', [4, 3], [0, 4]),
]
for name, shape, *arguments in CALLS:
    case(name, uniform(*shape), *arguments, floor=ELEMENTWISE)
    if len(shape) == 2 and shape[0] < 100 or shape == [3]:
        case(name, integers(*shape), *arguments)
        if not (name == 'pad'):
            case(name, bools(*shape), *arguments)

for shapes, *axis in [
    ([[3], [2]],), ([[1]],), ([[3, 65], [2, 65]], 0), ([[3, 64], [3, 1]], 1), ([[3, 64], [3, 63]], -1), ([[2, 3, 4], [2, 1, 4], [2, 5, 4]], 1),
    ([[0, 3], [2, 3]], 0), ([[2, 127], [2, 1], [2, 3]], -1), ([[131, 257], [131, 63]], 1),
]:
    case('concat', [uniform(*shape) for shape in shapes], *axis, floor=ELEMENTWISE)
case('concat', [integers(3), integers(2)])
case('concat', [bools(3, 2), bools(3, 5)], 1)
for shape, count, *axis in [([], 3), ([3], 2), ([65], 3, 1), ([3, 65], 2, -1), ([2, 3, 127], 2, 1), ([3], 1, 0), ([0], 2), ([64], 63, -1)]:
    case('stack', [uniform(*shape) for _ in range(count)], *axis, floor=ELEMENTWISE)
case('stack', [integers(3), integers(3)], 1)

oracles['gather'], oracles['indexSelect'] = torch.gather, torch.index_select
oracles['scatterAdd'] = torch.scatter_add
for shape, axis, index in [
    ([3], 0, [5]), ([65], 0, [3]), ([3, 65], 1, [3, 7]), ([3, 65], -1, [3, 65]), ([3, 65], 0, [2, 65]), ([2, 3, 127], 1, [2, 5, 127]),
    ([2, 3, 127], 2, [2, 3, 1]), ([131, 257], 1, [131, 33]), ([3], 0, [0]),
]:
    rows = lambda: integers(*index, low=0, high=shape[axis])
    case('gather', uniform(*shape), axis, rows(), floor=ELEMENTWISE)
    case('scatterAdd', uniform(*shape), axis, rows(), uniform(*index))
case('gather', integers(3, 65), 1, integers(3, 7, low=0, high=65))
for shape, axis, count in [
    ([3], 0, 5), ([65], -1, 3), ([3, 65], 0, 7), ([3, 65], 1, 64), ([2, 3, 127], 1, 4), ([2, 3, 127], -1, 1), ([131, 257], 0, 300),
    ([131, 257], 1, 63), ([3, 2], 0, 0),
]:
    case('indexSelect', uniform(*shape), axis, integers(count, low=0, high=shape[axis]), floor=ELEMENTWISE)
case('indexSelect', integers(3, 65), 1, integers(9, low=0, high=65))
case('indexSelect', bools(3, 65), 0, integers(9, low=0, high=3))

oracles['to'] = lambda x, dtype: x.to({'float32': torch.float64, 'int32': torch.int64, 'bool': torch.bool}[dtype])
for dtype in ['float32', 'int32', 'bool']:
    for shape in [[], [0], [3], [65], [2, 3, 127]]:
        case('to', uniform(*shape, low=-5, high=5, grad=False), dtype)
        case('to', integers(*shape), dtype)
        case('to', bools(*shape), dtype)

f64 = {'dtype': torch.float64}
oracles['zeros'] = lambda shape: torch.zeros(shape, **f64)
oracles['ones'] = lambda shape: torch.ones(shape, **f64)
oracles['full'] = lambda shape, value: torch.full(shape, value, **f64)
oracles['arange'] = lambda start, end, step=1: torch.arange(start, end, step, **f64)
oracles['linspace'] = lambda start, end, count: torch.linspace(start, end, count, **f64)
oracles['eye'] = lambda size: torch.eye(size, **f64)
oracles['zerosLike'], oracles['onesLike'] = torch.zeros_like, torch.ones_like
oracles['oneHot'] = lambda labels, classes: F.one_hot(labels, classes).double()
for shape in [[], [0], [3], [65], [2, 3, 127]]:
    case('zeros', shape)
    case('ones', shape)
    case('full', shape, 2.5)
    case('zerosLike', uniform(*shape, grad=False))
    case('onesLike', uniform(*shape, grad=False))
    case('oneHot', integers(*shape, low=0, high=5), 5)
for bounds in [(0, 5), (2, 10, 3), (0, 1, 0.125), (5, 0, -1), (3, 3), (-1, 1, 0.3)]:
    case('arange', *bounds)
for bounds in [(0, 1, 5), (-1, 1, 64), (3, 3, 1), (2, -2, 127), (0, 1, 1)]:
    case('linspace', *bounds)
for size in [1, 3, 65]:
    case('eye', size)
