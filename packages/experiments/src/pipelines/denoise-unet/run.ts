import { adam, cosine, DataLoader, loadStateDict } from '@sonograd/nn';
import { foldIn, randomKey } from '@sonograd/tensor';
import type { EvaluationWork, Pipeline, TrainingWork } from '../pipeline.ts';
import { type PairData, preparePairs } from '../shared/pairData.ts';
import { epochsInParts } from '../shared/pairSampler.ts';
import { inParts } from '../shared/pairSteps.ts';
import { trainPhase } from '../shared/phase.ts';
import { type DenoiseUnetConfig, defaults, quick, schema } from './config.ts';
import { type Denoiser, denoiserOf } from './denoiser.ts';
import { evaluateDenoiser } from './evaluate.ts';
import { listenToPairs } from './listen.ts';

type Config = DenoiseUnetConfig;

export const denoiseUnet: Pipeline<Config, PairData> = {
  name: 'denoise-unet',
  summary: 'takes noise out of pictures of sound: a U-Net 1-32-64-128 on mel spectrograms of 112 x 112',
  ...{ schema, defaults, quick },
  epochFields: ['training.epochs'],
  prepare: preparePairs,
  train,
  evaluate: (work) => evaluateDenoiser(trainedDenoiser(work), work),
  listen: (work) => listenToPairs(trainedDenoiser(work), work),
};

async function train(work: TrainingWork<Config, PairData>): Promise<void> {
  const { config, data } = work;
  const { epochs, batchSize, rate, schedule, clipsAtOnce, validateEvery } = config.training;
  const key = randomKey(config.seed);
  const denoiser = denoiserOf(config, data);
  const { model, loss } = denoiser;
  denoiser.start(foldIn(key, 'start'));
  const clips = denoiser.pairs(data.train);
  const parts = Math.max(1, Math.round(clips.length / batchSize / validateEvery));
  const sampler = epochsInParts(clips.length, parts, foldIn(key, 'order of clips'));
  const loader = new DataLoader(clips, { batchSize, sampler });
  const totalSteps = epochs * parts * loader.length!;
  await trainPhase(work, {
    ...{ name: 'denoiser', model, loader, epochs: epochs * parts },
    held: denoiser.pairs(data.validation),
    optimizer: adam(model, { rate: schedule === 'cosine' ? cosine({ rate, totalSteps }) : rate }),
    loss: inParts(clipsAtOnce, loss),
  });
}

function trainedDenoiser({ config, data, state }: EvaluationWork<Config, PairData>): Denoiser {
  const denoiser = denoiserOf(config, data);
  loadStateDict(denoiser.model, state);
  denoiser.model.eval();
  return denoiser;
}
