"""Whole training steps, as a PyTorch user writes them; bench/steps holds the same models in our library."""
import torch
import torch.nn.functional as F
from torch import nn


def perceptron(*sizes, dropout=0.0):
    layers = []
    for at, (inner, outer) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(inner, outer))
        if at < len(sizes) - 2:
            layers.append(nn.ReLU())
            if dropout > 0:
                layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)


def filters(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        blocks = [[*filters(i, o), nn.MaxPool2d(2)] for i, o in ((1, 16), (16, 32), (32, 64))]
        self.features = nn.Sequential(*(layer for block in blocks for layer in block))
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


class BiLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.LSTM(64, 128, bidirectional=True, batch_first=True)
        self.head = nn.Linear(256, 10)

    def forward(self, x):
        return self.head(self.layer(x)[0][:, -1])


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(64, 128)
        self.layers = nn.TransformerEncoder(nn.TransformerEncoderLayer(128, 8, 256, batch_first=True), 4)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.layers(self.embed(x)).mean(1))


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        down = [(1, 32), (32, 64), (64, 128)]
        self.encoder = nn.Sequential(
            *(layer for i, o in down for layer in (nn.Conv2d(i, o, 3, 2, 1), nn.ReLU())), nn.Flatten())
        self.mean, self.log_variance = nn.Linear(8192, 32), nn.Linear(8192, 32)
        self.unfold = nn.Linear(32, 8192)
        up = [(128, 64, nn.ReLU()), (64, 32, nn.ReLU()), (32, 1, nn.Sigmoid())]
        self.decoder = nn.Sequential(*(layer for i, o, f in up for layer in (nn.ConvTranspose2d(i, o, 4, 2, 1), f)))

    def loss(self, x):
        hidden = self.encoder(x)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        latent = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        back = self.decoder(self.unfold(latent).view(-1, 128, 8, 8))
        divergence = 0.5 * (mean ** 2 + log_variance.exp() - log_variance - 1).sum(1).mean()
        return F.mse_loss(back, x, reduction='sum') / len(x) + divergence


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.GRU(513, 256, bidirectional=True, batch_first=True)
        self.head = nn.Linear(512, 256)

    def forward(self, x):
        return F.normalize(self.head(self.layer(x)[0][:, -1]), dim=1)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        block = lambda i, o: nn.Sequential(*filters(i, o), *filters(o, o))
        self.down1, self.down2, self.bottom = block(1, 32), block(32, 64), block(64, 128)
        self.up2, self.join2 = nn.ConvTranspose2d(128, 64, 2, 2), block(128, 64)
        self.up1, self.join1 = nn.ConvTranspose2d(64, 32, 2, 2), block(64, 32)
        self.head = nn.Conv2d(32, 1, 1)

    def forward(self, x):
        first = self.down1(x)
        second = self.down2(F.max_pool2d(first, 2))
        bottom = self.bottom(F.max_pool2d(second, 2))
        second = self.join2(torch.cat([self.up2(bottom), second], 1))
        return self.head(self.join1(torch.cat([self.up1(second), first], 1)))


def classifying(model, *shape):
    x, labels = torch.randn(shape), torch.randint(0, 10, shape[:1])
    return model, lambda: F.cross_entropy(model(x), labels)


def rebuilding(model, x):
    return model, lambda: F.mse_loss(model(x), x)


def vae():
    model, x = Vae(), torch.rand(32, 1, 64, 64)
    return model, lambda: model.loss(x)


def siamese():
    model, first, second = Siamese(), torch.randn(16, 64, 513), torch.randn(16, 64, 513)
    labels = torch.randint(0, 2, (16,)) * 2 - 1
    return model, lambda: F.cosine_embedding_loss(model(first), model(second), labels)


STEPS = {
    'frameMlp': lambda: classifying(perceptron(128, 64, 10), 32, 128),
    'framePairAe': lambda: rebuilding(perceptron(256, 128, 256), torch.randn(256, 256)),
    'concatenationAe': lambda: rebuilding(perceptron(8192, 512, 256, 512, 8192), torch.randn(32, 8192)),
    'mnistMlp': lambda: classifying(perceptron(784, *[1024] * 5, 10, dropout=0.2), 128, 784),
    'cnn': lambda: classifying(Cnn(), 32, 1, 64, 64),
    'biLstm': lambda: classifying(BiLstm(), 32, 64, 64),
    'transformer': lambda: classifying(Encoder(), 32, 64, 64),
    'vae': vae,
    'siamese': siamese,
    'uNet': lambda: rebuilding(UNet(), torch.rand(8, 1, 112, 112)),
}


def step(name):
    model, loss = STEPS[name]()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def run():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    return run
