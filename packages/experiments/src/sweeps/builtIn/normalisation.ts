import type { SweepSettings } from '../declaration.ts';

/** What becomes of loudness, of channels, and of silence. */
export const normalisation = {
  title: 'Normalisation',
  about:
    'Numbers taken from each clip or from all training clips, for everything at once or band by band; silence cut off, or what fills up short clips. Try it with --speakers-out: on a voice that training never heard, this matters most.',
  pipeline: 'recognise-cnn',
  base: {
    'features.normalise': { kind: 'mean-variance', over: 'utterance', per: 'all' },
    'features.size': { fit: 'pad', frames: 64 },
    'features.trimDb': null,
  },
  cells: [
    { name: 'base: each clip, all bands together' },
    { name: 'each clip, band by band', set: { 'features.normalise.per': 'bin' } },
    { name: 'each clip, from 0 to 1', set: { 'features.normalise.kind': 'min-max' } },
    { name: 'all clips, all bands together', set: { 'features.normalise.over': 'corpus' } },
    {
      name: 'all clips, band by band',
      set: { 'features.normalise.over': 'corpus', 'features.normalise.per': 'bin' },
    },
    { name: 'none', set: { 'features.normalise.kind': 'none' } },
    { name: 'silence cut off, 30 dB', set: { 'features.trimDb': 30 } },
    { name: 'padded with 0', set: { 'features.size.padWith': 0 } },
    { name: 'padded on both sides', set: { 'features.size.align': 'center' } },
  ],
  metric: 'testAccuracy',
} satisfies SweepSettings;
