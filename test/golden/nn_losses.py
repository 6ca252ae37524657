"""Cases of losses. Those that PyTorch has not are written out, with the paper they come from."""
import torch
import torch.nn.functional as F

from golden_format import integers, uniform, values
from golden_nn import loss

REDUCTIONS = [{}, {'reduction': 'sum'}, {'reduction': 'none'}]


def reduced(each, options):
    return {'mean': torch.mean, 'sum': torch.sum, 'none': lambda x: x}[options.get('reduction', 'mean')](each)


def simple(function, **names):
    return lambda a, b, options={}: function(
        a, b, reduction=options.get('reduction', 'mean'), **{torch_name: options[name] for name, torch_name in names.items() if name in options}
    )


def given(options):
    return [options] if options else []


for options in REDUCTIONS:
    for shape in [[3], [3, 65], [2, 3, 17]]:
        loss('mse', simple(F.mse_loss), uniform(*shape), uniform(*shape), *given(options))
        loss('l1', simple(F.l1_loss), uniform(*shape), uniform(*shape), *given(options))
        loss('huber', simple(F.huber_loss, delta='delta'), uniform(*shape), uniform(*shape), *given(options))
        loss('huber', simple(F.huber_loss, delta='delta'), uniform(*shape), uniform(*shape), {**options, 'delta': 0.5})
        loss('bceWithLogits', simple(F.binary_cross_entropy_with_logits), uniform(*shape, low=-5, high=5), uniform(*shape, low=0, high=1, grad=False), *given(options))
loss('bceWithLogits', simple(F.binary_cross_entropy_with_logits), values([-200, -30, 30, 200], grad=True), values([0, 1, 0, 1]))
loss('bceWithLogits', simple(F.binary_cross_entropy_with_logits, posWeight='pos_weight', weight='weight'), uniform(4, 5), uniform(4, 5, low=0, high=1, grad=False),
     {'posWeight': uniform(5, low=0.5, high=3, grad=False)})


def cross_entropy(logits, labels, options={}):
    return F.cross_entropy(
        logits, labels, options.get('weight'), ignore_index=options.get('ignoreIndex', -100), reduction=options.get('reduction', 'mean'),
        label_smoothing=options.get('labelSmoothing', 0),
    )


for options in REDUCTIONS:
    for extra in [{}, {'labelSmoothing': 0.1}, {'ignoreIndex': 2}, {'weight': True}, {'weight': True, 'ignoreIndex': 0, 'labelSmoothing': 0.2}]:
        chosen = {**options, **extra, **({'weight': uniform(5, low=0.5, high=2, grad=False)} if 'weight' in extra else {})}
        loss('crossEntropy', cross_entropy, uniform(17, 5, low=-4, high=4), integers(17, low=0, high=5), *given(chosen))
loss('crossEntropy', cross_entropy, uniform(2, 5, 7, low=-4, high=4), integers(2, 7, low=0, high=5))


def kl_to_unit_gaussian(mean, log_variance, options={}):
    """Auto-Encoding Variational Bayes (Kingma & Welling, 2013), appendix B: summed over the last axis."""
    return reduced(-0.5 * (1 + log_variance - mean * mean - log_variance.exp()).sum(-1), options)


for options in REDUCTIONS:
    loss('klToUnitGaussian', kl_to_unit_gaussian, uniform(7, 5), uniform(7, 5), *given(options))
    signs = values([1, -1, 1, -1, -1, 1, -1], dtype='int32')
    loss('cosineEmbedding', lambda a, b, y, o={}: F.cosine_embedding_loss(a, b, y, o.get('margin', 0), reduction=o.get('reduction', 'mean')),
         uniform(7, 5, low=-1, high=2), uniform(7, 5, low=-1, high=2), signs, {'margin': 0.2, **options})
    loss('triplet', lambda a, p, n, o={}: F.triplet_margin_loss(a, p, n, o.get('margin', 1), reduction=o.get('reduction', 'mean')),
         uniform(7, 5), uniform(7, 5), uniform(7, 5), {'margin': 0.5, **options})
loss('cosineEmbedding', lambda a, b, y: F.cosine_embedding_loss(a, b, y), uniform(7, 5), uniform(7, 5), signs)
loss('triplet', F.triplet_margin_loss, uniform(7, 5), uniform(7, 5), uniform(7, 5))


def contrastive(a, b, same, options={}):
    """Hadsell, Chopra & LeCun (2006), equation 4: same pairs (1) attract, others (0) repel up to the margin."""
    apart = torch.linalg.vector_norm(a - b, dim=-1)
    repelled = torch.clamp(options.get('margin', 1) - apart, min=0)
    return reduced(0.5 * (same * apart**2 + (1 - same) * repelled**2), options)


for options in [*REDUCTIONS, {'margin': 4}]:
    loss('contrastive', contrastive, uniform(7, 5), uniform(7, 5), values([1, 0, 1, 0, 0, 1, 0], dtype='int32'), *given(options))


def nt_xent(a, b, options={}):
    """SimCLR (Chen et al., 2020), algorithm 1: row k of a and of b are two views of one thing."""
    views = F.normalize(torch.cat([a, b]), dim=-1)
    count = a.shape[0]
    scores = (views @ views.T / options.get('temperature', 0.5)).masked_fill(torch.eye(2 * count, dtype=torch.bool), -torch.inf)
    return F.cross_entropy(scores, torch.arange(2 * count).roll(count))


for shape in [[2, 3], [7, 5], [33, 17]]:
    loss('ntXent', nt_xent, uniform(*shape), uniform(*shape))
    loss('ntXent', nt_xent, uniform(*shape), uniform(*shape), {'temperature': 0.1})


def negative_si_sdr(estimate, target, options={}):
    """SDR, half-baked or well done? (Le Roux et al., 2019), in dB, both without their mean."""
    estimate, target = estimate - estimate.mean(-1, keepdim=True), target - target.mean(-1, keepdim=True)
    wanted = (estimate * target).sum(-1, keepdim=True) / target.pow(2).sum(-1, keepdim=True) * target
    ratio = wanted.pow(2).sum(-1) / (estimate - wanted).pow(2).sum(-1)
    return reduced(-10 * torch.log10(ratio), options)


for options in REDUCTIONS:
    loss('negativeSiSdr', negative_si_sdr, uniform(3, 65, low=-1, high=2), uniform(3, 65, low=-1, high=1, grad=False), *given(options))
