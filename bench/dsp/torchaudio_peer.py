"""Median milliseconds of torchaudio on one thread and on four, whichever is quicker, as JSON."""
import json
import statistics
import time
import torch
import torchaudio

x = torch.sin(torch.arange(160000) * 0.1) + 0.1 * torch.sin(torch.arange(160000) * 0.73)
mel = torchaudio.transforms.MelSpectrogram(16000, 512, hop_length=160, n_mels=64)
decibels = torchaudio.transforms.AmplitudeToDB()
search = torchaudio.transforms.GriffinLim(512, n_iter=32, hop_length=160, power=1, length=160000)
magnitudes = torchaudio.transforms.Spectrogram(512, hop_length=160, power=1)(x)


def milliseconds(run, rounds):
    run()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


best = {}
for threads in (1, 4):
    torch.set_num_threads(threads)
    for name, run, rounds in (('logMel', lambda: decibels(mel(x)), 21), ('griffinLim', lambda: search(magnitudes), 3)):
        best[name] = min(best.get(name, float('inf')), milliseconds(run, rounds))
print(json.dumps(best))
