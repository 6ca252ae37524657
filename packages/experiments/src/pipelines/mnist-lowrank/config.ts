import { z } from 'zod';
import { defaults as dense, denseFields, pictureFields } from '../mnist-dense/config.ts';

const rank = z.int().min(1).max(1024);

export const schema = z
  .strictObject({
    ...pictureFields,
    ...denseFields,
    /** A run of `mnist-dense` whose net is taken; a net is trained here if null. */
    from: z.string().min(1).nullable().default(null),
    /** How many singular values of each weight are kept. */
    rank: rank.default(20),
    /** Other ranks, for the curve. */
    curve: z.array(rank).default([2, 5, 10, 40, 80]),
    /** How the factors learn afterwards. */
    fineTuning: denseFields.training,
  })
  .superRefine(({ rank, curve, model }, context) => {
    const most = Math.max(rank, ...curve);
    if (most > model.hidden)
      context.addIssue({
        code: 'custom',
        path: ['rank'],
        message: `a rank exceeds the units of a layer, ${most} > ${model.hidden}`,
      });
  });

export type MnistLowRankConfig = z.infer<typeof schema>;

export const defaults = {
  ...dense,
  fineTuning: { epochs: 2, batchSize: 128 },
} satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 10, takes: 4 },
  model: { hidden: 64, layers: 2 },
  training: { epochs: 8, batchSize: 32, rate: 2e-3 },
  rank: 8,
  curve: [2],
  fineTuning: { epochs: 4, batchSize: 32, rate: 2e-3 },
} as const;

/** Every rank once, the wanted one last: what is trained last is what a run is known by. */
export const ranksOf = ({ rank, curve }: Pick<MnistLowRankConfig, 'rank' | 'curve'>): number[] => [
  ...new Set(curve.filter((other) => other !== rank).sort((a, b) => a - b)),
  rank,
];
