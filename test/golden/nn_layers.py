"""Cases of layers without memory or attention."""
import torch
from torch import nn

from golden_format import distinct, integers, uniform
from golden_nn import layer


def snake(options):
    return {''.join('_' + c.lower() if c.isupper() else c for c in key): value for key, value in options.items()}


def plain(name, arguments, options, *call, torch_name=None, **rest):
    """A layer that PyTorch has under the same name, with the same arguments."""
    module = getattr(nn, torch_name or name)(*arguments, **snake(options))
    layer(name, module, arguments, options, *call, **rest)


for shape, (inputs, outputs) in [([3, 4], (4, 5)), ([4], (4, 5)), ([2, 3, 65], (65, 7)), ([33, 127], (127, 64)), ([1, 1], (1, 1))]:
    plain('Linear', [inputs, outputs], {}, uniform(*shape))
plain('Linear', [65, 3], {'bias': False}, uniform(7, 65))

for shape, arguments, options in [
    ([2, 3, 65], [3, 5, 3], {}), ([2, 3, 65], [3, 5, 3], {'padding': 1}), ([2, 4, 63], [4, 6, 5], {'stride': 2, 'padding': 2}),
    ([1, 3, 40], [3, 4, 3], {'dilation': 4, 'padding': 4}), ([2, 4, 33], [4, 8, 3], {'groups': 2}), ([2, 6, 33], [6, 6, 5], {'groups': 6, 'bias': False}),
]:
    plain('Conv1d', arguments, options, uniform(*shape))
for shape, arguments, options in [
    ([2, 3, 9, 11], [3, 5, 3], {}), ([2, 3, 9, 11], [3, 5, 3], {'padding': 1}), ([1, 4, 12, 13], [4, 6, 5], {'stride': 2, 'padding': 2}),
    ([1, 3, 13, 10], [3, 4, 3], {'dilation': 2, 'padding': 2}), ([2, 4, 7, 8], [4, 8, 3], {'groups': 2, 'padding': 1, 'bias': False}),
    ([1, 2, 10, 12], [2, 3, [3, 5]], {'padding': [1, 2], 'stride': [2, 1]}), ([2, 3, 6, 7], [3, 4, 1], {}),
]:
    plain('Conv2d', arguments, options, uniform(*shape))
for shape, arguments, options in [
    ([2, 3, 32], [3, 4, 4], {'stride': 2, 'padding': 1}), ([2, 3, 33], [3, 2, 3], {'stride': 3, 'outputPadding': 2}),
    ([1, 4, 20], [4, 6, 3], {'groups': 2, 'bias': False}),
]:
    plain('ConvTranspose1d', arguments, options, uniform(*shape))
for shape, arguments, options in [
    ([2, 3, 7, 8], [3, 4, 2], {'stride': 2}), ([2, 3, 8, 8], [3, 5, 4], {'stride': 2, 'padding': 1}),
    ([1, 4, 6, 5], [4, 6, 3], {'stride': 2, 'padding': 1, 'outputPadding': 1, 'groups': 2}), ([1, 2, 7, 6], [2, 3, 3], {'dilation': 2, 'bias': False}),
]:
    plain('ConvTranspose2d', arguments, options, uniform(*shape))

for name, shapes in [('BatchNorm1d', [[4, 3], [65, 5], [3, 2, 64]]), ('BatchNorm2d', [[2, 3, 5, 7], [8, 5, 9, 13]])]:
    for shape in shapes:
        for options in [{}, {'eps': 1e-3, 'momentum': 0.3}, {'affine': False}, {'trackRunningStats': False}]:
            for training in [True, False]:
                plain(name, [shape[1]], options, uniform(*shape, low=-1, high=3), training=training)
    plain(name, [shapes[0][1]], {'momentum': None}, uniform(*shapes[0], low=-1, high=3))
for shape, last, options in [
    ([3, 65], 65, {}), ([2, 3, 127], 127, {}), ([2, 5, 7], [5, 7], {}), ([65, 3], 3, {'eps': 1e-2}), ([3, 64], 64, {'elementwiseAffine': False}),
]:
    plain('LayerNorm', [last], options, uniform(*shape, low=-1, high=3))
for shape, groups, options in [([2, 6, 5], 2, {}), ([2, 6, 5], 6, {}), ([3, 4, 3, 5], 1, {}), ([3, 8], 2, {'eps': 1e-3}), ([2, 4, 9], 2, {'affine': False})]:
    plain('GroupNorm', [groups, shape[1]], options, uniform(*shape, low=-1, high=3))

for entries, width, shape, options in [(10, 3, [4], {}), (65, 64, [2, 7], {}), (5, 4, [3, 6], {'paddingIdx': 2})]:
    plain('Embedding', [entries, width], options, integers(*shape, low=0, high=entries))
plain('Dropout', [0.4], {}, uniform(3, 65), training=False)

for size, options in [(2, {}), (3, {'stride': 2}), (3, {'stride': 1, 'padding': 1})]:
    plain('MaxPool1d', [size], options, distinct(2, 3, 65))
    plain('AvgPool1d', [size], options, uniform(2, 3, 65))
    plain('MaxPool2d', [size], options, distinct(2, 3, 9, 11))
    plain('AvgPool2d', [size], options, uniform(2, 3, 9, 11))
plain('AvgPool2d', [3], {'padding': 1, 'countIncludePad': False}, uniform(1, 2, 8, 7))
plain('MaxPool2d', [[2, 3]], {'dilation': [2, 1]}, distinct(1, 2, 8, 7))
for size in [1, 8, 7]:
    plain('AdaptiveAvgPool1d', [size], {}, uniform(2, 3, 64))
for size in [1, [4, 4], [3, 5]]:
    plain('AdaptiveAvgPool2d', [size], {}, uniform(2, 3, 8, 9))
for mode in ['nearest', 'bilinear']:
    for options in [{'scaleFactor': 2}, {'size': [5, 13]}]:
        module = nn.Upsample(**snake(options), mode=mode, **({'align_corners': False} if mode == 'bilinear' else {}))
        layer('Upsample', module, [], {**options, 'mode': mode}, uniform(2, 3, 7, 9))
plain('Flatten', [], {}, uniform(2, 3, 4, 5))
plain('Flatten', [0, 2], {}, uniform(2, 3, 4, 5))

KINK = {'avoid': [0], 'margin': 0.02}
for name, arguments, options in [
    ('ReLU', [], {}), ('LeakyReLU', [], {}), ('LeakyReLU', [0.2], {}), ('GELU', [], {}), ('SiLU', [], {}), ('Sigmoid', [], {}),
    ('Tanh', [], {}), ('Softplus', [], {}), ('Softmax', [-1], {}), ('Softmax', [1], {}), ('LogSoftmax', [-1], {}),
]:
    plain(name, arguments, options, uniform(3, 65, low=-4, high=4, **KINK))


class Sinusoidal(nn.Module):
    """Attention Is All You Need (Vaswani et al., 2017), 3.5: x plus sines and cosines of its positions."""

    def forward(self, x):
        length, width = x.shape[-2:]
        angle = torch.arange(length).double()[:, None] / 10000 ** (torch.arange(0, width, 2).double() / width)
        return x + torch.stack([angle.sin(), angle.cos()], -1).reshape(length, -1)[:, :width]


class Learned(nn.Module):
    def __init__(self, length, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(length, width))

    def forward(self, x):
        return x + self.weight[: x.shape[-2]]


for shape in [[2, 7, 8], [1, 65, 6]]:
    layer('SinusoidalPositions', Sinusoidal(), [shape[2]], {}, uniform(*shape))
    layer('LearnedPositions', Learned(70, shape[2]), [70, shape[2]], {}, uniform(*shape))
