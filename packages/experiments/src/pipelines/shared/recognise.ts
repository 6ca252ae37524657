import { crossEntropy, loadStateDict, summary } from '@sonograd/nn';
import { foldIn, fromArray, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import { InputError } from '../../inputError.ts';
import type { Evaluation, EvaluationWork, Pipeline, Prediction, Trained } from '../pipeline.ts';
import { reportClassification } from './classification.ts';
import { examplesOf } from './examples.ts';
import { layerHealth, modelRows } from './inspect.ts';
import { latentPoints, rowsOf } from './latent.ts';
import { predictDigits } from './predict.ts';
import { type Ear, hearAll, hearOne, viewsOf } from './recogniseAgain.ts';
import { clipsAt, firstClips, forAllClips } from './recogniseClips.ts';
import type { RecogniserConfig } from './recogniseConfig.ts';
import type { ClipLengths, Recogniser, RecogniserOptions } from './recogniser.ts';
import { trainRecogniser } from './recogniseTrain.ts';
import { Varying } from './recogniseVary.ts';
import { describeCorpus, prepareSpeech, type SpeechData } from './speechData.ts';

/** What one recogniser is beside the others. */
export interface RecogniserParts<Config extends RecogniserConfig>
  extends Pick<Pipeline<Config, SpeechData>, 'name' | 'summary' | 'schema' | 'defaults' | 'quick'> {
  /** The head of its report. */
  readonly title: string;
  readonly build: (config: Config, options: RecogniserOptions) => Recogniser;
}

/** A pipeline around a model that names digits. */
export function recogniser<Config extends RecogniserConfig>(
  parts: RecogniserParts<Config>,
): Pipeline<Config, SpeechData> {
  const { name, summary, schema, defaults, quick } = parts;
  return {
    ...{ name, summary, schema, defaults, quick },
    epochFields: ['training.epochs'],
    async prepare(config, tools, options) {
      requireFixedSize(config);
      return prepareSpeech(config, tools, options);
    },
    train: (work) => trainRecogniser(work, modelOf(parts, work.config, work.data.store.shape)),
    evaluate: (work) => evaluate(parts, work),
    predict: (trained, files) => predict(parts, trained, files),
  };
}

function requireFixedSize({ features }: RecogniserConfig): void {
  if (features.size.fit !== 'keep') return;
  throw new InputError('recognise: clips must have one length, give features.size.fit=pad or resize, keep');
}

function modelOf<Config extends RecogniserConfig>(
  { build }: RecogniserParts<Config>,
  config: Config,
  { bins, frames }: { readonly bins: number; readonly frames: number },
): Recogniser {
  return build(config, { bins, frames, key: foldIn(randomKey(config.seed), 'weights') });
}

function trainedModel<Config extends RecogniserConfig>(
  parts: RecogniserParts<Config>,
  { config, state }: Trained<Config>,
  shape: { readonly bins: number; readonly frames: number },
): Recogniser {
  const model = modelOf(parts, config, shape);
  loadStateDict(model, state);
  return model.eval();
}

async function evaluate<Config extends RecogniserConfig>(
  parts: RecogniserParts<Config>,
  work: EvaluationWork<Config, SpeechData>,
): Promise<Evaluation> {
  const { data } = work;
  const { store, test } = data;
  const model = trainedModel(parts, work, store.shape);
  const clips = clipsAt(store, test);
  const items = Array.from(test, (place) => store.items[place]!);
  const predicted = (await hearAll(earOf(model, work), store, test)).map(largest);
  const heard = await forAllClips(clips, ({ x, frames }) => rowsOf(model.hidden(x, frames)));
  const loss = () => {
    const { x, y, frames } = firstClips(clips);
    return crossEntropy(model.forward(x, frames), y);
  };
  const { metrics, report } = reportClassification(items, predicted);
  const about = summary(model, (model) => model.forward(zeros([1, sizeOf(model)]) as Tensor, whole(model)));
  return {
    metrics: { ...metrics, parameters: about.parameters },
    report: {
      ...{ title: parts.title, summary: parts.summary, corpus: describeCorpus(data), ...report },
      models: [modelRows('recogniser', about)],
      examples: examplesOf(data, predicted),
      layers: layerHealth(model, loss, 'recogniser'),
      latent: latentPoints(items, heard),
    },
  };
}

function predict<Config extends RecogniserConfig>(
  parts: RecogniserParts<Config>,
  trained: Trained<Config>,
  files: readonly string[],
): Prediction[] {
  let ear: Ear | undefined;
  return predictDigits(trained, files, (feature) => {
    ear ??= earOf(trainedModel(parts, trained, feature), trained);
    return hearOne(ear, feature);
  });
}

const earOf = (model: Recogniser, { config }: { config: RecogniserConfig }): Ear => ({
  model,
  varying: new Varying(config.features),
  views: viewsOf(config.again),
});

const largest = (scores: Float32Array): number => scores.indexOf(Math.max(...scores));
const sizeOf = ({ bins, frames }: Recogniser): number => bins * frames;
const whole = ({ frames }: Recogniser): ClipLengths => lengthsOf(frames);
const lengthsOf = (frames: number): ClipLengths => fromArray(Int32Array.of(frames), [1]);
