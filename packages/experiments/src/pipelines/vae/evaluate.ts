import { DataLoader, type Dataset, klToUnitGaussian, summary } from '@sonograd/nn';
import { foldIn, noGrad, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import type { Evaluation, EvaluationWork } from '../pipeline.ts';
import { reportClassification } from '../shared/classification.ts';
import { layerHealth, modelRows } from '../shared/inspect.ts';
import { firstRows, type Labelled, labelled } from '../shared/labelled.ts';
import { latentPoints, rowsOf } from '../shared/latent.ts';
import { meanSquare, meanSquareOfMean } from '../shared/meanSquare.ts';
import { describeCorpus, type SpeechData } from '../shared/speechData.ts';
import { pictureSize, type VaeConfig } from './config.ts';
import { hear } from './hear.ts';
import { tell, vaeLoss } from './loss.ts';
import { toldFor } from './make.ts';
import type { VaeSystem } from './model.ts';
import { examplesFrom } from './show.ts';
import { trainedSystem } from './system.ts';
import { flat } from './train.ts';
import { type HeardClip, judged, mean, rightShare, sureness, verdicts } from './trials.ts';

export async function evaluate(work: EvaluationWork<VaeConfig, SpeechData>): Promise<Evaluation> {
  const { config, data } = work;
  const system = trainedSystem(work);
  const clips = labelled(data.store, data.test, flat);
  const items = Array.from(data.test, (place) => data.store.items[place]!);
  const looks = await lookAt(system, clips);
  const trials = judged(system, looks, config.seed);
  const meanImageMse = await meanSquareOfMean(clips);
  const testMse = mean(looks.map(({ squaredError }) => squaredError));
  const testKl = mean(looks.map(({ kl }) => kl));
  const heardAs = looks.map(({ after }) => after.digit);
  const about = summary(system.vae, (vae) => vae.regenerate(blank(config), toldFor(system, [0])));
  return {
    metrics: {
      regeneratedAccuracy: rightShare(trials.regenerated),
      regeneratedConfidence: sureness(trials.regenerated),
      generatedAccuracy: rightShare(trials.ordered),
      judgeAccuracy: rightShare(trials.real),
      ...{ testMse, meanImageMse, testKl, testClips: items.length, parameters: about.parameters },
    },
    report: {
      title: 'Sounds out of a code',
      summary:
        'Confusions and scores are the judge’s: what it hears in the test clips as the code gives them back.',
      corpus: describeCorpus(data),
      ...reportClassification(items, heardAs).report,
      models: [modelRows('autoencoder', about)],
      tables: [verdicts(trials), errors({ testMse, meanImageMse, testKl })],
      examples: examplesFrom(system, data, heardAs, config),
      layers: layerHealth(system.vae, () => lossOn(system, config, clips), 'autoencoder'),
      latent: latentPoints(
        items,
        looks.map(({ code }) => code),
      ),
    },
  };
}

/** What became of one test clip. */
interface Look extends HeardClip {
  /** Of a cell, on the mean. */
  readonly squaredError: number;
  readonly kl: number;
  readonly code: Float32Array;
}

async function lookAt({ vae, judge }: VaeSystem, clips: Dataset<Labelled>): Promise<Look[]> {
  const looks: Look[] = [];
  for await (const assemble of new DataLoader(clips, { batchSize: 256 }).prepared()) {
    noGrad(() => {
      const { x, y } = assemble();
      const told = tell(vae, y);
      const cloud = vae.encode(x as Tensor, told);
      const out = vae.decode(cloud.mean, told);
      const kl = klToUnitGaussian(cloud.mean, cloud.logVariance, { reduction: 'none' }).data;
      const [error, codes] = [meanSquare(out, x as Tensor), rowsOf(cloud.mean)];
      const [before, after] = [hear(judge, x as Tensor), hear(judge, out)];
      codes.forEach((code, n) => {
        const own = { digit: y.data[n]!, squaredError: error[n]!, kl: kl[n]!, code };
        looks.push({ ...own, before: before[n]!, after: after[n]! });
      });
    });
  }
  return looks;
}

const errors = ({
  testMse,
  meanImageMse,
  testKl,
}: Record<'testMse' | 'meanImageMse' | 'testKl', number>) => ({
  title: 'Reconstruction of test clips',
  head: ['', 'figure'],
  rows: [
    ['squared error of a cell, out of the code', testMse],
    ['the same of the mean of all test clips', meanImageMse],
    ['nats in a code', testKl],
  ],
});

function lossOn({ vae }: VaeSystem, { loss, seed }: VaeConfig, clips: Dataset<Labelled>): Tensor {
  const options = { config: loss, key: foldIn(randomKey(seed), 'noise'), step: () => 0, stepsPerEpoch: 1 };
  return vaeLoss(options)(vae, firstRows(clips));
}

function blank({ features }: VaeConfig): Tensor {
  const { bins, frames } = pictureSize(features);
  return zeros([1, bins * frames]) as Tensor;
}
