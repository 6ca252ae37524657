import {
  adam,
  DataLoader,
  type Dataset,
  decodeCheckpoint,
  encodeCheckpoint,
  stateDict,
  wholeMetric,
} from '@sonograd/nn';
import { foldIn, randomKey, type Tensor } from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
import type { FeatureStore } from '../../features/store.ts';
import type { RunFolder } from '../../runs/runFolder.ts';
import type { TrainingWork } from '../pipeline.ts';
import { seedOf } from '../shared/augment.ts';
import { maskFeature } from '../shared/augmentEpochs.ts';
import { type CompanionsConfig, companionFeatures } from '../shared/companions.ts';
import { trainPhase } from '../shared/phase.ts';
import type { SpeechData } from '../shared/speechData.ts';
import { meanSpectra, placeClips, quietSpectra, speakersOf } from './clips.ts';
import type { SpeakerSiameseConfig } from './config.ts';
import { type Draw, type DrawBatch, Draws, drawsInOrder, embedDraws, lossOf, mixedDraws } from './draws.ts';
import { encoderOf, type SpeakerEncoder } from './model.ts';
import { allPairs, chosenClips, verify } from './verification.ts';

type Config = SpeakerSiameseConfig;

/** First the baselines, in one go; then the network, draw by draw; then where to draw the line. */
export async function train(work: TrainingWork<Config, SpeechData>): Promise<void> {
  const { config, data } = work;
  const { store, train } = data;
  const { bins } = store.shape;
  const { batchSize, rate, epochs, drawsPerEpoch, heldDraws } = config.training;
  const key = randomKey(config.seed);
  const speakers = speakersOf(store, train);
  const model = encoderOf(config, bins, new Set(speakers).size - 1);
  model.baseline.measure(meanSpectra(store, train), speakers, config.baseline);
  model.silence.measure(quietSpectra(store, train), speakers, config.baseline);
  const own = new Draws(store, train, foldIn(key, 'draws'), masking(config)).dataset();
  const draws = config.companions === null ? own : await besideCompanions(own, work, config.companions);
  const held = new Draws(store, data.validation, foldIn(key, 'held draws'));
  await trainPhase(work, {
    ...{ name: 'encoder', model, epochs },
    optimizer: adam(model, { rate }),
    loader: new DataLoader(draws, { batchSize, sampler: drawsInOrder(drawsPerEpoch) }),
    loss: (model, batch: DrawBatch) => lossOf(config.loss, embedDraws(model, batch, bins)),
    held: held.dataset(heldDraws),
    metrics: { eer: equalErrorOfDraws(bins) },
  });
  calibrate(model, store, chosenClips(held.possible ? data.validation : train));
  keepThresholds(model, work.run);
}

/** Draws of invented voices among those of the corpus. */
async function besideCompanions(
  own: Dataset<Draw>,
  work: TrainingWork<Config, SpeechData>,
  companions: CompanionsConfig,
): Promise<Dataset<Draw>> {
  const { config, data } = work;
  const key = randomKey(config.seed);
  const store = await companionFeatures(companions, config.features, data.moments, work);
  const others = new Draws(store, Array.from(store.items.keys()), foldIn(key, 'companions'), masking(config));
  return mixedDraws(own, others.dataset(), companions.share, foldIn(key, 'crowds'));
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
