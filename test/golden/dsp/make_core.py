"""Expected values of SciPy, torch and torchaudio for what core.json does not cover. Run: python3 make_core.py"""
import json
import numpy as np
import scipy.fft
import scipy.signal
import torch
import torchaudio

cases = []
x = np.load('input/synth16k.npy')[4000:5200].astype(np.float64)
signal = torch.from_numpy(x)


def add(function, params, values, atol=None, rel_max=None):
    values = np.asarray(values, dtype=np.float64)
    tolerance = {'atol': atol} if atol is not None else {'rel_max': rel_max}
    flat = [float(f'{v:.9g}') for v in values.ravel()]
    name = ' '.join(f'{k}={v}' for k, v in params.items())
    cases.append({'id': f'{function} {name}', 'function': function, 'params': params,
                  'shape': list(values.shape), 'values': flat, 'tolerance': tolerance})


for n in (2, 9, 12):
    for periodic in (True, False):
        for name, spec in (('kaiser', ('kaiser', 8.6)), ('gaussian', ('gaussian', 2.5))):
            add('window', {'name': name, 'n': n, 'periodic': periodic},
                scipy.signal.get_window(spec, n, fftbins=periodic), atol=1e-7)

v = x[:16]
for kind in (1, 2, 3, 4):
    for norm in ('ortho', None):
        for n in (2, 5, 16):
            add('dct', {'type': kind, 'norm': norm, 'n': n}, scipy.fft.dct(v[:n], type=kind, norm=norm), atol=1e-8)

m = np.stack([x[i * 24:i * 24 + 24] for i in range(3)])
for width, order in ((3, 1), (5, 1), (9, 1), (9, 2), (7, 3)):
    for ours, theirs in (('interp', 'interp'), ('edge', 'nearest'), ('constant', 'constant'), ('reflect', 'mirror'), ('wrap', 'wrap')):
        add('delta', {'width': width, 'order': order, 'mode': ours},
            scipy.signal.savgol_filter(m, width, deriv=order, polyorder=order, axis=-1, mode=theirs), rel_max=2e-6)

for n_fft, hop, win, center, pad in ((64, 16, 64, True, 'reflect'), (64, 20, 50, True, 'replicate'), (63, 17, 63, True, 'circular'),
                                     (62, 31, 40, False, 'reflect'), (45, 9, 45, True, 'constant'), (97, 50, 80, False, 'reflect')):
    window = torch.hann_window(win, periodic=True, dtype=torch.float64)
    s = torch.stft(signal[:400], n_fft, hop, win, window, center=center, pad_mode=pad, return_complex=True)
    modes = {'replicate': 'edge', 'circular': 'wrap'}
    add('stft', {'nFft': n_fft, 'hopLength': hop, 'winLength': win, 'center': center, 'padMode': modes.get(pad, pad)},
        torch.view_as_real(s).numpy(), rel_max=1e-6)

torch.set_default_dtype(torch.float64)
for n_fft, hop, mels, low, high, power, scale, norm in ((128, 50, 12, 0.0, 8000.0, 2.0, 'htk', None), (128, 64, 10, 100.0, 7000.0, 1.0, 'slaney', 'slaney'),
                                                         (150, 40, 9, 50.0, None, 2.0, 'slaney', None), (128, 32, 8, 20.0, 6000.0, 3.0, 'htk', 'slaney')):
    transform = torchaudio.transforms.MelSpectrogram(16000, n_fft, hop_length=hop, n_mels=mels, f_min=low, f_max=high, power=power, mel_scale=scale, norm=norm)
    params = {'nFft': n_fft, 'hopLength': hop, 'nMels': mels, 'lowHz': low, 'highHz': high or 8000.0, 'power': power, 'scale': scale, 'norm': norm}
    add('melSpectrogram', params, transform(signal).numpy(), rel_max=1e-5)

mel = {'n_fft': 256, 'hop_length': 100, 'n_mels': 24}
for log_mels in (True, False):
    for norm in ('ortho', None):
        transform = torchaudio.transforms.MFCC(16000, n_mfcc=13, norm=norm, log_mels=log_mels, melkwargs=mel)
        add('mfcc', {'log': 'ln' if log_mels else 'db', 'dctNorm': norm}, transform(signal).numpy(), atol=5e-3)

with open('coreOwn.json', 'w') as file:
    file.write('{"cases":[\n' + ',\n'.join(json.dumps(c) for c in cases) + '\n]}\n')
print(len(cases))
