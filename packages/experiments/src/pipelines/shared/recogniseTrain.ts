import {
  adamW,
  ConfusionMatrix,
  cosine,
  crossEntropy,
  oneCycle,
  predictions,
  type Schedule,
  wholeMetric,
} from '@sonograd/nn';
import { foldIn, randomKey } from '@sonograd/tensor';
import { digitNames } from '../../corpora/digit.ts';
import type { TrainingWork } from '../pipeline.ts';
import { epochLoader } from './augmentEpochs.ts';
import { companionFeatures } from './companions.ts';
import { trainPhase } from './phase.ts';
import { type ClipBatch, clipsAt, lessonOf } from './recogniseClips.ts';
import type { RecogniserConfig } from './recogniseConfig.ts';
import type { Recogniser } from './recogniser.ts';
import type { SpeechData } from './speechData.ts';

/** Cross-entropy on varied clips, some of them by companions; the epoch that validates best is kept. */
export async function trainRecogniser(
  work: TrainingWork<RecogniserConfig, SpeechData>,
  model: Recogniser,
): Promise<void> {
  const { config, data } = work;
  const { training, companions, vary, augment, seed } = config;
  const { epochs, batchSize, weightDecay, labelSmoothing, clipNorm, patience } = training;
  const lesson = lessonOf({
    ...{ store: data.store, train: data.train, vary, seed },
    companions:
      companions === null
        ? undefined
        : await companionFeatures(companions, config.features, data.moments, work),
    share: companions?.share ?? 0,
    specAugment: augment.specAugment,
  });
  const steps = epochs * Math.ceil(lesson.length / batchSize);
  await trainPhase(work, {
    ...{ name: 'recogniser', model, epochs },
    loader: epochLoader(lesson, { batchSize, key: foldIn(randomKey(seed), 'order') }),
    optimizer: adamW(model, { rate: scheduleOf(training, steps), weightDecay }),
    ...(clipNorm !== null && { clip: { norm: clipNorm } }),
    loss: (model, { x, y, frames }: ClipBatch) =>
      crossEntropy(model.forward(x, frames), y, { labelSmoothing: model.training ? labelSmoothing : 0 }),
    held: clipsAt(data.store, data.validation),
    metrics: { macroF1, merit },
    best: { metric: 'merit', mode: 'max' },
    ...(patience !== null && { stopEarly: { patience, metric: 'merit', mode: 'max' } }),
  });
}

export function scheduleOf(
  { schedule, rate, warmUp }: RecogniserConfig['training'],
  totalSteps: number,
): number | Schedule {
  if (schedule === 'constant') return rate;
  if (schedule === 'one-cycle') return oneCycle({ rate, totalSteps, pctStart: Math.max(warmUp, 0.01) });
  return cosine({ rate, totalSteps, warmUpSteps: Math.round(warmUp * totalSteps) });
}

/** What a model said of one batch. */
export interface Verdict {
  readonly named: ArrayLike<number>;
  readonly digits: ArrayLike<number>;
  /** Of all clips together. */
  readonly loss: number;
}

function judge(model: Recogniser, { x, y, frames }: ClipBatch): Verdict {
  const logits = model.forward(x, frames);
  const loss = crossEntropy(logits, y, { reduction: 'sum' }).item();
  return { named: predictions(logits), digits: y.data.slice(), loss };
}

export function macroF1Of(verdicts: readonly Verdict[]): number {
  const matrix = new ConfusionMatrix(digitNames.length);
  for (const { named, digits } of verdicts) matrix.add(named, digits);
  return matrix.macro().f1;
}

/**
 * Macro-F1, and between equals the lower loss: among speakers that are known many epochs name everything right, and
 * the first of them is not the best. The loss has a thousandth of a say.
 */
export function meritOf(verdicts: readonly Verdict[]): number {
  const clips = verdicts.reduce((sum, { digits }) => sum + digits.length, 0);
  const loss = verdicts.reduce((sum, { loss }) => sum + loss, 0) / clips;
  return macroF1Of(verdicts) - loss / 1000;
}

const macroF1 = wholeMetric<Recogniser, ClipBatch, Verdict>({ collect: judge, over: macroF1Of });
const merit = wholeMetric<Recogniser, ClipBatch, Verdict>({ collect: judge, over: meritOf });
