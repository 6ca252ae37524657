"""Cases of reductions, and of ops that work along an axis."""
import math

import torch

from golden_format import distinct, integers, uniform, values
from golden_ops import case, oracle, oracles

nan, inf = math.nan, math.inf
HUGE = [521, 1031]  # enough work for several threads
LARGE = [([131, 257], None), ([131, 257], 0), ([131, 257], 1), ([17, 33, 65], [0, 2]), ([17, 33, 65], 1)]
EMPTY = [([0], None), ([0, 3], 0), ([3, 0], -1), ([0, 3], 1)]
WHOLE = [
    ([], None), ([1], None), ([3], None), ([63], None), ([64], 0), ([65], -1), ([127], None), ([3, 65], 0), ([3, 65], 1),
    ([3, 65], -1), ([65, 3], -1), ([2, 3, 127], [0, 2]), ([2, 3, 127], [-1, -3]), ([2, 3, 127], 1), ([2, 3, 127], [0, 1, 2]),
    ([63, 64], 0), ([2, 3, 4, 5], [1, 2]), ([2, 3, 4, 5], -3), ([3, 1], 1), ([1, 127], 0),
]


def every_axis(x):
    return list(range(x.dim()))


def reduction(function):
    """Both writings: reduce(x, options) is reduce(x, undefined, options)."""
    return lambda x, axis=None, options={}: function(x, every_axis(x) if axis is None else axis, options.get('keepDims', False), options)


oracles['sum'] = reduction(lambda x, axis, keep, _: x.sum(axis, keepdim=keep) if x.dim() else x.sum())
oracles['mean'] = reduction(lambda x, axis, keep, _: x.mean(axis, keepdim=keep) if x.dim() else x.mean())
oracles['max'] = reduction(lambda x, axis, keep, _: torch.amax(x, axis, keepdim=keep))
oracles['min'] = reduction(lambda x, axis, keep, _: torch.amin(x, axis, keepdim=keep))
oracles['norm'] = reduction(lambda x, axis, keep, _: torch.linalg.vector_norm(x, 2, axis, keepdim=keep) if x.dim() else x.abs())
oracles['logSumExp'] = reduction(lambda x, axis, keep, _: torch.logsumexp(x, axis, keepdim=keep) if x.dim() else x.exp().log())
oracles['variance'] = reduction(
    lambda x, axis, keep, options: torch.var(x, axis, correction=options.get('correction', 1), keepdim=keep)
)
oracles['argmax'] = lambda x, axis=None, options={}: torch.argmax(x, axis, **({'keepdim': options.get('keepDims', False)} if axis is not None else {}))
oracles['argmin'] = lambda x, axis=None, options={}: torch.argmin(x, axis, **({'keepdim': options.get('keepDims', False)} if axis is not None else {}))

FILL = {  # sums are kept away from zero, where a relative error means nothing
    'sum': lambda shape: uniform(*shape, low=-1, high=2), 'mean': lambda shape: uniform(*shape, low=-1, high=2),
    'max': lambda shape: distinct(*shape, low=-9, high=9), 'min': lambda shape: distinct(*shape, low=-9, high=9),
    'norm': lambda shape: uniform(*shape), 'logSumExp': lambda shape: uniform(*shape, low=-8, high=8),
    'variance': lambda shape: uniform(*shape, low=-1, high=3),
}


def arguments(axis, options):
    """Trailing undefined arguments are not written."""
    return ([axis] if axis is not None or options else []) + ([options] if options else [])


for name, fill in FILL.items():
    for shape, axis in WHOLE + LARGE + (EMPTY[:3] if name == 'sum' else []) + [([0, 3], 1)]:
        size = torch.empty(shape).numel()
        if name == 'variance' and (size < 2 or shape in ([3, 1], [1, 127])):
            continue  # one element has no variance
        tolerance = 1e-4 if size > 10000 else 1e-5
        case(name, fill(shape), *arguments(axis, {}), tolerance=tolerance)
        if shape in ([3, 65], [2, 3, 127], [3], [131, 257]):
            case(name, fill(shape), *arguments(axis, {'keepDims': True}), tolerance=tolerance)
for shape, axis in [([3, 65], None), ([3, 65], 0), ([2, 3, 127], [0, 2]), ([3, 1], 1)]:
    case('variance', uniform(*shape, low=-1, high=3), *arguments(axis, {'correction': 0}))
    case('variance', uniform(*shape, low=-1, high=3), *arguments(axis, {'correction': 0, 'keepDims': True}))
case('logSumExp', uniform(3, 65, low=90, high=110), -1)
for name in ['max', 'min']:  # equal values share the gradient
    for axis in [None, 0, 1]:
        case(name, integers(3, 65, dtype='float32', grad=True), *arguments(axis, {}))
for axis in [None, 0, 1]:
    case('sum', FILL['sum'](HUGE), *arguments(axis, {}), tolerance=1e-4)
    case('max', uniform(*HUGE), *arguments(axis, {}))
for name in ['max', 'min', 'sum', 'mean']:
    case(name, values([1, nan, 3]))
case('max', values([-inf, -inf, -1, -inf], [2, 2]), 1)
case('min', values([inf, inf, inf, 1], [2, 2]), 1)
case('logSumExp', values([-inf, 0, 1, -inf, -inf, -inf], [2, 3]), 1)
case('logSumExp', values([inf, 0, 1]), 0)
for name in ['sum', 'max', 'min']:
    for shape, axis in [([3], None), ([3, 65], 0), ([3, 65], -1), ([2, 3, 127], [0, 2])]:
        case(name, integers(*shape, low=-50, high=50), *arguments(axis, {}))
for name in ['argmax', 'argmin']:
    for shape, axis in [
        ([1], None), ([3], None), ([65], 0), ([127], -1), ([3, 65], None), ([3, 65], 0), ([3, 65], -1), ([2, 3, 127], 1),
        ([2, 3, 127], -1), ([131, 257], 0), ([131, 257], 1),
    ]:
        case(name, distinct(*shape, grad=False), *arguments(axis, {}))
        if axis is not None:
            case(name, distinct(*shape, grad=False), axis, {'keepDims': True})
    case(name, integers(3, low=0, high=1000), 0)

ALONG = [
    ([1], 0), ([3], 0), ([63], -1), ([64], 0), ([65], 0), ([127], -1), ([3, 65], -1), ([3, 65], 0), ([65, 3], 1), ([2, 3, 127], 1),
    ([2, 3, 127], -1), ([2, 3, 127], 0), ([3, 1], 1), ([0, 3], 1), ([131, 257], 1), ([131, 257], 0),
]
oracles['softmax'], oracles['logSoftmax'], oracles['cumsum'] = torch.softmax, torch.log_softmax, torch.cumsum
for name in ['softmax', 'logSoftmax', 'cumsum']:
    for shape, axis in ALONG:
        fill = uniform(*shape, low=-1, high=2) if name == 'cumsum' else uniform(*shape, low=-6, high=6)
        case(name, fill, axis)
case('softmax', uniform(3, 65, low=480, high=520), -1)
case('logSoftmax', uniform(3, 65, low=480, high=520), -1)
case('softmax', uniform(*HUGE), -1)
case('softmax', values([-inf, 0, 1, 2, -inf, -inf], [2, 3], grad=True), -1)  # as masked attention has it
case('logSoftmax', values([-inf, 0, 1, 2, -inf, -inf], [2, 3]), -1)
case('cumsum', integers(3, 65), 1)


@oracle
def topK(x, k, axis=-1, options={}):
    return dict(zip(['values', 'indices'], torch.topk(x, k, axis, options.get('largest', True))))


@oracle
def sort(x, axis=-1, options={}):
    return dict(zip(['values', 'indices'], torch.sort(x, dim=axis, descending=options.get('descending', False), stable=True)))


@oracle
def argsort(x, axis=-1, options={}):
    return sort(x, axis, options)['indices']


for shape, k, axis in [([1], 1, 0), ([3], 2, 0), ([65], 5, -1), ([3, 65], 7, -1), ([65, 3], 4, 0), ([2, 127, 3], 3, 1), ([3, 65], 65, 1)]:
    case('topK', distinct(*shape), k, axis)
    case('topK', distinct(*shape), k, axis, {'largest': False})
case('topK', distinct(3, 65), 3)
for shape, axis in [([1], 0), ([3], -1), ([64], 0), ([127], 0), ([3, 65], -1), ([3, 65], 0), ([2, 63, 3], 1), ([0, 3], 1)]:
    case('sort', distinct(*shape), axis)
    case('sort', distinct(*shape), axis, {'descending': True})
    case('argsort', distinct(*shape, grad=False), axis)
    case('argsort', distinct(*shape, grad=False), axis, {'descending': True})
case('sort', distinct(3, 65))
for name in ['sort', 'argsort']:  # equal values keep their order, NaN is the largest
    for options in [{}, {'descending': True}]:
        case(name, integers(3, 65, dtype='float32'), -1, options)
        case(name, integers(3, 65), 1, options)
        case(name, values([2, nan, -inf, inf, nan, 0]), 0, options)
