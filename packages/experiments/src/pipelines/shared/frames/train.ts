import {
  accuracy,
  adam,
  type BatchOf,
  crossEntropy,
  DataLoader,
  type Dataset,
  listDataset,
  mse,
} from '@sonograd/nn';
import { foldIn, fromArray, randomKey, type Tensor } from '@sonograd/tensor';
import type { TrainingWork } from '../../pipeline.ts';
import type { AugmentConfig } from '../augment.ts';
import { trainingLoader } from '../augmentEpochs.ts';
import type { TrainingConfig } from '../config.ts';
import type { Labelled } from '../labelled.ts';
import { trainPhase } from '../phase.ts';
import type { SpeechData } from '../speechData.ts';
import type { FrameModel } from './model.ts';
import { neighbouringFrames, visitedPairs } from './recursion.ts';
import {
  collateUtterances,
  framesOf,
  type Utterance,
  type UtteranceBatch,
  utterancesOf,
} from './utterances.ts';

interface CoderConfig {
  readonly seed: number;
  readonly augment: AugmentConfig;
  readonly autoencoder: { readonly pairs: 'frames' | 'visited' | 'both'; readonly training: TrainingConfig };
}

/** Teaches the autoencoder its pairs. It sees no labels. */
export async function trainCoder<Config extends CoderConfig>(
  work: TrainingWork<Config, SpeechData>,
  model: FrameModel,
  clips: Dataset<Labelled>,
  held: Dataset<Labelled>,
): Promise<void> {
  const { pairs, training } = work.config.autoencoder;
  const { batchSize, rate, epochs } = training;
  const key = foldIn(randomKey(work.config.seed), 'order of clips');
  await trainPhase(work, {
    ...{ name: 'autoencoder', folder: 'autoencoder', model, held, epochs },
    optimizer: adam(model.coder, { rate }),
    loader: trainingLoader(work, clips, framesOf, { batchSize, key, collate: collateUtterances }),
    loss: (model, { utterances }: UtteranceBatch) => lossOfPairs(model, utterances, pairs),
  });
}

/** Mean squared error over the pairs. Codes in them are what they are: no gradient goes back to how they came about. */
export function lossOfPairs(
  model: FrameModel,
  utterances: readonly Utterance[],
  kind: CoderConfig['autoencoder']['pairs'],
): Tensor {
  const { bands } = model.coder;
  const pairs = join([
    ...(kind === 'visited' ? [] : neighbouringFrames(utterances, bands)),
    ...(kind === 'frames' ? [] : visitedPairs(model.coder, utterances, model.walking)),
  ]);
  const target = fromArray(pairs, [pairs.length / (2 * bands), 2 * bands]) as Tensor;
  return mse(model.coder.forward(target), target);
}

interface ClassifierConfig {
  readonly seed: number;
  readonly classifier: { readonly standardise: boolean; readonly training: TrainingConfig };
}

/** Teaches the classifier to name digits by mean codes; the autoencoder stays as it is. */
export async function trainClassifier<Config extends ClassifierConfig>(
  work: TrainingWork<Config, SpeechData>,
  model: FrameModel,
  clips: Dataset<Labelled>,
  held: Dataset<Labelled>,
): Promise<void> {
  const { standardise, training } = work.config.classifier;
  const { batchSize, rate, epochs } = training;
  const key = foldIn(randomKey(work.config.seed), 'order of codes');
  const codes = embedAll(model, clips);
  if (standardise) await model.standardise.measure(codes);
  await trainPhase(work, {
    ...{ name: 'classifier', model, held: embedAll(model, held), epochs },
    optimizer: adam(model.classifier, { rate }),
    loader: new DataLoader(codes, { batchSize, key }),
    loss: (model, { x, y }: BatchOf<Labelled>) => crossEntropy(model.forward(x), y),
    metrics: { accuracy: (model, { x, y }) => accuracy(model.forward(x), y) },
  });
}

/** The mean code of each clip. */
export function embedAll(model: FrameModel, clips: Dataset<Labelled>): Dataset<Labelled> {
  const codes = Array.from(utterancesOf(clips), (utterances) => model.embed(utterances)).flat();
  return listDataset(codes.map((x, index) => ({ x, y: (clips.get(index) as Labelled).y })));
}

function join(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
