import type * as dsp from '@sonograd/dsp';

/** Results of everything that kernels have a hand in, each as one number that a single other bit would change. */
export function resultBits(package_: typeof dsp): Record<string, number> {
  const { RandomStream, rfft, irfft, fft, ifft, stft, istft, logMel, mfcc, spectrogram } = package_;
  const { griffinLim, resample, powerToDb, amplitudeToDb } = package_;
  const random = new RandomStream(7);
  const noise = (length: number) => Float32Array.from({ length }, () => random.uniform(-1, 1));
  const bits: Record<string, number> = { engine: package_.engine() === 'simd' ? 1 : 0 };
  const keep = (name: string, ...parts: Float32Array[]) => {
    bits[name] = parts.reduce((hash, part) => hashOf(part, hash), 0);
  };
  for (const size of [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 18, 20, 25, 30, 31, 32, 45, 64, 97, 128, 400, 512,
  ]) {
    const [re, im] = [noise(5 * size), noise(5 * size)];
    const real = rfft(re, { size });
    const forward = fft({ re, im }, { size });
    const back = ifft({ re, im }, { size });
    keep(`rfft ${size}`, real.re, real.im, irfft(real, { size }));
    keep(`fft ${size}`, forward.re, forward.im, back.re, back.im);
  }
  const signal = noise(4001);
  for (const nFft of [256, 400, 441, 512, 882]) {
    const { re, im, bins, frames } = stft(signal, { nFft });
    keep(`stft ${nFft}`, re, im, istft({ re, im, bins, frames }, { nFft }));
    for (const power of [1, 2, 3]) keep(`power ${power} ${nFft}`, spectrogram(signal, { nFft, power }).data);
  }
  for (const preset of ['librosa', 'torchaudio', 'whisper'] as const) {
    keep(`logMel ${preset}`, logMel(signal, { sampleRate: 16_000, preset }).data);
    keep(`mfcc ${preset}`, mfcc(signal, { sampleRate: 16_000, preset }).data);
  }
  for (const targetRate of [1000, 8000, 11_025, 22_050, 32_000]) {
    keep(`resample ${targetRate}`, resample(signal, { sourceRate: 16_000, targetRate }));
  }
  for (const nFft of [128, 147]) {
    const magnitudes = spectrogram(signal, { nFft, power: 1 });
    const { samples, convergence } = griffinLim(magnitudes, { nFft, iterations: 3 });
    keep(`griffinLim ${nFft}`, samples, Float32Array.of(convergence));
  }
  keep('decibels', powerToDb(signal.map(Math.abs)), amplitudeToDb(signal));
  return bits;
}

/** FNV-1a over the words. */
function hashOf(values: Float32Array, start: number): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return words.reduce((hash, word) => Math.imul(hash ^ word, 0x01000193) >>> 0, start ^ 0x811c9dc5);
}
