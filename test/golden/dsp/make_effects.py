"""Writes effects/*.npy and effects.json: expected values for the operations around the transforms.

References are torchaudio and SciPy where they have the operation, and otherwise librosa's documented
formula in NumPy, float64 throughout. Needs numpy, scipy, torch, torchaudio.

    python3 make_effects.py            # in this folder, beside input/synth16k.npy, synth48k.npy, synth44k.npy
"""
import json
import os

import numpy as np
import scipy.signal
import torch
import torchaudio

os.makedirs('effects', exist_ok=True)
inputs = {name: np.load(f'input/{name}.npy').astype(np.float64) for name in ('synth16k', 'synth48k', 'synth44k')}
cases = []


def case(identity, function, reference, source, params, expected, **tolerance):
    expected = np.atleast_1d(np.asarray(expected, dtype=np.float64))
    record = {'id': identity, 'function': function, 'reference': reference, 'input': source, 'params': params}
    if expected.size > 64:
        file = f'effects/{identity}.npy'
        np.save(file, expected.astype(np.float32))
        record['expected'] = {'file': file}
    else:
        record['expected'] = {'values': expected.tolist()}
    cases.append({**record, 'tolerance': tolerance})


kaiser_best = dict(lowpass_filter_width=64, rolloff=0.9475937167399596, resampling_method='kaiser_window', beta=14.769656459379492)
for source, rate, target in (('synth48k', 48000, 16000), ('synth44k', 44100, 16000), ('synth16k', 16000, 22050), ('synth16k', 16000, 8000)):
    for name, options in (('sincHann', {}), ('kaiserBest', kaiser_best)):
        expected = torchaudio.functional.resample(torch.from_numpy(inputs[source]), rate, target, **options)
        case(f'resample_{rate}_{target}_{name}', 'resample', 'torchaudio.functional.resample', source,
             {'sourceRate': rate, 'targetRate': target, 'filter': name}, expected.numpy(), atol=1e-5)
    divisor = np.gcd(rate, target)
    case(f'resample_{rate}_{target}_polyphase', 'resample', 'scipy.signal.resample_poly', source,
         {'sourceRate': rate, 'targetRate': target, 'filter': 'polyphase'},
         scipy.signal.resample_poly(inputs[source], target // divisor, rate // divisor), atol=1e-5)

x = inputs['synth16k']
n_fft, hop = 512, 160
window = scipy.signal.get_window('hann', n_fft)
starts = range(0, len(x) - n_fft + 1, hop)
magnitude = np.abs(np.stack([np.fft.rfft(x[s:s + n_fft] * window) for s in starts], axis=1)).astype(np.float32).astype(np.float64)
case('magnitude', 'magnitude', 'numpy.fft.rfft', 'synth16k', {'n_fft': n_fft, 'hop_length': hop, 'bins': 257}, magnitude.ravel(), atol=1e-5)
frequency = np.arange(257) * 16000 / n_fft
share = magnitude / magnitude.sum(0)
centroid = (frequency[:, None] * share).sum(0)
case('spectralCentroid', 'spectralCentroid', 'librosa.feature.spectral_centroid formula', 'magnitude', {'sampleRate': 16000}, centroid, rel=1e-6)
for order in (1, 2, 3):
    spread = ((share * np.abs(frequency[:, None] - centroid) ** order).sum(0)) ** (1 / order)
    case(f'spectralBandwidth_{order}', 'spectralBandwidth', 'librosa.feature.spectral_bandwidth formula', 'magnitude',
         {'sampleRate': 16000, 'order': order}, spread, rel=1e-6)
for percent in (0.5, 0.85, 0.99):
    total = np.cumsum(magnitude, axis=0)
    case(f'spectralRolloff_{percent}', 'spectralRolloff', 'librosa.feature.spectral_rolloff formula', 'magnitude',
         {'sampleRate': 16000, 'share': percent},
         [frequency[np.flatnonzero(total[:, t] >= percent * total[-1, t])[0]] for t in range(total.shape[1])], rel=1e-6)
power = np.maximum(1e-10, magnitude ** 2)
case('spectralFlatness', 'spectralFlatness', 'librosa.feature.spectral_flatness formula', 'magnitude', {},
     np.exp(np.log(power).mean(0)) / power.mean(0), rel=1e-5)

for length, step in ((2048, 512), (400, 160)):
    padded = np.pad(x, length // 2, mode='edge')
    padded[np.abs(padded) <= 1e-10] = 0
    frames = np.lib.stride_tricks.sliding_window_view(padded, length)[::step]
    sign = np.signbit(frames)
    case(f'zeroCrossingRate_{length}', 'zeroCrossingRate', 'librosa.feature.zero_crossing_rate formula', 'synth16k',
         {'frameLength': length, 'hopLength': step}, (sign[:, 1:] != sign[:, :-1]).sum(1) / length, atol=1e-7)

for coefficient in (0.97, 0.5):
    y = scipy.signal.lfilter([1, -coefficient], [1], x)
    case(f'preemphasis_torchaudio_{coefficient}', 'preemphasis', 'scipy.signal.lfilter', 'synth16k',
         {'coefficient': coefficient, 'start': 'torchaudio'}, y[:400], atol=1e-6)

for source, rate in (('synth48k', 48000), ('synth16k', 16000), ('synth44k', 44100)):
    clip = np.tile(inputs[source], 8)
    # torchaudio rounds the standard's filter frequencies (1500 Hz, 38 Hz), hence the tolerance.
    case(f'loudness_{rate}', 'integratedLoudness', 'torchaudio.functional.loudness', source, {'sampleRate': rate, 'repeat': 8},
         torchaudio.functional.loudness(torch.from_numpy(clip)[None], rate).numpy(), atol=0.25)
# The table of ITU-R BS.1770-4 at 48 kHz, straight into the gating: exact.
clip = np.tile(inputs['synth48k'], 8)
weighted = scipy.signal.lfilter([1.53512485958697, -2.69169618940638, 1.19839281085285], [1, -1.69065929318241, 0.73248077421585], clip)
weighted = scipy.signal.lfilter([1, -2, 1], [1, -1.99004745483398, 0.99007225036621], weighted)
blocks = np.array([np.mean(weighted[s:s + 19200] ** 2) for s in range(0, len(clip) - 19200 + 1, 4800)])
lufs = -0.691 + 10 * np.log10(blocks)
gate = -0.691 + 10 * np.log10(blocks[lufs > -70].mean()) - 10
case('loudness_itu_48000', 'integratedLoudness', 'ITU-R BS.1770-4, table at 48 kHz', 'synth48k', {'sampleRate': 48000, 'repeat': 8},
     -0.691 + 10 * np.log10(blocks[lufs > gate].mean()), atol=1e-3)

for name, design in (('lowpass', scipy.signal.butter(2, 1000, fs=16000)), ('highpass', scipy.signal.butter(2, 1000, 'high', fs=16000))):
    case(f'biquad_{name}', 'biquadFilter', 'scipy.signal.butter + lfilter', 'synth16k', {'design': name, 'frequencyHz': 1000, 'sampleRate': 16000},
         scipy.signal.lfilter(*design, x)[:400], atol=1e-6)

with open('effects.json', 'w') as file:
    json.dump({'cases': cases}, file, indent=1)
print(len(cases), 'cases')
