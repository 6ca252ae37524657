import { z } from 'zod';
import { speechFields, trainingFields } from '../shared/config.ts';

/** Which pictures: drawn by invented hands, or those in a folder of MNIST files. */
export const pictureCorpus = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('synth'),
    /** Hands, each with a slant and a pen of its own. */
    speakers: z.int().min(2).max(100_000).default(12),
    takes: z.int().min(1).max(1000).default(10),
    seed: z.int().min(0).max(1_000_000).default(0),
  }),
  z.strictObject({ name: z.literal('mnist'), folder: z.string().min(1).default('data/mnist') }),
]);

/** What every pipeline on pictures of digits is told of its data. */
export const pictureFields = {
  corpus: pictureCorpus.prefault({ name: 'synth' }),
  /** Of the training pictures; they choose the epoch that is kept. */
  validationShare: z.number().min(0).max(0.9).default(0.1),
  seed: speechFields.seed,
};

/** The net itself and how it learns. */
export const denseFields = {
  model: z
    .strictObject({
      hidden: z.int().min(1).max(8192).default(1024),
      layers: z.int().min(1).max(16).default(5),
      dropout: z.number().min(0).max(0.9).default(0.2),
    })
    .prefault({}),
  training: trainingFields
    .extend({
      /**
       * How much each epoch bends the pictures: 1 turns and leans them by a tenth of a radian or so and moves them by
       * a pixel; 0 leaves them alone.
       */
      distort: z.number().min(0).max(3).default(1),
    })
    .prefault({}),
};

export const schema = z.strictObject({ ...pictureFields, ...denseFields });

export type MnistDenseConfig = z.infer<typeof schema>;
export type DenseConfig = Pick<MnistDenseConfig, 'model' | 'training' | 'seed'>;

export const defaults = { training: { epochs: 30, batchSize: 128 } } satisfies z.input<typeof schema>;

export const quick = {
  corpus: { name: 'synth', speakers: 10, takes: 4 },
  model: { hidden: 64, layers: 2 },
  training: { epochs: 8, batchSize: 32, rate: 2e-3 },
} as const;
