"""Cases of ops: a call with formulas in the place of tensors, an oracle in PyTorch of the same signature."""
import torch

from golden_format import Input, Store, nine_digits, root_mean_square, seed_of, uniform, write

oracles = {}
books = {}


def oracle(function):
    """Registers PyTorch's answer to the op of the same name (a trailing underscore is dropped)."""
    oracles[function.__name__.rstrip('_')] = function
    return function


class Book:
    """All cases of one op."""

    def __init__(self):
        self.cases, self.store = [], Store()


def case(op, *arguments, folder='ops', tolerance=1e-5, floor=None, after=()):
    """`after`: which inputs the op changes (running statistics); their new values are stored too."""
    book = books.setdefault((folder, op), Book())
    inputs, tensors = [], []

    def walk(argument):
        """The call as it is written to JSON, and as PyTorch gets it."""
        if isinstance(argument, Input):
            inputs.append(argument.seeded(seed_of(op, len(book.cases), len(inputs))))
            tensors.append(inputs[-1].tensor())
            return {'input': len(inputs) - 1}, tensors[-1]
        if isinstance(argument, list):
            pairs = [walk(item) for item in argument]
            return [p[0] for p in pairs], [p[1] for p in pairs]
        if isinstance(argument, dict):
            pairs = {key: walk(item) for key, item in argument.items()}
            return {k: p[0] for k, p in pairs.items()}, {k: p[1] for k, p in pairs.items()}
        return argument, argument

    pairs = [walk(argument) for argument in arguments]
    result = oracles[op](*[p[1] for p in pairs])
    fields = result if isinstance(result, dict) else dict(enumerate(result)) if isinstance(result, (list, tuple)) else {None: result}
    record = {'call': [p[0] for p in pairs], 'tolerance': tolerance, 'inputs': [i.record() for i in inputs], 'outputs': []}
    differentiable, weights = [], []
    for field, output in fields.items():
        stored = book.store.add(output, floor)
        if field is not None:
            stored['field'] = field
        if output.requires_grad:
            d_out = uniform(*output.shape, low=-1, high=1, grad=False).seeded(seed_of(op, len(book.cases), 'dOut', field))
            stored['dOut'] = d_out.record()
            differentiable.append(output)
            weights.append(d_out.tensor())
        record['outputs'].append(stored)
    if differentiable:
        wanted = [k for k, i in enumerate(inputs) if i.grad]
        gradients = torch.autograd.grad(differentiable, [tensors[k] for k in wanted], weights, allow_unused=True)
        record['gradients'] = [
            {'input': k, **book.store.add(gradient, gradient_floor(gradient, differentiable[0], floor))}
            for k, gradient in zip(wanted, gradients)
            if gradient is not None
        ]
    if after:
        record['after'] = [{'input': k, **book.store.add(tensors[k])} for k in after]
    book.cases.append(record)


def gradient_floor(gradient, output, floor):
    """Where an elementwise op broadcast, the gradient is a sum: its terms, near 1, set the scale."""
    if floor is None or gradient.shape == output.shape:
        return floor
    return nine_digits(max(1, root_mean_square(gradient.numpy())), 3)


def write_books():
    for (folder, op), book in books.items():
        write(folder, op, {'op': op}, book.cases, book.store)
