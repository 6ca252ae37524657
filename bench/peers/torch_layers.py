"""Single layers, forward and backward; bench/suites/layers.ts has the same in our library."""
import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.MultiheadAttention(128, 8, batch_first=True)

    def forward(self, x):
        return self.heads(x, x, x, need_weights=False)[0]


LAYERS = {
    'linear': lambda: nn.Sequential(nn.Linear(256, 256), nn.ReLU()),
    'conv': lambda: nn.Sequential(nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()),
    'attention': SelfAttention,
    'transformer': lambda: nn.TransformerEncoderLayer(128, 8, 256, batch_first=True),
    'embedding': lambda: nn.Embedding(5000, 128),
}


def layer(name, x):
    model = LAYERS[name]()
    wanted = list(model.parameters())
    if x.is_floating_point():
        wanted.append(x.requires_grad_())
    incoming = torch.randn_like(model(x))
    return lambda: torch.autograd.grad(model(x), wanted, incoming)
