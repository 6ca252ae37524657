"""Cases of the elementwise ops."""
import math

import torch
import torch.nn.functional as F

from golden_format import ELEMENTWISE, bools, integers, uniform, values
from golden_ops import case, oracle, oracles

SHAPES = [[], [0], [0, 3], [1], [3], [63], [64], [65], [127], [3, 65], [2, 3, 127], [131, 257]]
LARGE = [521, 1031]  # enough work for several threads
SOME_SHAPES = [[], [0], [1], [3], [65], [2, 3, 127]]
nan, inf = math.nan, math.inf
EXTREMES = [nan, inf, -inf, 0, 1e-30, -1e-30, 20, -20, 100, -100, 1e10, -1e10]

for name in 'neg exp log sqrt rsqrt abs sin cos tanh sigmoid relu erf square reciprocal log1p sign floor round'.split():
    oracles[name] = getattr(torch, name)
oracles['gelu'], oracles['silu'] = F.gelu, F.silu
oracles['leakyRelu'] = F.leaky_relu
# PyTorch turns linear at 20, which is off by 2e-9 there; this is the function itself.
oracles['softplus'] = lambda x: torch.logaddexp(x, torch.zeros_like(x))
oracles['clamp'] = lambda x, low=None, high=None: torch.clamp(x, low, high)

KINK = {'avoid': [0], 'margin': 0.02}
UNARY = {  # range of the inputs
    'neg': dict(low=-3, high=3), 'exp': dict(low=-5, high=5), 'log': dict(low=0.05, high=8),
    'sqrt': dict(low=0.05, high=9), 'rsqrt': dict(low=0.05, high=9), 'abs': dict(low=-3, high=3, **KINK),
    'sin': dict(low=-10, high=10), 'cos': dict(low=-10, high=10), 'tanh': dict(low=-4, high=4),
    'sigmoid': dict(low=-6, high=6), 'relu': dict(low=-3, high=3, **KINK), 'leakyRelu': dict(low=-3, high=3, **KINK),
    'gelu': dict(low=-4, high=4), 'silu': dict(low=-6, high=6), 'softplus': dict(low=-6, high=6),
    'erf': dict(low=-3, high=3), 'square': dict(low=-3, high=3), 'reciprocal': dict(low=-3, high=3, avoid=[0], margin=0.2),
    'log1p': dict(low=-0.5, high=8), 'sign': dict(low=-3, high=3, **KINK),
    'floor': dict(low=-4, high=4, avoid=list(range(-4, 5)), margin=0.02),
    'round': dict(low=-4, high=4, avoid=[k + 0.5 for k in range(-5, 5)], margin=0.02),
}
# Left out: limits where the formula is 0 times infinity, and arguments whose sine float32 cannot carry.
UNUSUAL = {
    'sin': [nan, inf, -inf, 0, 1e-30, 100, -100, 1000], 'cos': [nan, inf, -inf, 0, 1e-30, 100, -100, 1000],
    'gelu': [nan, inf, 0, 1e-30, 20, -20, 100, -100], 'silu': [nan, inf, 0, 1e-30, 20, -20, 80, -80],
    'sign': [inf, -inf, 0, 1e-30, -1e-30, 100, -100], 'leakyRelu': EXTREMES,
}

for name, domain in UNARY.items():
    for shape in SHAPES:
        case(name, uniform(*shape, **domain), floor=ELEMENTWISE)
    case(name, values(UNUSUAL.get(name, EXTREMES)), floor=ELEMENTWISE)
case('leakyRelu', uniform(3, 65, **KINK), 0.2, floor=ELEMENTWISE)
case('round', values([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 8388609]), floor=ELEMENTWISE)
case('exp', values([88, -87, 88.7, -103, 1e-8]), floor=ELEMENTWISE)
case('exp', uniform(*LARGE), floor=ELEMENTWISE)
case('sigmoid', uniform(*LARGE), floor=ELEMENTWISE)
for name in ['neg', 'abs', 'square', 'sign', 'relu']:
    for shape in SOME_SHAPES:
        case(name, integers(*shape))

for shape in SOME_SHAPES:
    for bounds in [(-0.5, 1), (None, 0.5), (-0.25,), (0, 0)]:
        margins = [b for b in bounds if b is not None]
        case('clamp', uniform(*shape, avoid=margins, margin=0.02), *bounds, floor=ELEMENTWISE)
case('clamp', values(EXTREMES), -2, 3, floor=ELEMENTWISE)
oracles['inside'] = lambda x, low, high: ((x >= low) & (x <= high)).double()
oracles['step'] = lambda x: (x > 0).double()
for shape in SOME_SHAPES:
    case('inside', uniform(*shape, grad=False), -0.5, 1)
    case('step', uniform(*shape, grad=False))
case('inside', values([-1, 1, 0, 1.0000001, -1.0000001, inf]), -1, 1)
case('step', values([0, 1e-30, -1e-30, inf, -inf]))

PAIRS = [
    ([], []), ([3], []), ([], [65]), ([0], [1]), ([0, 3], [3]), ([1], [1]), ([3], [3]), ([63], [63]), ([64], [1]),
    ([65], [65]), ([127], [127]), ([3, 65], [65]), ([3, 65], [3, 1]), ([2, 3, 64], [3, 1]), ([2, 1, 63], [1, 3, 1]),
    ([5, 1, 7], [4, 1]), ([1, 127], [3, 127]), ([1, 3], [127, 1]), ([2, 3, 4, 5], [3, 1, 5]), ([131, 257], [257]),
    ([131, 257], [131, 1]), ([131, 257], [131, 257]),
]
SOME_PAIRS = [([], []), ([0], [1]), ([3, 65], [65]), ([1, 3], [127, 1])]
for name in 'add sub mul div pow maximum minimum eq ne gt ge lt le'.split():
    oracles[name] = getattr(torch, name)
oracles['logicalAnd'], oracles['logicalOr'], oracles['logicalNot'] = torch.logical_and, torch.logical_or, torch.logical_not


@oracle
def maximum(a, b):
    return torch.maximum(a, b if torch.is_tensor(b) else torch.full_like(a, b).detach())


@oracle
def minimum(a, b):
    return torch.minimum(a, b if torch.is_tensor(b) else torch.full_like(a, b).detach())


SECOND = {'div': dict(low=0.5, high=2), 'pow': dict(low=-2, high=2)}
for name in ['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum']:
    first = dict(low=0.3, high=3) if name == 'pow' else {}
    for a, b in PAIRS:
        case(name, uniform(*a, **first), uniform(*b, **SECOND.get(name, {})), floor=ELEMENTWISE)
    case(name, uniform(3, 65, **first, grad=False), uniform(65, **SECOND.get(name, {})), floor=ELEMENTWISE)
    for shape in SOME_SHAPES:
        case(name, uniform(*shape, **first), 0.75, floor=ELEMENTWISE)
for exponent in [2, 3, -1, 0.5, 1]:
    case('pow', uniform(3, 65, low=0.3, high=3), exponent, floor=ELEMENTWISE)
case('pow', uniform(3, 65, avoid=[0], margin=0.2), 3, floor=ELEMENTWISE)
case('pow', values([0, 1, 2, -2, -3, 0.5]), values([2, 0, 10, 2, 3, -1]), floor=ELEMENTWISE)
for b in [LARGE, LARGE[1:], [LARGE[0], 1]]:
    case('add', uniform(*LARGE), uniform(*b), tolerance=1e-4, floor=ELEMENTWISE)
for name in ['maximum', 'minimum']:  # equal values share the gradient
    case(name, values([nan, 1, 2, nan, inf]), values([0, nan, 1, nan, -inf]))
    case(name, integers(65, dtype='float32', grad=True), integers(65, dtype='float32', grad=True))
for name in ['add', 'sub', 'mul', 'maximum', 'minimum']:
    for a, b in SOME_PAIRS:
        case(name, integers(*a), integers(*b))

for name in ['eq', 'ne', 'gt', 'ge', 'lt', 'le']:
    for a, b in PAIRS[:-3]:
        case(name, integers(*a, dtype='float32'), integers(*b, dtype='float32'))
    for a, b in SOME_PAIRS:
        case(name, integers(*a), integers(*b))
    case(name, integers(3, 65, dtype='float32'), 1)
    case(name, values([nan, 1, inf, -inf, nan]), values([nan, nan, inf, inf, 0]))
for name in ['logicalAnd', 'logicalOr']:
    for a, b in PAIRS[:-3]:
        case(name, bools(*a), bools(*b))
for shape in SOME_SHAPES:
    case('logicalNot', bools(*shape))

oracles['where'] = lambda condition, a, b: torch.where(
    condition, *(x if torch.is_tensor(x) else torch.tensor(x, dtype=torch.float64) for x in (a, b))
)
for condition, a, b in [
    ([], [], []), ([0], [0], [1]), ([3], [3], []), ([65], [65], [65]), ([3, 1], [65], [3, 65]), ([127], [3, 1], [1]),
    ([2, 3, 4], [4], [3, 1]), ([131, 257], [131, 257], [257]),
]:
    case('where', bools(*condition), uniform(*a), uniform(*b), floor=ELEMENTWISE)
case('where', bools(3, 65), uniform(3, 65), 0, floor=ELEMENTWISE)
case('where', bools(3, 65), integers(3, 65), integers(65))
case('where', bools(*LARGE), uniform(*LARGE), uniform(1), tolerance=1e-4, floor=ELEMENTWISE)
