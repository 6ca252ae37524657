import type { SweepSettings } from '../declaration.ts';

/** Windows and hops in samples of the 8 kHz that the recognisers take. */
export const frontEnd = {
  title: 'Front end',
  about:
    'How a sound becomes a picture, one thing changed at a time: bands, window, hop, and what becomes of the energies. All else is that of the base, and the network is the same.',
  pipeline: 'recognise-cnn',
  base: {
    'features.spectrum': {
      ...{ kind: 'log-mel', nMels: 40, log: 'db' },
      ...{ nFft: 512, winLength: 256, hopLength: 128 },
    },
    'features.size': { fit: 'pad', frames: 64 },
  },
  cells: [
    { name: 'base: 40 bands, window 32 ms, hop 16 ms, dB' },
    { name: '64 bands', set: { 'features.spectrum.nMels': 64 } },
    { name: '80 bands', set: { 'features.spectrum.nMels': 80 } },
    { name: 'window 16 ms', set: { 'features.spectrum.winLength': 128 } },
    { name: 'window 64 ms', set: { 'features.spectrum.winLength': 512 } },
    // As many seconds, in more or fewer frames.
    { name: 'hop 8 ms', set: { 'features.spectrum.hopLength': 64, 'features.size.frames': 128 } },
    { name: 'hop 32 ms', set: { 'features.spectrum.hopLength': 256, 'features.size.frames': 32 } },
    { name: 'natural logarithm', set: { 'features.spectrum.log': 'ln' } },
    { name: 'Whisper’s logarithm', set: { 'features.spectrum.log': 'whisper' } },
    { name: 'no logarithm', set: { 'features.spectrum.log': 'none' } },
  ],
  metric: 'testAccuracy',
} satisfies SweepSettings;
