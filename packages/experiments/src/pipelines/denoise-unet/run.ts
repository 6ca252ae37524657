import { adam, cosine, DataLoader, loadStateDict, mse } from '@sonograd/nn';
import { foldIn, randomKey, type Tensor } from '@sonograd/tensor';
import type { FeatureStore } from '../../features/store.ts';
import type { ListeningWork, Pipeline, Trained, TrainingWork } from '../pipeline.ts';
import { type PairBatch, type PairData, pairDataset, preparePairs } from '../shared/pairData.ts';
import { inParts } from '../shared/pairSteps.ts';
import { trainPhase } from '../shared/phase.ts';
import { type DenoiseUnetConfig, defaults, quick, schema } from './config.ts';
import { denoisePicture, evaluatePictures } from './evaluate.ts';
import { startWeights } from './initialise.ts';
import { listenToPairs } from './listen.ts';
import { UNet } from './model.ts';

type Config = DenoiseUnetConfig;

export const denoiseUnet: Pipeline<Config, PairData> = {
  name: 'denoise-unet',
  summary: 'takes noise out of pictures of sound: a U-Net 1-32-64-128 on mel spectrograms of 112 x 112',
  ...{ schema, defaults, quick },
  epochFields: ['training.epochs'],
  prepare: preparePairs,
  train,
  evaluate: (work) => evaluatePictures(trainedModel(work), work),
  listen,
};

/** Noisy pictures in, clean pictures as the target: pixels' squared differences are all the network is told. */
async function train(work: TrainingWork<Config, PairData>): Promise<void> {
  const { config, data } = work;
  const { epochs, batchSize, rate, schedule, clipsAtOnce } = config.training;
  const key = randomKey(config.seed);
  const model = modelOf(config);
  startWeights(model, config.model.initialise, meanPixel(data.store, data.train), foldIn(key, 'start'));
  const loader = new DataLoader(pairDataset(data, data.train), {
    batchSize,
    key: foldIn(key, 'order of clips'),
  });
  const totalSteps = epochs * loader.length!;
  await trainPhase(work, {
    ...{ name: 'denoiser', model, loader, epochs },
    held: pairDataset(data, data.validation),
    optimizer: adam(model, { rate: schedule === 'cosine' ? cosine({ rate, totalSteps }) : rate }),
    loss: inParts(clipsAtOnce, (model: UNet, { x, y }: PairBatch) => mse(model.forward(x) as Tensor, y)),
  });
}

function listen(work: ListeningWork<Config, PairData>): string[] {
  const model = trainedModel(work);
  return listenToPairs(work, (heard) => denoisePicture(model, heard));
}

function meanPixel(store: FeatureStore, places: Int32Array): number {
  let sum = 0;
  for (const place of places) {
    const { data } = store.feature(place);
    sum += data.reduce((total, value) => total + value, 0) / data.length;
  }
  return sum / places.length;
}

function modelOf({ model, seed }: Config): UNet {
  return new UNet({ ...model, key: foldIn(randomKey(seed), 'weights') });
}

function trainedModel(trained: Trained<Config>): UNet {
  const model = modelOf(trained.config);
  loadStateDict(model, trained.state);
  return model.eval();
}
