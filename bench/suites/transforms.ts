import { logMel, rfft } from '@sonograd/dsp';
import type { Case, Prepared } from '../case.ts';

const batch = 64;

export const transforms: readonly Case[] = [
  ...[512, 1024, 2048, 400, 1000].map(realTransform),
  {
    suite: 'fft',
    name: 'log-mel of 10 s at 16 kHz, 64 bands',
    work: {
      op: 'logMel',
      inputs: [{ shape: [160_000] }],
      settings: { nFft: 512, hopLength: 160, nMels: 64 },
      mode: 'forward',
    },
    limit: 'none',
    own: logMelOfTenSeconds,
  },
];

function realTransform(size: number): Case {
  return {
    suite: 'fft',
    name: `real FFT of ${size}, ${batch} frames`,
    work: { op: 'rfft', inputs: [{ shape: [batch, size] }], mode: 'forward' },
    // The usual count for a transform of real input: half of 5 n log2 n.
    flops: 2.5 * batch * size * Math.log2(size),
    bytes: 4 * batch * (2 * size + 2),
    limit: 'compute',
    own: () => {
      const samples = Float32Array.from({ length: batch * size }, (_, i) => Math.sin(0.1 * i));
      const out = rfft(samples, { size });
      return { run: () => void rfft(samples, { size, out }), release: () => undefined };
    },
  };
}

function logMelOfTenSeconds(): Prepared {
  const samples = Float32Array.from(
    { length: 160_000 },
    (_, i) => Math.sin(0.1 * i) + 0.1 * Math.sin(0.73 * i),
  );
  const options = {
    preset: 'torchaudio',
    sampleRate: 16_000,
    nFft: 512,
    hopLength: 160,
    nMels: 64,
    padMode: 'reflect',
  } as const;
  return { run: () => void logMel(samples, options), release: () => undefined };
}
