"""What initialisers draw from: bounds of uniform and deviations of normal distributions, from PyTorch's own gains and fans."""
import math

from torch import nn, empty
from torch.nn import init

from golden_format import nine_digits
from golden_nn import book_of

SHAPES = [[64, 32], [16, 8, 3], [16, 8, 3, 5]]


def record(name, entry):
    book_of('nn/initialisers', name)[0].append(entry)


for shape in SHAPES:
    inputs, outputs = init._calculate_fan_in_and_fan_out(empty(shape))
    for gain in [1, init.calculate_gain('tanh'), init.calculate_gain('relu')]:
        deviation = gain * math.sqrt(2 / (inputs + outputs))
        record('xavierUniform', {'shape': shape, 'options': {'gain': gain}, 'bound': nine_digits(deviation * math.sqrt(3))})
        record('xavierNormal', {'shape': shape, 'options': {'gain': gain}, 'deviation': nine_digits(deviation)})
    for mode, fan in [('fanIn', inputs), ('fanOut', outputs)]:
        for nonlinearity, slope in [('relu', 0), ('leakyRelu', 0.2), ('linear', 0), ('tanh', 0)]:
            gain = init.calculate_gain('leaky_relu' if nonlinearity == 'leakyRelu' else nonlinearity, slope)
            options = {'mode': mode, 'nonlinearity': nonlinearity, **({'negativeSlope': slope} if slope else {})}
            record('kaimingUniform', {'shape': shape, 'options': options, 'bound': nine_digits(gain * math.sqrt(3 / fan))})
            record('kaimingNormal', {'shape': shape, 'options': options, 'deviation': nine_digits(gain / math.sqrt(fan))})


def bound(tensor):
    """The bound of PyTorch's default, seen from many draws: the largest is below it by about 1 part in the count."""
    return nine_digits(max(tensor().detach().abs().max().item() for _ in range(200)), 3)


for layer, arguments, make in [
    ('Linear', [48, 16], lambda: nn.Linear(48, 16)), ('Conv1d', [8, 16, 3], lambda: nn.Conv1d(8, 16, 3)), ('Conv2d', [8, 16, 3], lambda: nn.Conv2d(8, 16, 3)),
    ('ConvTranspose2d', [8, 16, 3], lambda: nn.ConvTranspose2d(8, 16, 3)), ('LSTM', [12, 20], lambda: nn.LSTM(12, 20)), ('GRU', [12, 20], lambda: nn.GRU(12, 20)),
    ('MultiHeadAttention', [16, 4], lambda: nn.MultiheadAttention(16, 4)),
]:
    init.torch.manual_seed(0)
    names = [name for name, _ in make().named_parameters()]
    record('defaults', {'layer': layer, 'arguments': arguments, 'bounds': {name: bound(lambda: dict(make().named_parameters())[name]) for name in names}})
