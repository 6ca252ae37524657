import type { SweepSettings } from '../declaration.ts';

/** About 195,000 parameters each, on the same pictures of 40 bands by 64 frames. */
export const families = {
  title: 'Families of recognisers',
  about:
    'A convolutional, a recurrent and an attending network of the same size (about 195,000 parameters) on the same features, with the same optimizer.',
  base: {
    'features.spectrum': { kind: 'log-mel', nMels: 40, nFft: 256, winLength: 256, hopLength: 128 },
    'features.size': { fit: 'pad', frames: 64 },
  },
  cells: [
    { name: 'convolutional', pipeline: 'recognise-cnn', set: { 'model.channels': [24, 48, 96, 160] } },
    { name: 'recurrent', pipeline: 'recognise-lstm', set: { 'model.hidden': 136 } },
    {
      name: 'attending',
      pipeline: 'recognise-transformer',
      set: {
        ...{ 'model.width': 88, 'model.layers': 3, 'model.heads': 4, 'model.feedforward': 168 },
        'model.patch.frames': 2,
      },
    },
  ],
  metric: 'testAccuracy',
} satisfies SweepSettings;
