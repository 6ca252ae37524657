import { DataLoader, mse, summary } from '@sonograd/nn';
import { fromArray, noGrad, type Tensor } from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
import type { ReportData } from '../../runs/reportData.ts';
import type { Evaluation, EvaluationWork } from '../pipeline.ts';
import { pictureOf } from '../shared/examples.ts';
import { layerHealth, modelRows } from '../shared/inspect.ts';
import { labelled } from '../shared/labelled.ts';
import { meanSquare, meanSquareOfMean } from '../shared/meanSquare.ts';
import { noisyFeature, type PairData, pairDataset } from '../shared/pairData.ts';
import { meanOf, type PairScore, scoreTables } from '../shared/pairScores.ts';
import { describeCorpus } from '../shared/speechData.ts';
import type { DenoiseUnetConfig } from './config.ts';
import { shownPairs } from './listen.ts';
import type { UNet } from './model.ts';

/** Errors of pixels on test clips, beside those of doing nothing and of always drawing the mean picture. */
export async function evaluatePictures(
  model: UNet,
  { data, config }: EvaluationWork<DenoiseUnetConfig, PairData>,
): Promise<Evaluation> {
  const scores = await scorePictures(model, data, config.training.clipsAtOnce);
  const testMse = meanOf(scores, ({ denoised }) => denoised);
  const noisyMse = meanOf(scores, ({ heard }) => heard);
  const meanImageMse = await meanSquareOfMean(labelled(data.store, data.test, ({ data }) => data));
  const { bins, frames } = data.store.shape;
  const about = summary(model, [1, 1, bins, frames]);
  return {
    metrics: {
      ...{ testMse, noisyMse, meanImageMse },
      ...{ testClips: data.test.length, parameters: about.parameters },
    },
    report: {
      title: 'Noise taken out of pictures of sound',
      summary: 'A U-Net is shown a noisy mel spectrogram and draws the clean one.',
      corpus: describeCorpus(data),
      models: [modelRows('U-Net', about)],
      tables: [
        {
          title: 'Mean squared error of pixels on test clips',
          head: ['', 'error'],
          rows: [
            ['denoised', testMse],
            ['as heard, in noise', noisyMse],
            ['the mean of all clean test pictures', meanImageMse],
          ],
        },
        ...scoreTables(scores, 'Error'),
      ],
      examples: examplesOf(data, (heard) => denoisePicture(model, heard)),
      layers: layerHealth(model, () => firstLoss(model, data), 'U-Net'),
    },
  };
}

/** A picture as the network would have it; no pixel is darker than 0 or brighter than 1. */
export function denoisePicture(model: UNet, heard: Feature): Feature {
  const { data, bins, frames } = heard;
  const out = noGrad(() => draw(model, fromArray(data, [1, 1, bins, frames]) as Tensor).data.slice());
  return { ...heard, data: out };
}

const draw = (model: UNet, x: Tensor): Tensor => (model.forward(x) as Tensor).clamp(0, 1) as Tensor;

async function scorePictures(model: UNet, data: PairData, batchSize: number): Promise<PairScore[]> {
  const { store, noisy, test } = data;
  const heard: number[] = [];
  const denoised: number[] = [];
  for await (const assemble of new DataLoader(pairDataset(data, test), { batchSize }).prepared()) {
    noGrad(() => {
      const { x, y } = assemble();
      const rows = (pictures: Tensor) => pictures.reshape([pictures.shape[0] ?? 0, -1]) as Tensor;
      heard.push(...meanSquare(rows(x), rows(y)));
      denoised.push(...meanSquare(rows(draw(model, x)), rows(y)));
    });
  }
  return heard.map((error, index) => ({
    item: store.items[test[index % test.length]!]!,
    noise: noisy[Math.floor(index / test.length)]!.name,
    heard: error,
    denoised: denoised[index]!,
  }));
}

function firstLoss(model: UNet, data: PairData): Tensor {
  const count = Math.min(8, data.test.length);
  const { x, y } = pairDataset(data, data.test).batch!(Int32Array.from({ length: count }, (_, n) => n));
  return mse(model.forward(x) as Tensor, y);
}

/** Some clips as they are heard, as the model has them, and as they were. */
export function examplesOf(data: PairData, denoise: (heard: Feature) => Feature): ReportData['examples'] {
  return shownPairs(data).map(({ place, noise }) => {
    const { digit, speaker, id } = data.store.items[place]!;
    const heard = noisyFeature(noise, data.store, place);
    return {
      title: `${digit} by ${speaker}`,
      caption: `${id}, ${noise.name}`,
      pictures: [
        { title: 'clean', picture: pictureOf(data.store.feature(place)) },
        { title: 'noisy', picture: pictureOf(heard) },
        { title: 'denoised', picture: pictureOf(denoise(heard)) },
      ],
      sounds: [],
    };
  });
}
