"""Cases of the ops of networks: convolution, pooling, resizing, normalisation, embedding, losses, fused cells."""
import torch
import torch.nn.functional as F

from golden_format import ELEMENTWISE, bools, integers, uniform, distinct
from golden_ops import case, oracle, oracles

FOLDER = 'ops/network'


def network(op, *arguments, **options):
    case(op, *arguments, folder=FOLDER, **options)


def convolution(function, names):
    def run(x, weight, bias=None, options={}):
        return function(x, weight, bias, **{torch_name: options[name] for name, torch_name in names.items() if name in options})

    return run


PLAIN = {'stride': 'stride', 'padding': 'padding', 'dilation': 'dilation', 'groups': 'groups'}
TRANSPOSED = {**PLAIN, 'outputPadding': 'output_padding'}
oracles['conv1d'], oracles['conv2d'] = convolution(F.conv1d, PLAIN), convolution(F.conv2d, PLAIN)
oracles['convTranspose1d'] = convolution(F.conv_transpose1d, TRANSPOSED)
oracles['convTranspose2d'] = convolution(F.conv_transpose2d, TRANSPOSED)


def convolve(op, shape, weight, options=None, bias=True, tolerance=1e-5):
    """weight: [out, in / groups, …] as PyTorch has it, [in, out / groups, …] when transposed."""
    groups = (options or {}).get('groups', 1)
    outputs = weight[1] * groups if 'Transpose' in op else weight[0]
    arguments = [uniform(*shape, low=-1, high=1.5), uniform(*weight, low=-0.5, high=1)]
    if bias or options:
        arguments.append(uniform(outputs) if bias else None)
    network(op, *arguments, *([options] if options else []), tolerance=tolerance)


for shape, weight, options in [
    ([1, 1, 3], [1, 1, 3], None), ([2, 3, 64], [4, 3, 1], None), ([2, 3, 65], [5, 3, 3], {'padding': 1}),
    ([2, 4, 63], [6, 4, 5], {'stride': 2, 'padding': 2}), ([1, 3, 127], [4, 3, 3], {'dilation': 4, 'padding': 4}),
    ([2, 4, 33], [8, 2, 3], {'groups': 2, 'padding': 1}), ([2, 6, 33], [6, 1, 5], {'groups': 6, 'stride': 2, 'padding': 2}),
    ([1, 2, 16], [3, 2, 4], {'stride': 3, 'padding': 1, 'dilation': 2}), ([1, 2, 4], [3, 2, 4], None),
    ([2, 17, 130], [33, 17, 3], {'padding': 1}),
]:
    convolve('conv1d', shape, weight, options)
convolve('conv1d', [2, 3, 20], [4, 3, 3], bias=False)
for shape, weight, options in [
    ([1, 1, 3, 3], [1, 1, 3, 3], None), ([2, 3, 8, 9], [4, 3, 1, 1], None), ([2, 3, 9, 11], [5, 3, 3, 3], {'padding': 1}),
    ([2, 3, 9, 11], [4, 3, 3, 3], None), ([1, 4, 12, 13], [6, 4, 5, 5], {'stride': 2, 'padding': 2}),
    ([1, 3, 13, 10], [4, 3, 3, 3], {'dilation': 2, 'padding': 2}), ([2, 4, 7, 8], [8, 2, 3, 3], {'groups': 2, 'padding': 1}),
    ([2, 6, 9, 9], [6, 1, 3, 3], {'groups': 6, 'padding': 1, 'stride': 2}), ([1, 2, 10, 12], [3, 2, 3, 5], {'padding': [1, 2], 'stride': [2, 1]}),
    ([1, 2, 11, 15], [3, 2, 2, 4], {'padding': [0, 1], 'stride': [1, 3], 'dilation': [3, 1]}), ([1, 1, 28, 28], [4, 1, 3, 3], {'padding': 1}),
    ([2, 5, 14, 14], [1, 5, 3, 3], {'padding': 1}), ([2, 16, 28, 28], [17, 16, 3, 3], {'padding': 1}), ([1, 32, 30, 33], [32, 32, 3, 3], {'padding': 1}),
    ([2, 8, 16, 16], [16, 8, 1, 1], {'stride': 2}), ([1, 3, 4, 4], [2, 3, 4, 4], None), ([2, 3, 16, 16], [8, 3, 4, 4], {'stride': 2, 'padding': 1}),
]:
    convolve('conv2d', shape, weight, options, tolerance=1e-4 if weight[0] > 16 else 1e-5)
convolve('conv2d', [2, 3, 7, 7], [4, 3, 3, 3], bias=False)
for shape, weight, options in [
    ([1, 1, 3], [1, 1, 3], None), ([2, 3, 32], [3, 4, 4], {'stride': 2, 'padding': 1}), ([2, 3, 33], [3, 2, 3], {'stride': 3, 'outputPadding': 2}),
    ([1, 4, 20], [4, 3, 3], {'groups': 2, 'stride': 2}), ([1, 2, 15], [2, 3, 3], {'dilation': 3, 'padding': 2}), ([2, 5, 65], [5, 7, 1], None),
]:
    convolve('convTranspose1d', shape, weight, options)
convolve('convTranspose1d', [2, 3, 20], [3, 4, 3], bias=False)
for shape, weight, options in [
    ([1, 1, 3, 3], [1, 1, 3, 3], None), ([2, 3, 7, 8], [3, 4, 2, 2], {'stride': 2}), ([2, 3, 8, 8], [3, 5, 4, 4], {'stride': 2, 'padding': 1}),
    ([1, 4, 6, 5], [4, 2, 3, 3], {'stride': 2, 'padding': 1, 'outputPadding': 1}), ([1, 4, 6, 5], [4, 2, 3, 3], {'groups': 2, 'stride': [2, 1]}),
    ([1, 2, 7, 6], [2, 3, 3, 3], {'dilation': 2, 'padding': 1}), ([2, 3, 9, 9], [3, 4, 3, 3], {'padding': 1}), ([2, 16, 14, 14], [16, 8, 2, 2], {'stride': 2}),
    ([1, 3, 5, 6], [3, 2, 3, 4], {'padding': [0, 1], 'stride': [1, 2], 'outputPadding': [0, 1]}),
]:
    convolve('convTranspose2d', shape, weight, options)
convolve('convTranspose2d', [2, 3, 7, 7], [3, 4, 3, 3], bias=False)


def pool(function, names):
    return lambda x, size, options={}: function(x, size, **{names[name]: value for name, value in options.items()})


MAX_POOL = {'stride': 'stride', 'padding': 'padding', 'dilation': 'dilation'}
AVERAGE_POOL = {'stride': 'stride', 'padding': 'padding', 'countIncludePad': 'count_include_pad'}
oracles['maxPool1d'], oracles['maxPool2d'] = pool(F.max_pool1d, MAX_POOL), pool(F.max_pool2d, MAX_POOL)
oracles['avgPool1d'], oracles['avgPool2d'] = pool(F.avg_pool1d, AVERAGE_POOL), pool(F.avg_pool2d, AVERAGE_POOL)
oracles['adaptiveAvgPool1d'], oracles['adaptiveAvgPool2d'] = F.adaptive_avg_pool1d, F.adaptive_avg_pool2d
POOLS = [(2, None), (3, None), (3, {'stride': 2}), (3, {'stride': 2, 'padding': 1}), (3, {'stride': 1, 'padding': 1}), (1, None)]
for size, options in POOLS:
    trailing = [options] if options else []
    for shape in [[1, 1, 3], [2, 3, 64], [2, 3, 65]]:
        network('maxPool1d', distinct(*shape), size, *trailing, floor=ELEMENTWISE)
        network('avgPool1d', uniform(*shape), size, *trailing, floor=ELEMENTWISE)
    for shape in [[1, 1, 3, 3], [2, 3, 8, 8], [2, 3, 9, 11]]:
        network('maxPool2d', distinct(*shape), size, *trailing, floor=ELEMENTWISE)
        network('avgPool2d', uniform(*shape), size, *trailing, floor=ELEMENTWISE)
network('maxPool1d', distinct(2, 3, 33), 3, {'dilation': 2, 'stride': 1, 'padding': 1})
network('maxPool2d', distinct(2, 3, 13, 12), [2, 3], {'dilation': [2, 1], 'stride': [1, 2], 'padding': [1, 0]})
network('maxPool2d', distinct(4, 17, 28, 29), 2)
network('avgPool1d', uniform(2, 3, 33), 3, {'padding': 1, 'countIncludePad': False})
network('avgPool2d', uniform(2, 3, 9, 10), [3, 2], {'padding': [1, 1], 'stride': [2, 1], 'countIncludePad': False})
network('avgPool2d', uniform(4, 17, 28, 29), 2)
for shape, sizes in [([2, 3, 64], [1, 8, 64, 7, 65]), ([1, 1, 3], [1, 2])]:
    for size in sizes:
        network('adaptiveAvgPool1d', uniform(*shape), size)
for size in [1, [4, 4], [3, 5], [11, 9]]:
    network('adaptiveAvgPool2d', uniform(2, 3, 8, 9), size)

oracles['resize'] = lambda x, size, options: F.interpolate(
    x, size=size, mode=options['mode'], **({'align_corners': False} if options['mode'] == 'bilinear' else {})
)
for mode in ['nearest', 'bilinear']:
    for shape, size in [
        ([1, 1, 2, 2], [4, 4]), ([2, 3, 7, 8], [14, 16]), ([2, 3, 8, 8], [4, 4]), ([2, 3, 7, 9], [5, 13]), ([1, 2, 1, 1], [3, 3]),
        ([1, 2, 5, 6], [5, 6]), ([1, 1, 3, 5], [1, 1]), ([1, 2, 16, 17], [49, 33]),
    ]:
        network('resize', uniform(*shape), size, {'mode': mode})


@oracle
def batchNorm(x, options):
    """Running statistics are tensors that training changes; their variance is the unbiased one."""
    return F.batch_norm(
        x, options.get('runningMean'), options.get('runningVariance'), options.get('weight'), options.get('bias'),
        options['training'], options.get('momentum', 0.1), options.get('eps', 1e-5),
    )


oracles['layerNorm'] = lambda x, shape, weight=None, bias=None, options={}: F.layer_norm(x, shape, weight, bias, options.get('eps', 1e-5))
oracles['groupNorm'] = lambda x, groups, weight=None, bias=None, options={}: F.group_norm(x, groups, weight, bias, options.get('eps', 1e-5))
for shape in [[4, 3], [65, 5], [3, 2, 64], [2, 3, 5, 7], [8, 17, 9, 13]]:
    for training in [True, False]:
        statistics = {'runningMean': uniform(shape[1], grad=False), 'runningVariance': uniform(shape[1], low=0.5, high=2, grad=False)}
        affine = {'weight': uniform(shape[1], low=0.5, high=1.5), 'bias': uniform(shape[1])}
        network('batchNorm', uniform(*shape, low=-1, high=3), {**statistics, **affine, 'training': training}, after=[1, 2])
        network('batchNorm', uniform(*shape, low=-1, high=3), {**statistics, 'training': training, 'momentum': 0.3, 'eps': 1e-3}, after=[1, 2])
    network('batchNorm', uniform(*shape, low=-1, high=3), {**affine, 'training': True})
for shape, last in [([3], [3]), ([3, 64], [64]), ([3, 65], [65]), ([2, 3, 127], [127]), ([2, 5, 7], [5, 7]), ([65, 3], [3]), ([131, 257], [257])]:
    network('layerNorm', uniform(*shape, low=-1, high=3), last)
    network('layerNorm', uniform(*shape, low=-1, high=3), last, uniform(*last), uniform(*last), tolerance=1e-4 if shape[0] > 100 else 1e-5)
network('layerNorm', uniform(3, 65, low=-1, high=3), [65], uniform(65), uniform(65), {'eps': 1e-2})
for shape, groups in [([2, 6, 5], 2), ([2, 6, 5], 6), ([3, 4, 3, 5], 1), ([3, 8], 2), ([2, 16, 9, 9], 4)]:
    network('groupNorm', uniform(*shape, low=-1, high=3), groups, uniform(shape[1]), uniform(shape[1]))
network('groupNorm', uniform(2, 6, 5, low=-1, high=3), 3)


@oracle
def crossEntropy(logits, labels, options={}):
    return F.cross_entropy(
        logits, labels, options.get('weight'), ignore_index=options.get('ignoreIndex', -100), reduction=options.get('reduction', 'mean'),
        label_smoothing=options.get('labelSmoothing', 0),
    )


CLASS_WEIGHTS = {'weight': uniform(5, low=0.5, high=2, grad=False)}
for options in [{}, {'reduction': 'sum'}, {'reduction': 'none'}, {'labelSmoothing': 0.1}, {'ignoreIndex': 2}, CLASS_WEIGHTS,
                {**CLASS_WEIGHTS, 'ignoreIndex': 0, 'labelSmoothing': 0.2}, {**CLASS_WEIGHTS, 'labelSmoothing': 0.2, 'reduction': 'none'}]:
    for rows in [3, 65]:
        network('crossEntropy', uniform(rows, 5, low=-4, high=4), integers(rows, low=0, high=5), *([options] if options else []))
network('crossEntropy', uniform(3, 127, low=-4, high=4), integers(3, low=0, high=127))
network('crossEntropy', uniform(2, 5, 7, low=-4, high=4), integers(2, 7, low=0, high=5))
network('crossEntropy', uniform(3, 5, low=400, high=440), integers(3, low=0, high=5))

oracles['embedding'] = lambda weight, indices: F.embedding(indices, weight)
for entries, width, indices in [(10, 3, [4]), (10, 1, [3]), (65, 64, [2, 7]), (5, 127, [2, 3, 4]), (3, 4, [65]), (3, 4, []), (3, 4, [0])]:
    network('embedding', uniform(entries, width), integers(*indices, low=0, high=entries))

oracles['linear'] = F.linear
for shape, weight in [([3, 4], [5, 4]), ([4], [5, 4]), ([2, 3, 65], [7, 65]), ([65, 127], [64, 127]), ([1, 3], [1, 3]), ([0, 3], [4, 3])]:
    network('linear', uniform(*shape), uniform(*weight), uniform(weight[0]))
network('linear', uniform(3, 65), uniform(7, 65))


@oracle
def scaledDotProductAttention(query, key, value, options={}):
    """PyTorch 1.13 has no public one: this is the formula, with its autograd."""
    scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
    if options.get('causal'):
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -torch.inf)
    if 'mask' in options:  # true where attention may look
        scores = scores.masked_fill(~options['mask'], -torch.inf)
    return torch.softmax(scores, -1) @ value


for shape, keys in [([1, 1, 3, 4], 3), ([2, 3, 7, 8], 9), ([2, 2, 65, 16], 65), ([1, 2, 64, 16], 127)]:
    other = [*shape[:2], keys, shape[3]]
    network('scaledDotProductAttention', uniform(*shape), uniform(*other), uniform(*other))
    if keys == shape[2]:
        network('scaledDotProductAttention', uniform(*shape), uniform(*other), uniform(*other), {'causal': True})
network('scaledDotProductAttention', uniform(2, 3, 7, 8), uniform(2, 3, 9, 8), uniform(2, 3, 9, 5), {'mask': bools(2, 1, 7, 9, share=0.8)})
