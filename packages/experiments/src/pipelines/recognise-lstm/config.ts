import { z } from 'zod';
import { recogniserFields } from '../shared/recogniseConfig.ts';

export const schema = z.strictObject({
  ...recogniserFields,
  model: z
    .strictObject({
      /** Units of each direction. */
      hidden: z.int().min(1).max(4096).default(128),
      layers: z.int().min(1).max(8).default(1),
      /** Whether a second LSTM reads each clip from its end. */
      bidirectional: z.boolean().default(true),
      /** Of what was heard, before the answer, and between layers. */
      dropout: z.number().min(0).max(0.95).default(0.3),
    })
    .prefault({}),
});

export type RecogniseLstmConfig = z.infer<typeof schema>;

/**
 * A model that reads frame by frame is misled by silence and by what lies deep below the voice: rooms and microphones
 * differ most there.
 */
export const defaults = {
  features: {
    trimDb: 25,
    spectrum: { kind: 'log-mel', nFft: 256, winLength: 256, hopLength: 160, nMels: 32, topDb: 40 },
    size: { fit: 'pad', frames: 48 },
    normalise: { kind: 'mean-variance', over: 'utterance', per: 'all' },
  },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 6, takes: 4 },
  companions: null,
  model: { hidden: 64 },
  training: { epochs: 8 },
} as const;
