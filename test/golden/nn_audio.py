"""Cases of audio layers and of spectral losses, with torchaudio's numbers (htk mel without norm, reflected padding)."""
import torch
import torchaudio
from torch import nn

from golden_format import uniform
from golden_nn import layer, loss


class Stft(nn.Module):
    def __init__(self, nFft, hopLength, winLength=None, center=True):
        super().__init__()
        self.options = dict(n_fft=nFft, hop_length=hopLength, win_length=winLength, center=center)
        self.frame = torch.hann_window(winLength or nFft, dtype=torch.float64)

    def forward(self, x):
        spectrum = torch.stft(x, window=self.frame, return_complex=True, **self.options)
        return spectrum.real, spectrum.imag


class Istft(Stft):
    def forward(self, real, imaginary, options={}):
        return torch.istft(torch.complex(real, imaginary), window=self.frame, length=options.get('length'), **self.options)


def audio(name, module, options, *call, **rest):
    layer(name, module, [], options, *call, folder='nn/audio', **rest)


for shape, options in [
    ([2, 160], {'nFft': 32, 'hopLength': 8}), ([1, 200], {'nFft': 64, 'hopLength': 16, 'winLength': 40}),
    ([2, 128], {'nFft': 32, 'hopLength': 16, 'center': False}), ([2, 150], {'nFft': 60, 'hopLength': 15}),
]:
    audio('Stft', Stft(**options), options, uniform(*shape, low=-1, high=1), fields=['real', 'imaginary'])
for shape, options, call in [
    ([2, 17, 9], {'nFft': 32, 'hopLength': 8}, {}), ([1, 33, 7], {'nFft': 64, 'hopLength': 16}, {'length': 90}), ([2, 31, 6], {'nFft': 60, 'hopLength': 15}, {}),
]:
    audio('Istft', Istft(**options), options, uniform(*shape, low=-1, high=1), uniform(*shape, low=-1, high=1), *([call] if call else []))

for options in [
    {'sampleRate': 16000, 'nFft': 256, 'nMels': 20}, {'sampleRate': 8000, 'nFft': 128, 'nMels': 12, 'lowHz': 50, 'highHz': 3500},
    {'sampleRate': 16000, 'nFft': 256, 'nMels': 20, 'norm': 'slaney', 'melScale': 'slaney'},
]:
    bank = torchaudio.functional.melscale_fbanks(
        options['nFft'] // 2 + 1, options.get('lowHz', 0.0), options.get('highHz', options['sampleRate'] / 2), options['nMels'],
        options['sampleRate'], options.get('norm'), options.get('melScale', 'htk'),
    ).double()
    run = lambda _, power: (power.transpose(-1, -2) @ bank).transpose(-1, -2)
    audio('MelScale', nn.Identity(), options, uniform(2, options['nFft'] // 2 + 1, 5, low=0, high=4), forward=run)

for options in [{}, {'input': 'magnitude'}, {'topDb': 20}]:
    module = torchaudio.transforms.AmplitudeToDB(options.get('input', 'power'), options.get('topDb'))
    audio('AmplitudeToDb', module, options, uniform(9, 12, low=1e-4, high=2))

for options in [
    {'sampleRate': 16000, 'nMfcc': 13, 'nFft': 256, 'hopLength': 64, 'nMels': 24}, {'sampleRate': 8000, 'nMfcc': 8, 'nFft': 64, 'hopLength': 32, 'nMels': 10},
]:
    module = torchaudio.transforms.MFCC(
        options['sampleRate'], options['nMfcc'], melkwargs={'n_fft': options['nFft'], 'hop_length': options['hopLength'], 'n_mels': options['nMels']}
    )
    # Buffers are tables here; they are not part of the state that a case fills.
    run = lambda _, x, own=module.double(): own(x)
    audio('Mfcc', nn.Identity(), options, uniform(1, 640, low=-1, high=1), forward=run)


def multi_resolution_stft(estimate, target, options):
    """Parallel WaveGAN (Yamamoto et al., 2020), equations 3 to 6: spectral convergence plus log magnitudes, averaged."""
    total = 0
    for nFft, hopLength, winLength in options['resolutions']:
        transform = Stft(nFft, hopLength, winLength)
        wanted, made = [torch.sqrt(torch.clamp(sum(part**2 for part in transform(x)), min=1e-7)) for x in (target, estimate)]
        convergence = torch.linalg.vector_norm(wanted - made) / torch.linalg.vector_norm(wanted)
        total = total + convergence + torch.mean(torch.abs(wanted.log() - made.log()))
    return total / len(options['resolutions'])


for resolutions in [[[64, 16, 64]], [[64, 16, 48], [32, 8, 32], [128, 32, 100]]]:
    loss('multiResolutionStft', multi_resolution_stft, uniform(2, 300, low=-1, high=1), uniform(2, 300, low=-1, high=1, grad=False), {'resolutions': resolutions},
         folder='nn/losses')
