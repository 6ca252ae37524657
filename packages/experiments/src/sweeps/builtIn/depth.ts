import type { SweepSettings } from '../declaration.ts';

export const depth = {
  title: 'How deep into silence',
  pipeline: 'embed-average',
  factors: { 'features.spectrum.topDb': [40, 60, 80, 100] },
} satisfies SweepSettings;
