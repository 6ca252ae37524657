import type { SweepSettings } from '../declaration.ts';

const specAugment = { frequencyMasks: 2, frequencyShare: 0.15, timeMasks: 2, timeShare: 0.15 };

/** From nothing at all to everything together. */
export const regularisation = {
  title: 'Regularisation',
  about:
    'What keeps a network from learning its clips by heart, each on its own and all together: dropout, masks over bands and time (SpecAugment), clips varied as by other people, invented voices beside them.',
  pipeline: 'recognise-cnn',
  base: {
    'model.dropout': 0,
    'augment.specAugment': null,
    companions: null,
    vary: { tract: 0, tempo: 0, channel: 0, floor: 0 },
    'training.weightDecay': 0,
    'training.labelSmoothing': 0,
  },
  cells: [
    { name: 'base: nothing' },
    { name: 'dropout 0.3', set: { 'model.dropout': 0.3 } },
    { name: 'dropout 0.6', set: { 'model.dropout': 0.6 } },
    { name: 'SpecAugment', set: { 'augment.specAugment': specAugment } },
    {
      name: 'dropout 0.3 and SpecAugment',
      set: { 'model.dropout': 0.3, 'augment.specAugment': specAugment },
    },
    { name: 'labels smoothed', set: { 'training.labelSmoothing': 0.1 } },
    { name: 'clips varied', set: { vary: { tract: 0.1, tempo: 0.1, channel: 0.2, floor: 0.2 } } },
    { name: 'invented voices', set: { companions: { speakers: 300, share: 0.5 } } },
    {
      name: 'all of it',
      set: {
        'model.dropout': 0.3,
        'augment.specAugment': specAugment,
        'training.labelSmoothing': 0.1,
        'training.weightDecay': 0.01,
        vary: { tract: 0.1, tempo: 0.1, channel: 0.2, floor: 0.2 },
        companions: { speakers: 300, share: 0.5 },
      },
    },
  ],
  metric: 'testAccuracy',
} satisfies SweepSettings;
