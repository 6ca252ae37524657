"""Cases of modules and losses: PyTorch's own, with parameters made by formula, so that only results are stored."""
import math

import torch

from golden_format import Input, Store, seed_of, uniform, values, write

books = {}


def book_of(folder, name):
    return books.setdefault((folder, name), ([], Store()))


def write_books(key):
    """key: what the files of a folder call their subject, 'layer' or 'loss'."""
    for (folder, name), (cases, store) in books.items():
        write(folder, name, {key.get(folder, 'name'): name}, cases, store)


class Call:
    """Arguments in which formulas stand for tensors, both as JSON and as PyTorch gets them."""

    def __init__(self, place, arguments):
        self.inputs, self.tensors, self.known, self.place = [], [], {}, place
        pairs = [self.walk(argument) for argument in arguments]
        self.json, self.torch = [p[0] for p in pairs], [p[1] for p in pairs]

    def walk(self, argument):
        if isinstance(argument, Input):
            if id(argument) not in self.known:  # the same formula twice is the same tensor (self-attention)
                self.known[id(argument)] = len(self.inputs)
                self.inputs.append(argument.seeded(seed_of(*self.place, len(self.inputs))))
                self.tensors.append(self.inputs[-1].tensor())
            k = self.known[id(argument)]
            return {'input': k}, self.tensors[k]
        if isinstance(argument, list):
            pairs = [self.walk(item) for item in argument]
            return [p[0] for p in pairs], [p[1] for p in pairs]
        if isinstance(argument, dict):
            pairs = {key: self.walk(item) for key, item in argument.items()}
            return {k: p[0] for k, p in pairs.items()}, {k: p[1] for k, p in pairs.items()}
        return argument, argument


def state_formula(name, tensor):
    """What a parameter or buffer is filled with: of the size that its initialiser would give it."""
    shape, last = list(tensor.shape), name.rsplit('.', 1)[-1]
    if last == 'num_batches_tracked':
        return values([0], [], 'int32')
    if last == 'running_var':
        return uniform(*shape, low=0.5, high=2, grad=False)
    if last == 'running_mean':
        return uniform(*shape, low=-0.5, high=0.5, grad=False)
    if len(shape) == 1:
        is_scale = last == 'weight'
        return uniform(*shape, low=0.5 if is_scale else -0.5, high=1.5 if is_scale else 0.5)
    bound = round(1.7 / math.sqrt(tensor[0].numel()), 3)
    return uniform(*shape, low=-bound, high=bound)


def fill_state(module, *place):
    """Fills parameters and buffers in state-dict order; returns their formulas by name."""
    module.double()
    parameters, buffers = {}, {}
    with torch.no_grad():
        for kind, named in ((parameters, module.named_parameters()), (buffers, module.named_buffers())):
            for name, tensor in named:
                kind[name] = state_formula(name, tensor).seeded(seed_of(*place, name))
                tensor.copy_(kind[name].tensor())
    return parameters, buffers


def fields_of(result, names):
    if names is None:
        return {None: result}
    flat = []
    for part in result:
        flat.extend(part if isinstance(part, tuple) else [part])
    return dict(zip(names, flat))


def outputs_and_gradients(fields, store, place, without_gradient=()):
    """Stores outputs, draws their dOut, and returns a function that stores a gradient for each named tensor."""
    records, roots, weights = [], [], []
    for field, output in fields.items():
        record = store.add(output)
        if field is not None:
            record['field'] = field
        if output.requires_grad and field not in without_gradient:
            d_out = uniform(*output.shape, low=-1, high=1, grad=False).seeded(seed_of(*place, 'dOut', field))
            record['dOut'] = d_out.record()
            roots.append(output)
            weights.append(d_out.tensor())
        records.append(record)

    def gradients(tensors):
        found = torch.autograd.grad(roots, tensors, weights, allow_unused=True, retain_graph=True) if roots and tensors else []
        return [torch.zeros_like(t) if g is None else g for g, t in zip(found, tensors)]

    return records, gradients


def layer(name, module, arguments, options, *call, fields=None, forward=None, training=True, without_gradient=(), folder='nn/layers', tolerance=1e-4):
    """arguments, options: of our constructor; call: of forward; `forward` says the same to PyTorch where it differs."""
    cases, store = book_of(folder, name)
    place = (name, len(cases))
    parameters, buffers = fill_state(module, *place)
    module.train(training)
    run = Call(place, call)
    result = (forward or (lambda m, *given: m(*given)))(module, *run.torch)
    outputs, gradients = outputs_and_gradients(fields_of(result, fields), store, place, without_gradient)
    wanted = [k for k, i in enumerate(run.inputs) if i.grad]
    names = list(parameters)
    tensors = [run.tensors[k] for k in wanted] + [dict(module.named_parameters())[n] for n in names]
    found = [store.add(gradient) for gradient in gradients(tensors)]
    cases.append({
        'arguments': arguments, 'options': options, 'training': training, 'tolerance': tolerance,
        'parameters': {n: f.record() for n, f in parameters.items()}, 'buffers': {n: f.record() for n, f in buffers.items()},
        'inputs': [i.record() for i in run.inputs], 'call': run.json, 'outputs': outputs,
        'inputGradients': [{'input': k, **g} for k, g in zip(wanted, found)],
        'parameterGradients': dict(zip(names, found[len(wanted):])),
        'buffersAfter': {n: store.add(b) for n, b in module.named_buffers()},
    })


def loss(name, function, *call, folder='nn/losses', tolerance=1e-4):
    """function: the loss in PyTorch, with our signature. The record is that of an op."""
    cases, store = book_of(folder, name)
    place = (name, len(cases))
    run = Call(place, call)
    outputs, gradients = outputs_and_gradients({None: function(*run.torch)}, store, place)
    wanted = [k for k, i in enumerate(run.inputs) if i.grad]
    found = gradients([run.tensors[k] for k in wanted])
    cases.append({
        'call': run.json, 'tolerance': tolerance, 'inputs': [i.record() for i in run.inputs], 'outputs': outputs,
        'gradients': [{'input': k, **store.add(g)} for k, g in zip(wanted, found)],
    })
