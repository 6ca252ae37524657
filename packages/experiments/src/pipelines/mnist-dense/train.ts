import { accuracy, adam, type BatchOf, cosine, crossEntropy, DataLoader } from '@sonograd/nn';
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
  readonly training: DenseConfig['training'];
}

/** Teaches a net the digits; the best epoch by its accuracy on pictures held back is the one that stays. */
export async function trainNet<Config extends PipelineConfig>(
  work: TrainingWork<Config, PictureData>,
  model: DenseNet,
  { training, ...phase }: NetPhase,
): Promise<void> {
  const { data, config } = work;
  const { batchSize, rate, epochs, distort } = training;
  const key = foldIn(randomKey(config.seed), phase.name);
  const loading = { batchSize, key };
  const totalSteps = epochs * Math.ceil(data.train.places.length / batchSize);
  await trainPhase(work, {
    ...{ ...phase, model, epochs },
    optimizer: adam(model, { rate: cosine({ rate, totalSteps }) }),
    loader:
      distort > 0
        ? epochLoader(
            bentPictures(data.train, data.moments, { strength: distort, seed: config.seed }),
            loading,
          )
        : new DataLoader(pictureRowsInMemory(data.train, data.moments), loading),
    loss: (model: DenseNet, { x, y }: BatchOf<Labelled>) => crossEntropy(model.forward(x), y),
    held: pictureRowsInMemory(data.validation, data.moments),
    metrics: { accuracy: (model: DenseNet, { x, y }: BatchOf<Labelled>) => accuracy(model.forward(x), y) },
    best: { metric: 'accuracy', mode: 'max' },
  });
}
