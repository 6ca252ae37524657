import {
  adam,
  collate,
  DataLoader,
  decodeCheckpoint,
  encodeCheckpoint,
  loadStateDict,
  stateDict,
  summary,
  wholeMetric,
} from '@sonograd/nn';
import { foldIn, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
import type { FeatureStore } from '../../features/store.ts';
import { InputError } from '../../inputError.ts';
import type { RunFolder } from '../../runs/runFolder.ts';
import type { EvaluationWork, Pipeline, PrepareOptions, Tools, Trained, TrainingWork } from '../pipeline.ts';
import { seedOf } from '../shared/augment.ts';
import { maskFeature } from '../shared/augmentEpochs.ts';
import { groupBy } from '../shared/groupBy.ts';
import { layerHealth, modelRows } from '../shared/inspect.ts';
import { trainPhase } from '../shared/phase.ts';
import { describeCorpus, prepareSpeech, type SpeechData } from '../shared/speechData.ts';
import { meanSpectra, placeClips, quietSpectra, speakersOf } from './clips.ts';
import { defaults, quick, type SpeakerSiameseConfig, schema } from './config.ts';
import { type Draw, type DrawBatch, Draws, drawsInOrder, embedDraws, lossOf } from './draws.ts';
import { SpeakerEncoder } from './model.ts';
import { reportVerification } from './report.ts';
import { allPairs, chosenClips, verify } from './verification.ts';

type Config = SpeakerSiameseConfig;

export const speakerSiamese: Pipeline<Config, SpeechData> = {
  name: 'speaker-siamese',
  summary: 'one speaker or two? spectra through a bidirectional GRU to points on a sphere, near or far',
  ...{ schema, defaults, quick },
  epochFields: ['training.epochs'],
  prepare,
  train,
  evaluate,
};

async function prepare(config: Config, tools: Tools, options: PrepareOptions = {}): Promise<SpeechData> {
  const data = await prepareSpeech(config, tools, options);
  if (options.everythingIsTest !== true) requirePairs('training', data.store, data.train);
  requirePairs('the test', data.store, data.test);
  return data;
}

/** First the baselines, in one go; then the network, draw by draw; then where to draw the line. */
async function train(work: TrainingWork<Config, SpeechData>): Promise<void> {
  const { config, data } = work;
  const { store, train } = data;
  const { bins } = store.shape;
  const { batchSize, rate, epochs, drawsPerEpoch, heldDraws } = config.training;
  const key = randomKey(config.seed);
  const speakers = speakersOf(store, train);
  const model = modelOf(config, bins, new Set(speakers).size - 1);
  model.baseline.measure(meanSpectra(store, train), speakers, config.baseline);
  model.silence.measure(quietSpectra(store, train), speakers, config.baseline);
  const draws = new Draws(store, train, foldIn(key, 'draws'), masking(config));
  const held = new Draws(store, data.validation, foldIn(key, 'held draws'));
  await trainPhase(work, {
    ...{ name: 'encoder', model, epochs },
    optimizer: adam(model, { rate }),
    loader: new DataLoader(draws.dataset(), { batchSize, sampler: drawsInOrder(drawsPerEpoch) }),
    loss: (model, batch: DrawBatch) => lossOf(config.loss, embedDraws(model, batch, bins)),
    held: held.dataset(heldDraws),
    metrics: { eer: equalErrorOfDraws(bins) },
  });
  calibrate(model, store, chosenClips(held.possible ? data.validation : train));
  keepThresholds(model, work.run);
}

/** Parts of each clip hidden, others in every draw. */
function masking({ augment, seed }: Config): (feature: Feature, number: number) => Feature {
  const { specAugment } = augment;
  if (specAugment === null) return (feature) => feature;
  return (feature, number) => maskFeature(feature, specAugment, seedOf(seed, number));
}

/** The equal error rate over all pairs of the draws held out. */
function equalErrorOfDraws(bins: number) {
  return wholeMetric({
    collect(model: SpeakerEncoder, batch: DrawBatch) {
      const [anchor, positive, negative] = embedDraws(model, batch, bins) as [Tensor, Tensor, Tensor];
      return [positive, negative].map((other) => Array.from(anchor.mul(other).sum(-1).data));
    },
    over(parts) {
      const [same, others] = [0, 1].map((kind) => parts.flatMap((part) => part[kind]!)) as [
        number[],
        number[],
      ];
      const answers = [...same.map(() => 1), ...others.map(() => 0)];
      return verify({ scores: [...same, ...others], same: answers }).equalErrorRate;
    },
  });
}

/** Thresholds from clips that the test knows nothing of: where both kinds of error are alike. */
function calibrate(model: SpeakerEncoder, store: FeatureStore, clips: Int32Array): void {
  const speakers = speakersOf(store, clips);
  const judges = placeClips(model, store, clips);
  model.thresholds.data.set(judges.map((rows) => verify(allPairs(rows, speakers)).threshold));
}

/** The checkpoint of the best epoch was written before its thresholds were known. */
function keepThresholds(model: SpeakerEncoder, run: RunFolder): void {
  const best = decodeCheckpoint(run.readBytes('best.safetensors'));
  run.write('best.safetensors', encodeCheckpoint({ ...best, model: stateDict(model) }));
}

async function evaluate(work: EvaluationWork<Config, SpeechData>) {
  const { config, data } = work;
  const { store } = data;
  const { bins, frames } = store.shape;
  const model = trainedModel(work);
  const clips = chosenClips(data.test);
  const draws = new Draws(store, data.test, foldIn(randomKey(config.seed), 'a look')).dataset(8);
  const look = () =>
    collate(Array.from({ length: draws.length }, (_, draw) => draws.get(draw) as Draw)) as DrawBatch;
  const about = summary(model, (model) => model.forward(zeros([1, bins, frames]) as Tensor));
  const { metrics, report } = reportVerification({
    ...{ store, clips, train: data.train },
    judges: placeClips(model, store, clips),
    thresholds: Array.from(model.thresholds.data),
  });
  return {
    metrics: { ...metrics, parameters: about.parameters },
    report: {
      ...report,
      corpus: describeCorpus(data),
      models: [modelRows('encoder', about)],
      layers: layerHealth(model, () => lossOf(config.loss, embedDraws(model, look(), bins)), 'encoder'),
    },
  };
}

/** Two clips of one speaker, one of another: fewer make no pair of each kind. */
function requirePairs(purpose: string, store: FeatureStore, places: Int32Array): void {
  const clips = groupBy(speakersOf(store, places), (speaker) => speaker);
  if (clips.size > 1 && [...clips.values()].some((own) => own.length > 1)) return;
  const found = `${places.length} clips of ${[...clips.keys()].join(', ') || 'nobody'}`;
  throw new InputError(
    `speaker-siamese: needs two speakers for ${purpose}, and two clips of one of them, got ${found}`,
  );
}

const modelOf = ({ model, seed }: Config, bins: number, directions: number): SpeakerEncoder =>
  new SpeakerEncoder({ ...model, bins, directions, key: foldIn(randomKey(seed), 'weights') });

function trainedModel({ config, state }: Trained<Config>): SpeakerEncoder {
  const [bins = 1, directions = 1] = state.get('baseline.directions')?.shape ?? [];
  const model = modelOf(config, bins, directions);
  loadStateDict(model, state);
  return model.eval();
}
