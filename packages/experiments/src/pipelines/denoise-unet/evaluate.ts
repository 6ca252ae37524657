import { siSdr } from '@sonograd/dsp';
import { collate, summary } from '@sonograd/nn';
import type { Feature } from '../../features/fit.ts';
import type { ReportData } from '../../runs/reportData.ts';
import type { Evaluation, EvaluationWork } from '../pipeline.ts';
import { pictureOf } from '../shared/examples.ts';
import { layerHealth, modelRows } from '../shared/inspect.ts';
import { labelled } from '../shared/labelled.ts';
import { meanSquareOfMean } from '../shared/meanSquare.ts';
import { noisyFeature, type Pair, type PairData } from '../shared/pairData.ts';
import { meanOf, type PairScore, scoreTables } from '../shared/pairScores.ts';
import { cleanSound, noisySound } from '../shared/pairSounds.ts';
import { describeCorpus } from '../shared/speechData.ts';
import type { DenoiseUnetConfig } from './config.ts';
import type { ClipInNoise, Denoised, Denoiser } from './denoiser.ts';
import { shownPairs } from './listen.ts';

type Work = EvaluationWork<DenoiseUnetConfig, PairData>;

/** Errors on test clips, beside those of doing nothing and of always drawing the mean picture. */
export async function evaluateDenoiser(denoiser: Denoiser, { data, config }: Work): Promise<Evaluation> {
  const { pixels, decibels } = scoreClips(denoiser, data, config);
  const meanImageMse = await meanSquareOfMean(labelled(data.store, data.test, ({ data }) => data));
  const about = summary(denoiser.model, denoiser.inputShape);
  const errors = { testMse: denoisedMean(pixels), noisyMse: heardMean(pixels), meanImageMse };
  const ratios =
    decibels.length > 0 ? { testSiSdr: denoisedMean(decibels), noisySiSdr: heardMean(decibels) } : {};
  const pixelTable: ReportData['tables'][number] = {
    title: 'Mean squared error of pixels on test clips',
    head: ['', 'error'],
    rows: [
      ['denoised', errors.testMse],
      ['as heard, in noise', errors.noisyMse],
      ['the mean of all clean test pictures', meanImageMse],
    ],
  };
  return {
    metrics: { ...errors, ...ratios, testClips: data.test.length, parameters: about.parameters },
    report: {
      title: 'Noise taken out of spoken digits',
      summary: `A ${denoiser.title} is shown a noisy clip and gives the clean one.`,
      corpus: describeCorpus(data),
      models: [modelRows(denoiser.title, about)],
      tables: [pixelTable, ...scoreTables(pixels, 'Error'), ...scoreTables(decibels, 'SI-SDR in dB')],
      examples: shownPairs(data).map((clip) => exampleOf(clip, data, denoiser.denoise(clip))),
      layers: layerHealth(denoiser.model, () => firstLoss(denoiser, data), denoiser.title),
    },
  };
}

const denoisedMean = (scores: readonly PairScore[]) => meanOf(scores, ({ denoised }) => denoised);
const heardMean = (scores: readonly PairScore[]) => meanOf(scores, ({ heard }) => heard);

/** Every test clip in every noise: by its pixels, and by its samples where the network gives any. */
function scoreClips(denoiser: Denoiser, data: PairData, { features }: DenoiseUnetConfig) {
  const pixels: PairScore[] = [];
  const decibels: PairScore[] = [];
  for (const noise of data.noisy) {
    for (const place of data.test) {
      const item = data.store.items[place]!;
      const clean = data.store.feature(place);
      const { picture, sound } = denoiser.denoise({ place, noise });
      const error = (other: Feature) => meanSquare(clean.data, other.data);
      const of = { item, noise: noise.name };
      const heard = noisyFeature(noise, data.store, place);
      pixels.push({ ...of, heard: error(heard), denoised: error(picture) });
      if (sound === undefined) continue;
      const target = cleanSound(item.source, features);
      const noisy = noisySound(target, item.id, features, noise.noise);
      decibels.push({ ...of, heard: siSdr(target, noisy), denoised: siSdr(target, sound) });
    }
  }
  return { pixels, decibels };
}

const meanSquare = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0) / a.length;

function firstLoss(denoiser: Denoiser, data: PairData) {
  const pairs = denoiser.pairs(data.test);
  const some = Array.from({ length: Math.min(8, pairs.length) }, (_, index) => pairs.get(index) as Pair);
  return denoiser.loss(denoiser.model, collate(some));
}

/** A clip as it was, as it is heard, and as the model has it. */
function exampleOf(
  { place, noise }: ClipInNoise,
  { store }: PairData,
  { picture }: Denoised,
): ReportData['examples'][number] {
  const { digit, speaker, id } = store.items[place]!;
  return {
    title: `${digit} by ${speaker}`,
    caption: `${id}, ${noise.name}`,
    pictures: [
      { title: 'clean', picture: pictureOf(store.feature(place)) },
      { title: 'noisy', picture: pictureOf(noisyFeature(noise, store, place)) },
      { title: 'denoised', picture: pictureOf(picture) },
    ],
    sounds: [],
  };
}
