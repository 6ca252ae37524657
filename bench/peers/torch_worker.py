"""Does the work of the benchmarks with PyTorch: one JSON request a line, one JSON answer a line."""
import json
import math
import statistics
import sys
import time

import torch
import torch.nn.functional as F

from torch_layers import layer
from torch_steps import step

UNARY = ('relu', 'exp', 'tanh', 'sigmoid', 'log', 'sqrt', 'erf', 'sin')
FUNCTIONAL = {'gelu': F.gelu, 'silu': F.silu, 'softplus': F.softplus, 'leakyRelu': F.leaky_relu}


def along(reduce):
    return lambda i, s: reduce(i[0], s['axis']) if 'axis' in s else reduce(i[0])


def recurrent(kind):
    """cuDNN-style call of a whole layer; nn.LSTM would keep weights of its own."""
    def run(i, _):
        x, weights = i[0], i[1:]
        state = torch.zeros(1, x.shape[0], weights[1].shape[1])
        if kind == 'lstm':
            return torch.lstm(x, (state, state), weights, True, 1, 0.0, True, False, True)[0]
        return torch.gru(x, state, weights, True, 1, 0.0, True, False, True)[0]
    return run


OPS = {
    **{name: (lambda f: lambda i, s: f(i[0]))(getattr(torch, name)) for name in UNARY},
    **{name: (lambda f: lambda i, s: f(i[0]))(f) for name, f in FUNCTIONAL.items()},
    'add': lambda i, s: i[0] + i[1],
    'mul': lambda i, s: i[0] * i[1],
    'sum': along(torch.sum),
    'mean': along(torch.mean),
    'max': along(torch.amax),
    'variance': along(torch.var),
    'argmax': lambda i, s: i[0].argmax(-1),
    'cumsum': lambda i, s: i[0].cumsum(-1),
    'softmax': lambda i, s: i[0].softmax(-1),
    'logSoftmax': lambda i, s: i[0].log_softmax(-1),
    'permute': lambda i, s: i[0].permute(s['axes']).contiguous(),
    'concat': lambda i, s: torch.cat(i, s['axis']),
    'slice': lambda i, s: i[0].narrow(s['axis'], s['start'], s['end'] - s['start']).contiguous(),
    'indexSelect': lambda i, s: i[0].index_select(0, i[1]),
    'rand': lambda i, s: torch.rand(s['shape']),
    'randn': lambda i, s: torch.randn(s['shape']),
    'linear': lambda i, s: F.linear(*i),
    'matmul': lambda i, s: i[0] @ (i[1].transpose(-1, -2) if s.get('transposeB') else i[1]),
    'conv1d': lambda i, s: F.conv1d(*i, **s),
    'conv2d': lambda i, s: F.conv2d(*i, **s),
    'convTranspose2d': lambda i, s: F.conv_transpose2d(*i, **s),
    'maxPool2d': lambda i, s: F.max_pool2d(i[0], s['kernel']),
    'avgPool2d': lambda i, s: F.avg_pool2d(i[0], s['kernel']),
    'resize': lambda i, s: F.interpolate(i[0], s['size'], mode=s['mode']),
    'batchNorm': lambda i, s: F.batch_norm(i[0], None, None, i[1], i[2], training=True),
    'layerNorm': lambda i, s: F.layer_norm(i[0], i[1].shape, i[1], i[2]),
    'lstm': recurrent('lstm'),
    'gru': recurrent('gru'),
    'attention': lambda i, s: F.softmax(i[0] @ i[1].transpose(-1, -2) / math.sqrt(i[0].shape[-1]), -1) @ i[2],
    'crossEntropy': lambda i, s: F.cross_entropy(*i),
    'dropout': lambda i, s: F.dropout(i[0], 0.2),
    'rfft': lambda i, s: torch.fft.rfft(i[0]),
}


def make(spec):
    kind = spec.get('kind', 'normal')
    if kind in ('labels', 'indices'):
        return torch.randint(0, spec.get('classes', 10), spec['shape'])
    return torch.rand(spec['shape']) if kind == 'uniform' else torch.randn(spec['shape'])


def recorded_relu():
    x = torch.randn(10, requires_grad=True)
    return lambda: torch.relu(x)


def log_mel(work):
    import torchaudio
    s = work['settings']
    mel = torchaudio.transforms.MelSpectrogram(
        sample_rate=16000, n_fft=s['nFft'], hop_length=s['hopLength'], n_mels=s['nMels'])
    to_decibel = torchaudio.transforms.AmplitudeToDB()
    x = make(work['inputs'][0])
    return lambda: to_decibel(mel(x))


def adam(work):
    parameters = [make(spec).requires_grad_() for spec in work['inputs']]
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter)
    return torch.optim.Adam(parameters, lr=1e-3).step


SPECIAL = {
    'dispatch': lambda work: recorded_relu(),
    'logMel': log_mel,
    'adam': adam,
    'layer': lambda work: layer(work['settings']['layer'], make(work['inputs'][0])),
    'step': lambda work: step(work['settings']['model']),
}


def prepare(work):
    """A function without arguments that does the work once, or None where there is no such op."""
    torch.manual_seed(0)
    name, mode = work['op'], work['mode']
    if name in SPECIAL:
        return SPECIAL[name](work)
    if name not in OPS:
        return None
    inputs = [make(spec) for spec in work['inputs']]
    settings = work.get('settings', {})
    run = lambda: OPS[name](inputs, settings)
    if mode == 'forward':
        def forward():
            with torch.no_grad():
                run()
        return forward
    chosen = work.get('by', [at for at, x in enumerate(inputs) if x.is_floating_point()])
    wanted = [inputs[at].requires_grad_() for at in chosen]
    out = run()
    incoming = torch.randn_like(out)
    if mode == 'both':
        return lambda: torch.autograd.grad(run(), wanted, incoming)
    return lambda: torch.autograd.grad(out, wanted, incoming, retain_graph=True)


def milliseconds_per_call(run, calls):
    started = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - started) * 1e3 / calls


def turn(run, cost, seconds):
    """The median of samples, each the mean of as many calls as make a fifth of the turn."""
    calls = max(1, round(seconds * 200 / cost))
    end = time.perf_counter() + seconds
    samples = [milliseconds_per_call(run, calls)]
    while time.perf_counter() < end:
        samples.append(milliseconds_per_call(run, calls))
    # OpenBLAS's threads look for more work before they sleep, and would do so in the next contender's turn.
    time.sleep(0.03)
    return statistics.median(samples)


def serve():
    run, cost = None, 1.0
    for line in sys.stdin:
        request = json.loads(line)
        answer = {}
        try:
            if 'prepare' in request:
                run = prepare(request['prepare'])
                if run is None:
                    answer = {'refused': 'no such op'}
                else:
                    run()
                    cost = min(milliseconds_per_call(run, 1) for _ in range(3))
                    answer = {'milliseconds': cost}
            elif 'turn' in request:
                answer = {'milliseconds': turn(run, cost, request['turn'])}
            else:
                run = None
        except Exception as error:
            answer = {'error': f'{type(error).__name__}: {error}'}
        print(json.dumps(answer), flush=True)


torch.set_num_threads(int(sys.argv[1]))
print(json.dumps({'ready': f'PyTorch {torch.__version__}'}), flush=True)
serve()
