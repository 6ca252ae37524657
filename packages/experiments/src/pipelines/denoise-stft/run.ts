import { encodeWav } from '@sonograd/dsp';
import { adam, cosine, type Dataset, listDataset, loadStateDict } from '@sonograd/nn';
import { foldIn, fromArray, noGrad, randomKey, type Tensor } from '@sonograd/tensor';
import type { EvaluationWork, ListeningWork, Pipeline, Trained, TrainingWork } from '../pipeline.ts';
import { type EpochItems, epochLoader } from '../shared/augmentEpochs.ts';
import type { Labelled } from '../shared/labelled.ts';
import { rowsOf } from '../shared/latent.ts';
import { trainPhase } from '../shared/phase.ts';
import { type DenoiseConfig, defaults, quick, schema } from './config.ts';
import { denoised, evaluateDenoiser, hardest, shownOf, testSeed } from './evaluate.ts';
import { lossOf, type NoisyBatch, negativeSnr } from './losses.ts';
import { type Denoiser, denoiserOf, magnitudesOf } from './model.ts';
import { heldClips, type NoisyClip, noisyAt, trainingClips } from './noisyClips.ts';
import { prepareSounds, type SoundData } from './sounds.ts';
import { denoiseFile } from './stream/denoiseFile.ts';

type Config = DenoiseConfig;

export const denoiseStft: Pipeline<Config, SoundData> = {
  name: 'denoise-stft',
  summary: 'takes the noise from a sound: a gain for each bin of its spectrum, the phases stay',
  ...{ schema, defaults, quick },
  epochFields: ['training.epochs'],
  prepare: prepareSounds,
  train,
  evaluate,
  listen,
  denoise: (trained, job) => denoiseFile(trainedModel(trained), trained.config, job),
};

/** How many sounds the mean and the spread of each bin are taken from. */
const measuredClips = 500;

async function train(work: TrainingWork<Config, SoundData>): Promise<void> {
  const { config, data } = work;
  const { batchSize, rate, epochs, loss } = config.training;
  const key = randomKey(config.seed);
  const clips = trainingClips(data.train, config);
  const model = denoiserOf(config, key);
  await model.standardise.measure(framesSeen(model, clips));
  const totalSteps = epochs * Math.ceil(data.train.length / batchSize);
  await trainPhase<Config, Denoiser, NoisyClip, NoisyBatch>(work, {
    ...{ name: 'denoiser', model, epochs },
    optimizer: adam(model, { rate: cosine({ rate, totalSteps }) }),
    loader: epochLoader<NoisyClip, NoisyBatch>(clips, { batchSize, key: foldIn(key, 'order') }),
    loss: lossOf(loss),
    held: heldClips(data.validation, config),
    metrics: { snrDb: (model, { noisy, clean }) => -negativeSnr(model.forward(noisy), clean).item() },
    best: { metric: 'snrDb', mode: 'max' },
  });
}

/** What the network will see of training clips, frame by frame, before it is standardised. */
function framesSeen(model: Denoiser, clips: EpochItems<NoisyClip>): Dataset<Labelled> {
  const count = Math.min(measuredClips, clips.length);
  const frames = Array.from({ length: count }, (_, index) => {
    const { noisy } = clips.get(Math.floor((index * clips.length) / count), 0);
    return noGrad(() => {
      const { real, imaginary } = model.stft.forward(fromArray(noisy, [1, noisy.length]) as Tensor);
      const seen = model.compressed(magnitudesOf(real, imaginary)).squeeze(0).transpose(0, 1);
      return rowsOf(seen as Tensor);
    });
  });
  return listDataset(frames.flat().map((x) => ({ x, y: 0 })));
}

async function evaluate(work: EvaluationWork<Config, SoundData>) {
  return evaluateDenoiser(work, trainedModel(work));
}

/** A run's listening: test clips in the hardest noise, without it, and as they were. */
function listen({ config, data, run, ...trained }: ListeningWork<Config, SoundData>): string[] {
  const model = trainedModel({ config, ...trained });
  const { sampleRate } = config.stft;
  return shownOf(data.test).flatMap((clip) => {
    const { noisy, clean } = noisyAt(clip, { ...hardest(config), sampleRate, seed: testSeed });
    const name = clip.item.id.replaceAll(/[^\w-]/g, '_');
    const sounds = { 'a-noisy': noisy, 'b-denoised': denoised(model, noisy), 'c-clean': clean };
    return Object.entries(sounds).map(([kind, samples]) =>
      run.write(
        `samples/${name}-${kind}.wav`,
        encodeWav({ channels: [withoutClipping(samples)], sampleRate }),
      ),
    );
  });
}

/** Noise 8 dB above speech goes beyond full scale. */
function withoutClipping(samples: Float32Array): Float32Array {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return peak < 1 ? samples : samples.map((sample) => (0.99 * sample) / peak);
}

function trainedModel({ config, state }: Trained<Config>): Denoiser {
  const model = denoiserOf(config, randomKey(config.seed));
  loadStateDict(model, state);
  return model.eval();
}
