import { accuracy, adam, type BatchOf, cosine, crossEntropy, DataLoader, type Module } from '@sonograd/nn';
import { foldIn, randomKey } from '@sonograd/tensor';
import type { PipelineConfig, TrainingWork } from '../pipeline.ts';
import { epochLoader } from '../shared/augmentEpochs.ts';
import type { Labelled } from '../shared/labelled.ts';
import { trainPhase } from '../shared/phase.ts';
import type { DenseConfig } from './config.ts';
import type { DenseNet } from './model.ts';
import { bentPictures, type PictureData, pictureRowsInMemory } from './pictures.ts';

interface NetPhase {
  readonly name: string;
  readonly folder?: string;
  /** What goes into checkpoints, where it is more than the net. */
  readonly keeps?: Module;
  readonly training: DenseConfig['training'];
}

/** Teaches a net the digits; the best epoch by its accuracy on pictures held back is the one that stays. */
export async function trainNet<Config extends PipelineConfig>(
  work: TrainingWork<Config, PictureData>,
  net: DenseNet,
  { training, keeps = net, ...phase }: NetPhase,
): Promise<void> {
  const { data, config } = work;
  const { batchSize, rate, epochs, distort } = training;
  const key = foldIn(randomKey(config.seed), 'order');
  const loading = { batchSize, key };
  const totalSteps = epochs * Math.ceil(data.train.places.length / batchSize);
  await trainPhase(work, {
    ...{ ...phase, model: keeps, epochs },
    optimizer: adam(net, { rate: cosine({ rate, totalSteps }) }),
    loader:
      distort > 0
        ? epochLoader(
            bentPictures(data.train, data.moments, { strength: distort, seed: config.seed }),
            loading,
          )
        : new DataLoader(pictureRowsInMemory(data.train, data.moments), loading),
    loss: (_, { x, y }: BatchOf<Labelled>) => crossEntropy(net.forward(x), y),
    held: pictureRowsInMemory(data.validation, data.moments),
    metrics: { accuracy: (_, { x, y }: BatchOf<Labelled>) => accuracy(net.forward(x), y) },
    best: { metric: 'accuracy', mode: 'max' },
  });
}
