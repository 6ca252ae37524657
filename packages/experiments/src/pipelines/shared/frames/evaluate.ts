import { crossEntropy, type Dataset, predictions, summary } from '@sonograd/nn';
import { fromArray, noGrad, type Tensor, zeros } from '@sonograd/tensor';
import type { Feature } from '../../../features/fit.ts';
import type { ReportSettings } from '../../../runs/reportData.ts';
import { reportClassification } from '../classification.ts';
import { examplesOf, pictureOf } from '../examples.ts';
import { layerHealth, modelRows } from '../inspect.ts';
import { firstRows, forAllRows, type Labelled, labelledInMemory } from '../labelled.ts';
import { latentPoints, rowsOf } from '../latent.ts';
import { describeCorpus, type SpeechData } from '../speechData.ts';
import type { FrameModel } from './model.ts';
import { type PairErrors, pairErrors } from './pairErrors.ts';
import { remember } from './recursion.ts';
import { embedAll, lossOfPairs } from './train.ts';
import { framesOf } from './utterances.ts';

/** What a frame model makes of the test clips, for the pipelines to add to. */
export async function evaluateFrames(model: FrameModel, data: SpeechData) {
  const { store, test } = data;
  const clips = labelledInMemory(store, test, framesOf);
  const codes = embedAll(model, clips);
  const items = Array.from(test, (place) => store.items[place]!);
  const predicted = await forAllRows(codes, (x) => predictions(model.forward(x)));
  const codeRows = await forAllRows(codes, (x) => rowsOf(x));
  const classification = reportClassification(items, predicted);
  const errors = pairErrors(model, clips);
  const { bands } = model.coder;
  const about = summary(model, (model) => {
    model.coder.forward(zeros([1, 2 * bands]) as Tensor);
    model.forward(zeros([1, bands]) as Tensor);
  });
  const fromCodes = (feature: Feature) => [
    { title: 'out of the codes', picture: pictureOf(rememberFeature(model, feature)) },
  ];
  const report = {
    corpus: describeCorpus(data),
    ...classification.report,
    models: [modelRows('pair coder, once, and classifier', about)],
    tables: [tableOf(errors)],
    examples: examplesOf(data, predicted, { beside: fromCodes }),
    layers: layerHealth(model, () => lossOf(model, clips, codes), 'pair coder and classifier'),
    latent: latentPoints(items, codeRows),
  } satisfies Omit<ReportSettings, 'title'>;
  const metrics = { ...classification.metrics, ...errors, parameters: about.parameters };
  return { clips, metrics, report };
}

const tableOf = ({ testMse, visitedMse, meanPairMse }: PairErrors) => ({
  title: 'Reconstruction, mean squared error on pairs of test clips',
  head: ['', 'error'],
  rows: [
    ['neighbouring frames', testMse],
    ['the pairs whose codes were taken', visitedMse],
    ['neighbouring frames, by the mean of all of them', meanPairMse],
  ],
});

/** Both errors at once: each layer has a share in one of them. */
function lossOf(model: FrameModel, clips: Dataset<Labelled>, codes: Dataset<Labelled>): Tensor {
  const utterances = Array.from(
    { length: Math.min(16, clips.length) },
    (_, at) => (clips.get(at) as Labelled).x,
  );
  const { x, y } = firstRows(codes);
  return lossOfPairs(model, utterances, 'frames').add(crossEntropy(model.forward(x), y));
}

/** One clip's logits. */
export function scoresOf(model: FrameModel, feature: Feature): Tensor {
  const [code] = model.embed([framesOf(feature)]);
  return model.forward(fromArray(code!, [1, code!.length]));
}

/** A clip as its codes remember it, each frame by the code it went into. Padding stays. */
export function rememberFeature({ coder, walking }: FrameModel, feature: Feature): Feature {
  const { bins, frames, start, validFrames } = feature;
  const out = feature.data.slice();
  const heard = noGrad(() => remember(coder, framesOf(feature), walking));
  for (let frame = 0; frame < validFrames; frame++) {
    for (let bin = 0; bin < bins; bin++) out[bin * frames + start + frame] = heard[frame * bins + bin]!;
  }
  return { ...feature, data: out };
}
