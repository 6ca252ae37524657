"""Whole models: weights as safetensors, as PyTorch's users write them, and what the model makes of an input."""
import json
import os
import struct

import torch
from torch import nn

from golden_format import integers, seed_of, uniform
from golden_nn import book_of, fill_state, outputs_and_gradients

DTYPES = {torch.float32: 'F32', torch.int64: 'I64'}


def write_safetensors(path, tensors):
    """The format: header length as 8 bytes, a JSON header padded with spaces to a multiple of 8, then the bytes."""
    header, blocks, at = {'__metadata__': {'format': 'pt'}}, [], 0
    for name, tensor in tensors.items():
        block = tensor.numpy().tobytes()
        header[name] = {'dtype': DTYPES[tensor.dtype], 'shape': list(tensor.shape), 'data_offsets': [at, at + len(block)]}
        blocks.append(block)
        at += len(block)
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(blocks))


class LastStep(nn.Module):
    """A recurrent layer and a linear one on its last step."""

    def __init__(self, recurrent, head):
        super().__init__()
        self.recurrent, self.head = recurrent, head

    def forward(self, x):
        return self.head(self.recurrent(x)[0][:, -1])


class MeanOfTokens(nn.Module):
    def __init__(self, embed, encoder, head):
        super().__init__()
        self.embed, self.encoder, self.head = embed, encoder, head

    def forward(self, x):
        return self.head(self.encoder(self.embed(x)).mean(1))


def block(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]


def encoder_layer():
    return nn.TransformerEncoderLayer(16, 4, 32, dropout=0, batch_first=True)


MODELS = {
    'mlp': (nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 5)), [9, 20]),
    'cnn': (nn.Sequential(*block(1, 8), *block(8, 12), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 5)), [3, 1, 16, 20]),
    'bilstm': (LastStep(nn.LSTM(6, 10, num_layers=2, bidirectional=True, batch_first=True), nn.Linear(20, 5)), [3, 11, 6]),
    'gru': (LastStep(nn.GRU(6, 12, batch_first=True), nn.Linear(12, 5)), [3, 11, 6]),
    'transformer': (MeanOfTokens(nn.Linear(6, 16), nn.TransformerEncoder(encoder_layer(), 2), nn.Linear(16, 5)), [3, 11, 6]),
}


def write_models(folder):
    """Outputs in evaluation; then loss and gradients of all parameters in training, on the same weights."""
    for name, (model, shape) in MODELS.items():
        cases, store = book_of('nn/models', name)
        fill_state(model, 'models', name)
        path = os.path.join(folder, f'{name}.safetensors')
        os.makedirs(folder, exist_ok=True)
        write_safetensors(path, {n: t.detach().float() if t.is_floating_point() else t for n, t in model.state_dict().items()})
        for training in [False, True]:
            x = uniform(*shape, seed=seed_of('models', name, 'x'))
            labels = integers(shape[0], low=0, high=5).seeded(seed_of('models', name, 'labels'))
            model.train(training)
            tensor = x.tensor()
            logits = model(tensor)
            value = nn.functional.cross_entropy(logits, labels.tensor())
            named = dict(model.named_parameters())
            found = torch.autograd.grad(value, [tensor, *named.values()])
            cases.append({
                'training': training, 'tolerance': 1e-4, 'inputs': [x.record(), labels.record()], 'logits': store.add(logits), 'loss': store.add(value),
                'inputGradient': store.add(found[0]), 'parameterGradients': {n: store.add(g) for n, g in zip(named, found[1:])},
                'buffersAfter': {n: store.add(b) for n, b in model.named_buffers()},
            })
